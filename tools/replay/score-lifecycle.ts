import {
  ScenarioLifecycleAction as Action,
  LifecycleReason,
  type ScenarioLifecycleDecision,
} from '../../gen/focal/orchestration/v1/lifecycle';
import type { ReplayCatalogue } from './chart';
import type { PlayedDialogue } from './play-dialogue';
import type { DialogueReference, ReferenceLifecycle } from './reference';
import type { Selection } from './score-selection';
import { type DialogueScore, toShare } from './scores';

// Lifecycle: compares the decisions about instances with the reference.

interface TimedDecision {
  /** The turn of the dialogue. */
  readonly turn: number;
  readonly chartId: string;
  readonly decision: ScenarioLifecycleDecision;
}

export function scoreLifecycle(
  played: PlayedDialogue,
  reference: DialogueReference,
  catalogue: ReplayCatalogue,
  { includesScenario }: Selection,
): Pick<DialogueScore, 'pausesWithReturn' | 'resumes' | 'completionsInWindow' | 'finalStates'> {
  const decisions = collectDecisions(played, catalogue);
  const expected = reference.turns.flatMap(({ turn, expected: { lifecycle } }) =>
    lifecycle.filter(({ scenario_id }) => includesScenario(scenario_id)).map((entry) => ({ turn, ...entry })),
  );
  const lifecycles = reference.lifecycles.filter(({ scenario_id }) => includesScenario(scenario_id));
  const isDecided = (turn: number, chartId: string, matches: (decision: ScenarioLifecycleDecision) => boolean) =>
    decisions.some((entry) => entry.turn === turn && entry.chartId === chartId && matches(entry.decision));
  const pauses = expected.filter((entry) => entry.decision === 'PAUSE' && entry.returns);
  const resumes = expected.filter((entry) => entry.decision === 'CONTINUE' && entry.resumed);
  const completions = lifecycles.filter(({ final }) => final === 'COMPLETE');
  return {
    pausesWithReturn: toShare(pauses.map(({ turn, scenario_id }) => isDecided(turn, scenario_id, isNewPause))),
    resumes: toShare(resumes.map(({ turn, scenario_id }) => isDecided(turn, scenario_id, isResume))),
    completionsInWindow: toShare(completions.map((lifecycle) => completesInWindow(lifecycle, decisions))),
    finalStates: toShare(lifecycles.map((lifecycle) => findFinalState(lifecycle, decisions) === lifecycle.final)),
  };
}

/** Returns all decisions in order. The decisions of the closing turn count for the last turn of the dialogue. */
function collectDecisions(played: PlayedDialogue, catalogue: ReplayCatalogue): TimedDecision[] {
  const timed = played.turns.flatMap(({ inputs, exchanges }) =>
    exchanges.map((exchange) => ({ turn: inputs.turn, exchange })),
  );
  timed.push({ turn: played.turns.at(-1)?.inputs.turn ?? 0, exchange: played.closing });
  return timed.flatMap(({ turn, exchange }) =>
    exchange.response.lifecycleDecisions.flatMap((decision) => {
      const chartId = catalogue.get(decision.scenarioId)?.chartId;
      return chartId === undefined ? [] : [{ turn, chartId, decision }];
    }),
  );
}

function isNewPause({ action, reason }: ScenarioLifecycleDecision): boolean {
  return action === Action.SCENARIO_LIFECYCLE_ACTION_PAUSE && reason !== LifecycleReason.LIFECYCLE_REASON_STAYS_PAUSED;
}

function isResume({ action, resumed }: ScenarioLifecycleDecision): boolean {
  return action === Action.SCENARIO_LIFECYCLE_ACTION_CONTINUE && resumed;
}

function completesInWindow(lifecycle: ReferenceLifecycle, decisions: readonly TimedDecision[]): boolean {
  const { scenario_id, end_earliest, end_latest } = lifecycle;
  return decisions.some(
    ({ turn, chartId, decision }) =>
      chartId === scenario_id &&
      decision.action === Action.SCENARIO_LIFECYCLE_ACTION_COMPLETE &&
      turn >= (end_earliest ?? 0) &&
      turn <= (end_latest ?? Number.POSITIVE_INFINITY),
  );
}

/** Finds the final state of the n-th instance of a scenario; undefined if the instance was not started. */
function findFinalState(
  lifecycle: ReferenceLifecycle,
  decisions: readonly TimedDecision[],
): ReferenceLifecycle['final'] | undefined {
  const own = decisions.filter(({ chartId }) => chartId === lifecycle.scenario_id).map(({ decision }) => decision);
  const starts = own.filter(({ action }) => action === Action.SCENARIO_LIFECYCLE_ACTION_START);
  const instanceId = starts[lifecycle.instance - 1]?.instanceId;
  if (instanceId === undefined) return undefined;
  const actions = own.filter((decision) => decision.instanceId === instanceId).map(({ action }) => action);
  if (actions.includes(Action.SCENARIO_LIFECYCLE_ACTION_COMPLETE)) return 'COMPLETE';
  return actions.includes(Action.SCENARIO_LIFECYCLE_ACTION_CANCEL) ? 'CANCEL' : 'OPEN';
}
