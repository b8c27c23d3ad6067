import {
  ScenarioLifecycleAction as Action,
  LifecycleReason,
  type ScenarioLifecycleDecision,
} from '../../gen/focal/orchestration/v1/lifecycle';
import { type DialogueScore, shareOf } from './dialogue-score';
import type { PlayedDialogue } from './played-dialogue';
import type { DialogueReference, ReferenceLifecycle } from './reference';
import type { ReplayCatalogue } from './replay-catalogue';

/** A lifecycle decision with the turn of the dialogue that it belongs to. */
interface TimedDecision {
  readonly turn: number;
  readonly chartId: string;
  readonly decision: ScenarioLifecycleDecision;
}

/** Compares the lives of instances with those of the reference. */
export function scoreLifecycle(
  played: PlayedDialogue,
  reference: DialogueReference,
  catalogue: ReplayCatalogue,
): Pick<DialogueScore, 'pauseReturn' | 'resume' | 'completeInWindow' | 'finalState'> {
  const decisions = timedDecisions(played, catalogue);
  const expected = reference.turns.flatMap(({ turn, expected: { lifecycle } }) =>
    lifecycle.map((entry) => ({ turn, ...entry })),
  );
  const decided = (turn: number, chartId: string, holds: (decision: ScenarioLifecycleDecision) => boolean): boolean =>
    decisions.some((entry) => entry.turn === turn && entry.chartId === chartId && holds(entry.decision));
  const pauses = expected.filter((entry) => entry.decision === 'PAUSE' && entry.returns);
  const resumes = expected.filter((entry) => entry.decision === 'CONTINUE' && entry.resumed);
  const completions = reference.lifecycles.filter(({ final }) => final === 'COMPLETE');
  return {
    pauseReturn: shareOf(pauses.map(({ turn, scenario_id }) => decided(turn, scenario_id, isNewPause))),
    resume: shareOf(resumes.map(({ turn, scenario_id }) => decided(turn, scenario_id, isResume))),
    completeInWindow: shareOf(completions.map((lifecycle) => completesInWindow(lifecycle, decisions))),
    finalState: shareOf(reference.lifecycles.map((lifecycle) => finalState(lifecycle, decisions) === lifecycle.final)),
  };
}

/** All decisions in their order; those of the closing turn belong to the last turn of the dialogue. */
function timedDecisions(played: PlayedDialogue, catalogue: ReplayCatalogue): TimedDecision[] {
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

/** How the n-th instance of the scenario stood at the end; undefined where there was none. */
function finalState(
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
