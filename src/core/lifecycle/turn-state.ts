import type { RejectedStart } from './scenario-start';
import { getInstanceId, getScenarioId, type TurnInstance } from './turn-instance';

/** Maps a scenario id to the sorted ids of related scenarios. */
export type RelatedScenarios = ReadonlyMap<string, readonly string[]>;

/** Everything that the rules have decided so far on this turn (0.7, steps 6 to 12). */
export interface TurnState {
  /** The instances that existed before the turn, in start order, then those that start on it, in the order of their starts. */
  readonly instances: readonly TurnInstance[];
  /** By scenario id, in the order of evaluation. */
  readonly rejected: ReadonlyMap<string, RejectedStart>;
  /** Scenarios that would start but are ambiguous, each with its rivals, in start order (1.5). */
  readonly ambiguousWith: RelatedScenarios;
  /** Ids of the instances whose end or pause the starts and resumes have already taken into account. */
  readonly processedIds: ReadonlySet<string>;
}

/** Replaces entries. Returns the same state if none changes. */
export function updateInstances(state: TurnState, update: (instance: TurnInstance) => TurnInstance): TurnState {
  let changed: TurnInstance[] | undefined;
  let index = 0;
  for (const instance of state.instances) {
    const updated = update(instance);
    if (updated !== instance) {
      changed ??= [...state.instances];
      changed[index] = updated;
    }
    index += 1;
  }
  return changed ? { ...state, instances: changed } : state;
}

/** Replaces the entry of one instance. */
export function replaceInstance(state: TurnState, changed: TurnInstance): TurnState {
  const id = getInstanceId(changed);
  return updateInstances(state, (instance) => (getInstanceId(instance) === id ? changed : instance));
}

export function findInstance(
  { instances }: Pick<TurnState, 'instances'>,
  instanceId: string,
): TurnInstance | undefined {
  return instances.find((instance) => getInstanceId(instance) === instanceId);
}

/** Finds the instance of a scenario. If a run ended and another one started on this turn, it is the new one. */
export function findScenarioInstance(
  { instances }: Pick<TurnState, 'instances'>,
  scenarioId: string,
): TurnInstance | undefined {
  return instances.findLast((instance) => getScenarioId(instance) === scenarioId);
}
