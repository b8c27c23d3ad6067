import type { SelectionContext } from '../context/selection-context';
import type { FieldValues } from '../model/json';
import { getKnownValues, narrowToKnown } from '../model/known-data';
import type { ScenarioCounter } from '../model/session';
import { getScenarioId, type TurnInstance } from './turn-instance';
import type { TurnState } from './turn-state';

const noCounter: ScenarioCounter = { starts: 0, completions: 0, lastEnding: undefined, lastValues: new Map() };

/** Counts starts and completions, and keeps how the last completed run of each scenario ended (1.1, section 11). */
export function updateScenarioCounters(
  before: ReadonlyMap<string, ScenarioCounter>,
  instances: readonly TurnInstance[],
): ReadonlyMap<string, ScenarioCounter> {
  if (!instances.some(({ start, action }) => start || action === 'COMPLETE')) return before;
  const counters = new Map(before);
  const update = (instance: TurnInstance, change: (counter: ScenarioCounter) => ScenarioCounter): void => {
    const scenarioId = getScenarioId(instance);
    counters.set(scenarioId, change(counters.get(scenarioId) ?? noCounter));
  };
  for (const instance of instances) {
    if (instance.start) update(instance, (counter) => ({ ...counter, starts: counter.starts + 1 }));
    if (instance.action === 'COMPLETE') {
      const { ending } = instance;
      update(instance, (counter) => ({
        ...counter,
        completions: counter.completions + 1,
        lastEnding: ending,
        lastValues: ending === 'SUCCEEDED' ? getFoundValues(instance) : counter.lastValues,
      }));
    }
  }
  return counters;
}

/** Returns the context with the runs that have completed so far on this turn, so that a call can reuse them (section 11). */
export function withCompletedRuns(
  { instances }: Pick<TurnState, 'instances'>,
  context: SelectionContext,
): SelectionContext {
  if (!instances.some(({ action }) => action === 'COMPLETE')) return context;
  return { ...context, scenarioCounters: updateScenarioCounters(context.session.scenarioCounters, instances) };
}

/** Returns the known values that the scenario collected or that its tools found. */
function getFoundValues({ view, walk }: TurnInstance): FieldValues {
  const { scenario } = view;
  if (!scenario) return new Map();
  const known = walk?.known ?? view.known;
  const { collectedFields, toolVariables } = scenario;
  return getKnownValues([...narrowToKnown(collectedFields, known), ...narrowToKnown(toolVariables, known)], known);
}
