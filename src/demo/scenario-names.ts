import type { Turn } from '../../gen/focal/orchestration/v1/turn';
import { nearestName } from '../adapters/files';

/** Finds the id of the scenario that a text names, told where the text stands. */
type IdOf = (name: string, path: string) => string;

/** Finds ids by name. An unknown name is reported and stays as it is. */
export function idsByName(
  scenarioIds: ReadonlyMap<string, string>,
  report: (path: string, message: string) => void,
): IdOf {
  return (name, path) => {
    const id = scenarioIds.get(name);
    if (id !== undefined) return id;
    const near = nearestName(name, scenarioIds.keys());
    report(path, `there is no scenario “${name}”${near === undefined ? '' : `; did you mean “${near}”?`}`);
    return name;
  };
}

/** The turn with ids in place of the names of scenarios. `path` is that of the turn. */
export function withScenarioIds(turn: Turn, idOf: IdOf, path: string): Turn {
  const optional: IdOf = (name, at) => (name === '' ? '' : idOf(name, at));
  const { situation, candidates, stepOutcomes } = turn;
  return {
    ...turn,
    situation: situation && {
      ...situation,
      signals: situation.signals.map((signal, index) => ({
        ...signal,
        scenarioIds: signal.scenarioIds.map((name, n) =>
          idOf(name, `${path}.situation.signals[${index}].scenario_ids[${n}]`),
        ),
      })),
    },
    candidates: candidates.map((candidate, index) => ({
      ...candidate,
      scenarioId: idOf(candidate.scenarioId, `${path}.candidates[${index}].scenario_id`),
    })),
    stepOutcomes: stepOutcomes.map((outcome, index) => ({
      ...outcome,
      instanceId: optional(outcome.instanceId, `${path}.step_outcomes[${index}].instance_id`),
    })),
  };
}
