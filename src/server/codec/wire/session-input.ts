import type {
  ScenarioInstance as InstanceMessage,
  Session as SessionMessage,
} from '../../../../gen/focal/orchestration/v1/session';
import { findDuplicates } from '../../../core/model/duplicates';
import { type FieldViolation, OrchestratorError } from '../../../core/model/orchestrator-error';
import { liveStatus } from './enums';

/**
 * Lets a session pass that turns can lead to, as far as the contract's annotations cannot say it. `path` is where it stands in the
 * request. Throws INVALID_REQUEST with everything that is wrong.
 */
export function validateSessionInput(message: SessionMessage, path: string): void {
  const violations = [
    ...repeatedInstances(message, path),
    ...findDuplicates(message.pendingStarts, ({ scenarioId }) => scenarioId).map(
      ({ index: at, firstIndex: first }) => ({
        field: `${path}.pending_starts[${at}].scenario_id`,
        description: `is that of ${path}.pending_starts[${first}] as well; a scenario is pending once`,
      }),
    ),
    ...message.instances.flatMap((instance, at) =>
      pauseViolations(instance, message.turnCount, `${path}.instances[${at}]`),
    ),
  ];
  if (violations.length === 0) return;
  throw new OrchestratorError('INVALID_REQUEST', 'No turns lead to this session.', { violations });
}

/** A session runs a scenario once at a time, and no run has the id or the start number of another. */
function repeatedInstances({ instances, endedInstances }: SessionMessage, path: string): readonly FieldViolation[] {
  const places = [
    ...instances.map(({ instanceId }, at) => ({ instanceId, place: `${path}.instances[${at}]` })),
    ...endedInstances.map(({ instanceId }, at) => ({ instanceId, place: `${path}.ended_instances[${at}]` })),
  ];
  const numbered = instances.flatMap(({ startNumber }, at) => (startNumber > 0 ? [{ startNumber, at }] : []));
  return [
    ...findDuplicates(places, ({ instanceId }) => instanceId).map(({ index: at, firstIndex: first }) => ({
      field: `${places[at]?.place}.instance_id`,
      description: `is that of ${places[first]?.place} as well; give each instance an id of its own`,
    })),
    ...findDuplicates(instances, ({ scenarioId }) => scenarioId).map(({ index: at, firstIndex: first }) => ({
      field: `${path}.instances[${at}].scenario_id`,
      description: `is that of ${path}.instances[${first}] as well; a session runs a scenario once at a time`,
    })),
    ...findDuplicates(numbered, ({ startNumber }) => startNumber).map(({ index: at, firstIndex: first }) => ({
      field: `${path}.instances[${numbered[at]?.at}].start_number`,
      description: `is that of ${path}.instances[${numbered[first]?.at}] as well; leave it out, or give each its own`,
    })),
  ];
}

function pauseViolations(instance: InstanceMessage, turnCount: number, path: string): readonly FieldViolation[] {
  const isPaused = liveStatus.fromProto(instance.status) === 'PAUSED';
  const violations: FieldViolation[] = [];
  if (isPaused !== instance.pauseReason > 0) {
    const description = isPaused
      ? 'must say why the instance is PAUSED'
      : 'must be left out while the instance is ACTIVE';
    violations.push({ field: `${path}.pause_reason`, description });
  }
  if (instance.pausedAtTurnCount > turnCount) {
    const description = `must be at most the session's turn_count, which is ${turnCount}`;
    violations.push({ field: `${path}.paused_at_turn_count`, description });
  }
  return violations;
}
