import type { RejectedCandidate, ScenarioLifecycleDecision } from '../../../gen/focal/orchestration/v1/lifecycle';
import {
  LifecycleReason,
  RejectionReason,
  ScenarioLifecycleAction,
} from '../../../gen/focal/orchestration/v1/lifecycle';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { type ScenarioStepTransitionDecision, TransitionReason } from '../../../gen/focal/orchestration/v1/transition';
import type { Turn } from '../../../gen/focal/orchestration/v1/turn';
import { formatEnum } from './enum-text';
import { formatTurnInput } from './heard-lines';
import { formatPlan } from './plan-lines';
import { formatHeading, formatRow, type Style, type TerminalOptions } from './styled-text';

const inks: Readonly<Record<string, Style>> = {
  START: 'green',
  CONTINUE: 'blue',
  PAUSE: 'yellow',
  COMPLETE: 'green',
  CANCEL: 'red',
};
const goesWithoutSaying: ReadonlySet<LifecycleReason> = new Set([
  LifecycleReason.LIFECYCLE_REASON_GOES_ON,
  LifecycleReason.LIFECYCLE_REASON_QUIET,
]);
const labelWidth = 11;

/** A turn with its answer, to be shown. */
export interface ProcessedTurn {
  /** What stands above it. */
  readonly title: string;
  readonly turn: Turn;
  readonly response: ProcessTurnResponse;
}

/** What a person reads of a turn: what was heard, what was decided for each scenario, what did not start, and the plan. */
export function formatTurn(
  paper: TerminalOptions,
  { title, turn, response }: ProcessedTurn,
  nameOf: (scenarioId: string) => string,
): readonly string[] {
  const names = response.lifecycleDecisions.map(({ scenarioId }) => nameOf(scenarioId));
  const rejected = response.rejectedCandidates.map(({ scenarioId }) => nameOf(scenarioId));
  const nameWidth = Math.max(0, ...[...names, ...rejected].map(({ length }) => length)) + 2;
  const moves = new Map(response.transitionDecisions.map((decision) => [decision.instanceId, decision]));
  return [
    ...formatHeading(paper, title),
    ...formatTurnInput(paper, turn, response, nameOf),
    '',
    ...response.lifecycleDecisions.flatMap((decision) =>
      decisionLines(paper, decision, moves.get(decision.instanceId), nameOf(decision.scenarioId), nameWidth),
    ),
    ...response.rejectedCandidates.flatMap((candidate) => rejectionLines(paper, candidate, nameOf, nameWidth)),
    ...formatPlan(paper, response.plan, nameOf),
    '',
  ];
}

/** A decision with the move that follows from it. One that only says that things go on is told by its move. */
function decisionLines(
  paper: TerminalOptions,
  decision: ScenarioLifecycleDecision,
  move: ScenarioStepTransitionDecision | undefined,
  name: string,
  nameWidth: number,
): readonly string[] {
  const action = formatEnum(ScenarioLifecycleAction, decision.action, 'SCENARIO_LIFECYCLE_ACTION_');
  const cells = [
    { text: action, width: labelWidth, ink: inks[action] ?? 'plain' },
    { text: name, width: nameWidth, ink: 'strong' },
  ] as const;
  const way = move === undefined ? undefined : moveText(move);
  if (way !== undefined && goesWithoutSaying.has(decision.reason)) return formatRow(paper, cells, way);
  const below = [{ text: '', width: labelWidth + nameWidth }];
  const { irreversibleDone, missingSoftFields } = decision;
  return [
    ...formatRow(
      paper,
      cells,
      `${formatEnum(LifecycleReason, decision.reason, 'LIFECYCLE_REASON_')}: ${decision.reasoning}`,
    ),
    ...irreversibleDone.flatMap((done) => formatRow(paper, below, `cannot be undone: ${done}`, 'faint')),
    ...(missingSoftFields.length > 0
      ? formatRow(paper, below, `would be good to know: ${missingSoftFields.join(', ')}`, 'faint')
      : []),
    ...(way === undefined ? [] : formatRow(paper, below, way)),
  ];
}

function moveText({ sourceStepId, targetStepId, skippedSteps, reason }: ScenarioStepTransitionDecision): string {
  const skipped = skippedSteps.length === 0 ? '' : `, skipping ${skippedSteps.join(', ')}`;
  const why = formatEnum(TransitionReason, reason, 'TRANSITION_REASON_');
  if (why === 'ENTERED') return `begins at ${targetStepId}`;
  if (why === 'ADVANCED') return `${sourceStepId} → ${targetStepId}${skipped}`;
  const way = sourceStepId === targetStepId ? `stays at ${targetStepId}` : `${sourceStepId} → ${targetStepId}`;
  return `${way}${skipped} (${why.toLowerCase().replaceAll('_', ' ')})`;
}

function rejectionLines(
  paper: TerminalOptions,
  candidate: RejectedCandidate,
  nameOf: (scenarioId: string) => string,
  nameWidth: number,
): readonly string[] {
  const cells = [
    { text: 'rejected', width: labelWidth, ink: 'faint' },
    { text: nameOf(candidate.scenarioId), width: nameWidth, ink: 'strong' },
  ] as const;
  return formatRow(
    paper,
    cells,
    `${formatEnum(RejectionReason, candidate.reason, 'REJECTION_REASON_')}: ${candidate.reasoning}`,
  );
}
