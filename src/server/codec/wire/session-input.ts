import { RequestKind, RequestStatus } from '../../../../gen/focal/orchestration/v1/request';
import {
  ChoiceStatus,
  type ScenarioInstance as InstanceMessage,
  type Session as SessionMessage,
} from '../../../../gen/focal/orchestration/v1/session';
import { findDuplicates } from '../../../core/model/duplicates';
import { type FieldViolation, OrchestratorError } from '../../../core/model/orchestrator-error';
import { liveStatus } from './session-enums';

/**
 * Validates what the annotations of the contract cannot express: that a sequence of turns can produce the session. `path` is the
 * path of the session in the request. Throws INVALID_REQUEST with all violations.
 */
export function validateSessionInput(message: SessionMessage, path: string): void {
  const violations = [
    ...findDuplicateInstances(message, path),
    ...findDuplicates(message.pendingStarts, ({ scenarioId }) => scenarioId).map(({ index, firstIndex }) => ({
      field: `${path}.pending_starts[${index}].scenario_id`,
      description: `duplicates ${path}.pending_starts[${firstIndex}]; a scenario can be pending only once`,
    })),
    ...message.instances.flatMap((instance, index) =>
      findPauseViolations(instance, message.turnCount, `${path}.instances[${index}]`),
    ),
    ...message.instances.flatMap((instance, index) =>
      findRequestViolations(instance, `${path}.instances[${index}].requests`),
    ),
    ...findCallViolations(message, path),
    ...findChoiceViolations(message, path),
  ];
  if (violations.length === 0) return;
  throw new OrchestratorError('INVALID_REQUEST', 'The session is inconsistent: no turns can produce it.', {
    violations,
  });
}

/** Checks that instance ids and start numbers are unique, and that a scenario has at most one active or paused instance. */
function findDuplicateInstances(
  { instances, endedInstances }: SessionMessage,
  path: string,
): readonly FieldViolation[] {
  const instancesWithPath = [
    ...instances.map(({ instanceId }, index) => ({ instanceId, path: `${path}.instances[${index}]` })),
    ...endedInstances.map(({ instanceId }, index) => ({ instanceId, path: `${path}.ended_instances[${index}]` })),
  ];
  const numberedInstances = instances.flatMap(({ startNumber }, index) =>
    startNumber > 0 ? [{ startNumber, index }] : [],
  );
  return [
    ...findDuplicates(instancesWithPath, ({ instanceId }) => instanceId).map(({ index, firstIndex }) => ({
      field: `${instancesWithPath[index]?.path}.instance_id`,
      description: `duplicates ${instancesWithPath[firstIndex]?.path}; each instance needs a unique id`,
    })),
    ...findDuplicates(instances, ({ scenarioId }) => scenarioId).map(({ index, firstIndex }) => ({
      field: `${path}.instances[${index}].scenario_id`,
      description: `duplicates ${path}.instances[${firstIndex}]; a session runs one instance of a scenario at a time`,
    })),
    ...findDuplicates(numberedInstances, ({ startNumber }) => startNumber).map(({ index, firstIndex }) => ({
      field: `${path}.instances[${numberedInstances[index]?.index}].start_number`,
      description: `duplicates ${path}.instances[${numberedInstances[firstIndex]?.index}]; omit it or use unique numbers`,
    })),
  ];
}

function findPauseViolations(instance: InstanceMessage, turnCount: number, path: string): readonly FieldViolation[] {
  const isPaused = liveStatus.fromProto(instance.status) === 'PAUSED';
  const violations: FieldViolation[] = [];
  if (isPaused !== instance.pauseReason > 0) {
    const description = isPaused
      ? 'is required while the instance is PAUSED'
      : 'must be omitted while the instance is ACTIVE';
    violations.push({ field: `${path}.pause_reason`, description });
  }
  if (instance.pausedAtTurnCount > turnCount) {
    const description = `must be at most the turn_count of the session, ${turnCount}`;
    violations.push({ field: `${path}.paused_at_turn_count`, description });
  }
  return violations;
}

/** Checks that CONFIRM and ACTION have keys, and that an open request is the only one of its kind and key (0.8). */
function findRequestViolations({ requests }: InstanceMessage, path: string): readonly FieldViolation[] {
  const keyed = requests.flatMap((request, index) =>
    request.kind === RequestKind.REQUEST_KIND_ASK ? [] : [{ ...request, index }],
  );
  const openRequests = keyed.filter(({ status }) => status === RequestStatus.REQUEST_STATUS_OPEN);
  return [
    ...keyed
      .filter(({ actionKey }) => actionKey === '')
      .map(({ index }) => ({
        field: `${path}[${index}].action_key`,
        description: 'is required for CONFIRM and ACTION',
      })),
    ...findDuplicates(openRequests, ({ kind, actionKey }) => `${kind} ${actionKey}`).map(({ index, firstIndex }) => ({
      field: `${path}[${openRequests[index]?.index}].action_key`,
      description: `duplicates ${path}[${openRequests[firstIndex]?.index}]; each open request must have its own key`,
    })),
  ];
}

/** Checks that the session has every called instance (section 11). A pending call has none. */
function findCallViolations({ instances }: SessionMessage, path: string): readonly FieldViolation[] {
  const ids = new Set(instances.map(({ instanceId }) => instanceId));
  return instances.flatMap(({ call }, index) =>
    call === undefined || call.instanceId === '' || ids.has(call.instanceId)
      ? []
      : [
          {
            field: `${path}.instances[${index}].call.instance_id`,
            description: 'must be the id of an instance of the session, or empty',
          },
        ],
  );
}

/** Checks that at most one choice is open (1.5). */
function findChoiceViolations({ choices }: SessionMessage, path: string): readonly FieldViolation[] {
  const isOpen = choices.map(({ status }) => status === ChoiceStatus.CHOICE_STATUS_OPEN);
  const firstIndex = isOpen.indexOf(true);
  return choices.flatMap((_, index) =>
    isOpen[index] && index > firstIndex
      ? [
          {
            field: `${path}.choices[${index}].status`,
            description: `must not be OPEN while ${path}.choices[${firstIndex}] is; at most one choice can be OPEN`,
          },
        ]
      : [],
  );
}
