import {
  ProcessTurnResponse,
  type ProcessTurnResponse as ResultMessage,
  ResponseView as ViewMessage,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type { TurnDecision } from '../../../core/decide-turn';
import type { ResponseView } from '../../ports/turn-codec';
import { createEnumTable, type EnumTable } from './enum-table';
import { explainedResultToProto, turnResultToProto } from './result-codec';

export const responseView: EnumTable<ResponseView, ViewMessage> = createEnumTable(ViewMessage, 'RESPONSE_VIEW_', {
  unspecified: 'BASIC',
});

/** Converts a decision to the response in a view. */
export const decisionToProto: Readonly<
  Record<ResponseView, (decision: Pick<TurnDecision, 'result' | 'explain'>) => ResultMessage>
> = {
  BASIC: ({ result }) => turnResultToProto(result),
  FULL: ({ explain }) => explainedResultToProto(explain()),
  PLAN: ({ result }) => selectPlan(turnResultToProto(result)),
};

/** Returns the parts of a response in the view PLAN. */
function selectPlan({ sessionId, turnId, revision, plan, validateOnly }: ResultMessage): ResultMessage {
  return { ...ProcessTurnResponse.create(), sessionId, turnId, revision, plan, validateOnly };
}

/** Whether a response has what only explains the decisions. Every response in the view FULL has a context. */
export function isExplained({ context }: ResultMessage): boolean {
  return context !== undefined;
}

/** Returns a response of any view but PLAN in the view BASIC. */
export function removeExplanation(message: ResultMessage): ResultMessage {
  if (!isExplained(message)) return message;
  return {
    ...message,
    context: undefined,
    lifecycleDecisions: message.lifecycleDecisions.map(removeReasoning),
    rejectedCandidates: message.rejectedCandidates.map(removeReasoning),
    transitionDecisions: message.transitionDecisions.map((decision) => ({
      ...decision,
      reasoning: '',
      alternatives: [],
      omittedAlternatives: 0,
    })),
    ignoredOutcomes: message.ignoredOutcomes.map(removeReasoning),
  };
}

function removeReasoning<T extends { reasoning: string }>(decision: T): T {
  return { ...decision, reasoning: '' };
}
