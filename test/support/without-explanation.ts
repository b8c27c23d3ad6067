import type { ExplainedTurnResult, TurnResult } from '../../src/core/model/turn-result';

/** Returns a result without what explains it, as the rules decide it. The sentences of ignored outcomes stay: they belong to the decision. */
export function withoutExplanation({ context: _context, ...result }: ExplainedTurnResult): TurnResult {
  return {
    ...result,
    lifecycleDecisions: result.lifecycleDecisions.map(({ reasoning: _, ...decision }) => decision),
    rejectedCandidates: result.rejectedCandidates.map(({ reasoning: _, ...rejected }) => rejected),
    transitionDecisions: result.transitionDecisions.map(
      ({ reasoning: _, alternatives: _alternatives, omittedAlternatives: _omitted, ...decision }) => decision,
    ),
  };
}
