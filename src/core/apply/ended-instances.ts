import type { SelectionContext } from '../context/selection-context';
import { type EndedTurnInstance, getScenarioId, hasEnded, type TurnInstance } from '../lifecycle/turn-instance';
import type { FieldValues } from '../model/json';
import { getKnownValues } from '../model/known-data';
import type { EndedInstance, ScenarioCounter } from '../model/session';

/** Returns the ended instances, oldest first, up to the configured limit (section 5). */
export function updateEndedInstances(
  before: readonly EndedInstance[],
  instances: readonly TurnInstance[],
  { settings, turn }: Pick<SelectionContext, 'settings' | 'turn'>,
): readonly EndedInstance[] {
  const newlyEnded = instances.filter(hasEnded);
  if (newlyEnded.length === 0 && before.length <= settings.endedInstances) return before;
  const ended = [...before, ...newlyEnded.map((instance) => toEndedInstance(instance, turn.occurredAt))];
  return ended.slice(Math.max(0, ended.length - settings.endedInstances));
}

function toEndedInstance(ended: EndedTurnInstance, endedAt: number): EndedInstance {
  const { instance } = ended.view;
  return {
    instanceId: instance.instanceId,
    scenarioId: instance.scenarioId,
    scenarioVersion: instance.scenarioVersion,
    status: ended.action === 'COMPLETE' ? 'COMPLETED' : 'CANCELLED',
    reason: ended.reason,
    ending: ended.action === 'COMPLETE' ? ended.ending : undefined,
    startNumber: instance.startNumber,
    startedAt: instance.startedAt,
    endedAt,
    lastStepId: ended.walk?.position.step.stepId ?? instance.currentStepId,
    irreversibleDone: instance.irreversibleDone,
  };
}

const noCounter: ScenarioCounter = { starts: 0, completions: 0, lastEnding: undefined, lastValues: new Map() };

/** Counts starts and completions, and keeps how the last completed run of each scenario ended (1.1, section 11). */
export function updateScenarioCounters(
  before: ReadonlyMap<string, ScenarioCounter>,
  instances: readonly TurnInstance[],
): ReadonlyMap<string, ScenarioCounter> {
  const counters = new Map(before);
  let isChanged = false;
  const update = (instance: TurnInstance, change: (counter: ScenarioCounter) => ScenarioCounter): void => {
    const scenarioId = getScenarioId(instance);
    counters.set(scenarioId, change(counters.get(scenarioId) ?? noCounter));
    isChanged = true;
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
  return isChanged ? counters : before;
}

/** Returns the known values that the scenario collected or that its tools found. */
function getFoundValues({ view, walk }: TurnInstance): FieldValues {
  const { scenario } = view;
  if (!scenario) return new Map();
  return getKnownValues([...scenario.collectedFields, ...scenario.toolVariables], walk?.known ?? view.known);
}
