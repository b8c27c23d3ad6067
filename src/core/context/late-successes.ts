import type { IrreversibleStep } from '../model/session';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import type { LateOutcome } from './resolved-outcomes';

interface WithHistory {
  readonly instanceId: string;
  readonly irreversibleDone: readonly IrreversibleStep[];
}

/** An instance, running or ended, with its successes that came too late to change a stage: what was done was done (0.6). */
export function recordLateSuccesses<T extends WithHistory>(
  instance: T,
  scenario: CompiledScenario | undefined,
  late: readonly LateOutcome[],
  revision: number,
): T {
  const mine = late.filter(
    ({ outcome, instanceId }) => outcome.kind === 'ACTION_SUCCEEDED' && instanceId === instance.instanceId,
  );
  if (mine.length === 0) return instance;
  const done = mine.map(({ stepId }) => ({
    stepId,
    description: scenario?.steps.get(stepId)?.actionDescription ?? stepId,
    visitNumber: 0,
    revision,
    pathSequence: 0,
    passed: false,
  }));
  return { ...instance, irreversibleDone: [...instance.irreversibleDone, ...done] };
}
