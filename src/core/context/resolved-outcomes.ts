import { buildActionKey, parseActionKeyStepId } from '../model/action-key';
import type { IgnoredOutcome } from '../model/lifecycle-decision';
import type { EndedInstance, ScenarioInstance, Session } from '../model/session';
import type { StepOutcome } from '../model/turn';

/** The outcomes of a turn, each with the instance that it is about (0.6). */
export interface ResolvedOutcomes {
  /** About the current visit of an existing instance, in request order. */
  readonly byInstance: ReadonlyMap<string, readonly StepOutcome[]>;
  /** About a step, visit or instance that is over, in request order. */
  readonly late: readonly LateOutcome[];
}

/** An outcome that comes too late to change a stage. */
export interface LateOutcome extends IgnoredOutcome {
  /** The step that it names, itself or in its action_key; "" where it names none. */
  readonly stepId: string;
}

const noOutcomes: ResolvedOutcomes = { byInstance: new Map(), late: [] };

/**
 * Finds out what each outcome is about: the instance that it names, else the one that its action_key names, else the focus (0.3).
 */
export function resolveOutcomes(
  session: Session,
  outcomes: readonly StepOutcome[],
  focusInstanceId: string,
): ResolvedOutcomes {
  if (outcomes.length === 0) return noOutcomes;
  const byInstance = new Map<string, StepOutcome[]>();
  const late: LateOutcome[] = [];
  for (const outcome of outcomes) {
    const instanceId = outcome.instanceId || ownerOfKey(session, outcome.actionKey) || focusInstanceId;
    const instance = session.instances.find((candidate) => candidate.instanceId === instanceId);
    const reasoning = lateBecause(outcome, instanceId, instance, session.endedInstances);
    if (reasoning !== '') {
      const stepId = outcome.stepId || parseActionKeyStepId(outcome.actionKey, instanceId);
      late.push({ outcome, instanceId, reasoning, stepId });
      continue;
    }
    const list = byInstance.get(instanceId);
    if (list) list.push(outcome);
    else byInstance.set(instanceId, [outcome]);
  }
  return { byInstance, late };
}

/** The instance, running or ended, whose visit the key names; "" where there is none. */
function ownerOfKey({ instances, endedInstances }: Session, actionKey: string): string {
  if (actionKey === '') return '';
  const owner = [...instances, ...endedInstances].find(({ instanceId }) => actionKey.startsWith(`${instanceId}/`));
  return owner?.instanceId ?? '';
}

function lateBecause(
  outcome: StepOutcome,
  instanceId: string,
  instance: ScenarioInstance | undefined,
  ended: readonly EndedInstance[],
): string {
  if (instanceId === '') return 'It names no instance, and there is none that it could be about.';
  if (!instance) {
    return ended.some((candidate) => candidate.instanceId === instanceId)
      ? 'The instance has ended.'
      : 'The session has no such instance.';
  }
  if (outcome.stepId !== '' && outcome.stepId !== instance.currentStepId) {
    return `The instance stands at step "${instance.currentStepId}", not at "${outcome.stepId}".`;
  }
  if (outcome.actionKey !== '' && outcome.actionKey !== buildActionKey(instance)) {
    return 'Its action_key belongs to another visit of the step.';
  }
  return '';
}
