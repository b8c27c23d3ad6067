import type { SimulateTurnsResponse } from '../../../gen/focal/orchestration/v1/scenario_service';
import type { DifferenceGroup } from '../../../gen/focal/orchestration/v1/simulation';
import { compareText } from '../../core/model/compare-text';

/** Adds up the responses for several lists of sessions. The result is that of one call with all of them, in their order. */
export function mergeResponses(responses: readonly SimulateTurnsResponse[]): SimulateTurnsResponse {
  const groups = new Map<string, DifferenceGroup>();
  for (const group of responses.flatMap((response) => response.groups)) {
    const key = getKey(group);
    const known = groups.get(key);
    groups.set(key, known === undefined ? group : addGroup(known, group));
  }
  const sum = (get: (response: SimulateTurnsResponse) => number): number =>
    responses.reduce((total, response) => total + get(response), 0);
  return {
    turnCount: sum(({ turnCount }) => turnCount),
    sessionCount: sum(({ sessionCount }) => sessionCount),
    counterfactualCount: sum(({ counterfactualCount }) => counterfactualCount),
    differingTurnCount: sum(({ differingTurnCount }) => differingTurnCount),
    groups: [...groups.values()].sort(compareGroups),
    incompleteSessions: responses.flatMap(({ incompleteSessions }) => incompleteSessions),
    omittedGroups: Math.max(0, ...responses.map(({ omittedGroups }) => omittedGroups)),
  };
}

function getKey({ kind, cause }: DifferenceGroup): string {
  return `${kind} ${JSON.stringify(cause)}`;
}

function addGroup(known: DifferenceGroup, added: DifferenceGroup): DifferenceGroup {
  return {
    ...known,
    turnCount: known.turnCount + added.turnCount,
    counterfactualCount: known.counterfactualCount + added.counterfactualCount,
    sessionCount: known.sessionCount + added.sessionCount,
    example:
      known.example?.counterfactual === true && added.example?.counterfactual === false ? added.example : known.example,
  };
}

/** The order of the groups of a response. */
function compareGroups(a: DifferenceGroup, b: DifferenceGroup): number {
  return (
    a.kind - b.kind ||
    b.turnCount - a.turnCount ||
    b.counterfactualCount - a.counterfactualCount ||
    compareText(getKey(a), getKey(b))
  );
}
