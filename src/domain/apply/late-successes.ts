import type { LateOutcome } from '../context/resolved-outcomes';
import type { SelectionContext } from '../context/selection-context';
import type { IrreversibleStep } from '../session';

interface WithHistory {
  readonly instanceId: string;
  readonly scenarioId: string;
  readonly scenarioVersion: number;
  readonly irreversibleDone: readonly IrreversibleStep[];
}

/** Instances, running or ended, with successes that came too late to change a stage: what was done was done (0.6). */
export function withLateSuccesses<T extends WithHistory>(
  instances: readonly T[],
  late: readonly LateOutcome[],
  { catalogue, revision }: SelectionContext,
): readonly T[] {
  const successes = late.filter(({ outcome }) => outcome.kind === 'ACTION_SUCCEEDED');
  if (successes.length === 0) return instances;
  return instances.map((instance) => {
    const mine = successes.filter(({ instanceId }) => instanceId === instance.instanceId);
    if (mine.length === 0) return instance;
    const steps = catalogue.version(instance.scenarioId, instance.scenarioVersion)?.steps;
    const done = mine.map(({ stepId }) => ({
      stepId,
      description: steps?.get(stepId)?.actionDescription ?? stepId,
      visitNumber: 0,
      revision,
      pathSequence: 0,
      passed: false,
    }));
    return { ...instance, irreversibleDone: [...instance.irreversibleDone, ...done] };
  });
}
