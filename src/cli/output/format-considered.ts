import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import {
  ConditionTruth,
  type ScenarioStepTransitionDecision,
  type TransitionAlternative,
} from '../../../gen/focal/orchestration/v1/transition';
import { formatEnum } from '../conversation-tests/summary-values';
import type { NameLookup } from './format-values';
import { formatRow, type TerminalOptions } from './terminal';

const labelWidth = 11;

/** Formats what a response in the view FULL has in addition to the decisions: the reasons of transitions, and the transitions considered. */
export function formatConsidered(
  terminal: TerminalOptions,
  { transitionDecisions }: ProcessTurnResponse,
  getName: NameLookup,
): readonly string[] {
  return transitionDecisions.flatMap((decision) => [
    ...formatRow(
      terminal,
      [{ text: 'because', width: labelWidth, style: 'faint' }],
      `${getName(decision.scenarioId)}: ${decision.reasoning}`,
    ),
    ...formatAlternatives(terminal, decision),
  ]);
}

function formatAlternatives(
  terminal: TerminalOptions,
  { alternatives, omittedAlternatives }: ScenarioStepTransitionDecision,
): readonly string[] {
  const indent = [{ text: '', width: labelWidth }];
  return [
    ...(omittedAlternatives === 0
      ? []
      : formatRow(terminal, indent, `${omittedAlternatives} earlier transitions are not listed`, 'faint')),
    ...alternatives.flatMap((alternative) => formatRow(terminal, indent, formatAlternative(alternative), 'faint')),
  ];
}

/** Formats a transition: `ask → pay (ask/1) UNKNOWN: missing amount`. */
function formatAlternative(alternative: TransitionAlternative): string {
  const { transitionId, sourceStepId, targetStepId, truth, taken, notTakenBecause } = alternative;
  const value = truth === ConditionTruth.CONDITION_TRUTH_UNSPECIFIED ? '' : ` ${formatEnum(ConditionTruth, truth)}`;
  const outcome = taken ? 'taken' : notTakenBecause;
  return `${sourceStepId} → ${targetStepId} (${transitionId})${value}: ${outcome}`;
}
