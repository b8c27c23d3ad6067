import type { Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import type { Turn } from '../../../gen/focal/orchestration/v1/turn';
import { findNearestName } from '../files';

/** Finds the id of the scenario that a text names, told where the text stands. */
export type ScenarioIdLookup = (name: string, path: string) => string;

/** Finds the ids of scenarios by name, or by id. A name that is unknown, or that of two, is reported and stays as it is. */
export function createScenarioIdLookup(
  scenarios: readonly { readonly message: Scenario }[],
  report: (path: string, message: string) => void,
): ScenarioIdLookup {
  const ids = new Map<string, string>();
  const shared = new Set<string>();
  for (const { message } of scenarios) {
    if (ids.has(message.name)) shared.add(message.name);
    ids.set(message.name, message.scenarioId);
  }
  for (const { message } of scenarios) ids.set(message.scenarioId, message.scenarioId);
  return (name, path) => {
    const id = ids.get(name);
    if (id !== undefined && !shared.has(name)) return id;
    const near = id === undefined ? findNearestName(name, ids.keys()) : undefined;
    const problem = id === undefined ? `there is no scenario “${name}”` : `two scenarios are “${name}”; give the id`;
    report(path, `${problem}${near === undefined ? '' : `; did you mean “${near}”?`}`);
    return name;
  };
}

/** The turn with ids in place of the names of scenarios. `path` is that of the turn, "" for the root. */
export function resolveScenarioIds(turn: Turn, idOf: ScenarioIdLookup, path: string): Turn {
  const optional: ScenarioIdLookup = (name, place) => (name === '' ? '' : idOf(name, place));
  const at = (inner: string): string => (path === '' ? inner : `${path}.${inner}`);
  const { situation, candidates, stepOutcomes } = turn;
  return {
    ...turn,
    situation: situation && {
      ...situation,
      signals: situation.signals.map((signal, index) => ({
        ...signal,
        scenarioIds: signal.scenarioIds.map((name, n) =>
          idOf(name, at(`situation.signals[${index}].scenario_ids[${n}]`)),
        ),
      })),
    },
    candidates: candidates.map((candidate, index) => ({
      ...candidate,
      scenarioId: idOf(candidate.scenarioId, at(`candidates[${index}].scenario_id`)),
    })),
    stepOutcomes: stepOutcomes.map((outcome, index) => ({
      ...outcome,
      instanceId: optional(outcome.instanceId, at(`step_outcomes[${index}].instance_id`)),
    })),
  };
}
