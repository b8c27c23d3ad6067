import { actionKeyOf } from '../action-key';
import type { IgnoredOutcome } from '../lifecycle-decision';
import type { EndedInstance, ScenarioInstance, Session } from '../session';
import type { StepOutcome } from '../turn';

/** The outcomes of a turn, each with the instance that it is about (0.6). */
export interface ResolvedOutcomes {
  /** About the current visit of an existing instance, in request order. */
  readonly byInstance: ReadonlyMap<string, readonly StepOutcome[]>;
  /** About a step, visit or instance that is over, in request order. */
  readonly late: readonly LateOutcome[];
}

/** An outcome that comes too late to change a stage. */
export interface LateOutcome extends IgnoredOutcome {
  /** The step that it names; "" where it names none. */
  readonly stepId: string;
}

/** Finds out what each outcome is about; one without an instance is about the focus (0.3). */
export function resolveOutcomes(
  session: Session,
  outcomes: readonly StepOutcome[],
  focusInstanceId: string,
): ResolvedOutcomes {
  const byInstance = new Map<string, StepOutcome[]>();
  const late: LateOutcome[] = [];
  for (const outcome of outcomes) {
    const instanceId = outcome.instanceId || focusInstanceId;
    const instance = session.instances.find((candidate) => candidate.instanceId === instanceId);
    const reasoning = lateBecause(outcome, instanceId, instance, session.endedInstances);
    if (reasoning !== '') {
      late.push({ outcome, instanceId, reasoning, stepId: outcome.stepId });
      continue;
    }
    const list = byInstance.get(instanceId);
    if (list) list.push(outcome);
    else byInstance.set(instanceId, [outcome]);
  }
  return { byInstance, late };
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
  if (outcome.actionKey !== '' && outcome.actionKey !== actionKeyOf(instance)) {
    return 'Its action_key belongs to another visit of the step.';
  }
  return '';
}
