import type { ScenarioFinding } from '../scenario-finding';
import { findReachableSteps, findStepsOnCycles, reverseGraph, type StepGraph } from '../step-graph';
import { type CompiledDraft, errorFinding, type FindingLocation, warningFinding } from './compiled-draft';

/**
 * What becomes of an instance that enters one of the `stuck` steps, which can be entered and from which no way leads to a terminal
 * step. By how bad it is: it goes round for ever, telling the same again, as steps that neither collect, confirm nor act are not
 * counted against `max_loop_count` (3.6): ERROR. It stands still in silence: WARNING. It goes round until the loop limit pauses it
 * (2.8): WARNING. An `idle_timeout` that cancels ends all of that.
 */
export function checkStuckSteps(
  draft: CompiledDraft,
  graph: StepGraph,
  stuck: ReadonlySet<string>,
): readonly ScenarioFinding[] {
  const { scenario, steps } = draft;
  if (stuck.size === 0 || (scenario.idleTimeoutMs !== undefined && scenario.idleAction === 'CANCEL')) return [];
  const deadEnds = [...stuck].filter((stepId) => graph.get(stepId)?.length === 0);
  const uncounted = [...stuck].filter((stepId) => !steps.get(stepId)?.countsLoops);
  const endless = findStepsOnCycles(uncounted, graph);
  const worse = findReachableSteps([...deadEnds, ...endless], reverseGraph(graph));
  const counted = [...findStepsOnCycles(stuck, graph)].filter((stepId) => !worse.has(stepId));
  return [
    ...(endless.size > 0
      ? [
          errorFinding(
            'TRAP',
            `An instance can go round for ever in ${named(endless)}: no way leads from there to a terminal step, and none of these steps collects, confirms or acts, so no loop limit ends it. Give a way out, or a completion_condition.`,
            firstOf(draft, endless),
          ),
        ]
      : []),
    ...deadEnds.map((stepId) =>
      warningFinding(
        'DEAD_END',
        `Step "${stepId}" is not terminal and no transition leads on, so an instance that is done there stays, in silence, until somebody ends it. Mark it is_terminal or give it a transition.`,
        firstOf(draft, new Set([stepId])),
      ),
    ),
    ...(counted.length > 0
      ? [
          warningFinding(
            'NO_WAY_OUT',
            `No way leads from ${named(counted)} to a terminal step: an instance goes round there until the loop limit moves or pauses it. Give a way out.`,
            firstOf(draft, new Set(counted)),
          ),
        ]
      : []),
  ];
}

function named(stepIds: Iterable<string>): string {
  const [first, second, third, ...others] = [...stepIds].map((stepId) => `"${stepId}"`);
  const names = [first, second, third].filter((name) => name !== undefined).join(', ');
  return others.length === 0 ? names : `${names} and ${others.length} more`;
}

/** The site of the first of these steps in the order of the definition. */
function firstOf({ scenario }: CompiledDraft, stepIds: ReadonlySet<string>): FindingLocation {
  const index = scenario.steps.findIndex(({ stepId }) => stepIds.has(stepId));
  return { fieldPath: `steps[${index}]`, stepId: scenario.steps[index]?.stepId ?? '' };
}
