import { applyTurn, type PhaseResults } from './apply/apply-turn';
import { summarizeContext } from './context/context-summary';
import { type SelectionContext, selectContext, type TurnInput } from './context/selection-context';
import { planContributions } from './contributions/contribution-plan';
import { toLifecycleDecisions } from './lifecycle/lifecycle-decisions';
import { decideLifecycle } from './lifecycle/lifecycle-phase';
import { toRejectedCandidates } from './lifecycle/rejected-candidates';
import type { Session } from './model/session';
import type { TurnResult } from './model/turn-result';
import { toTransitionDecisions } from './transitions/transition-decisions';
import { decideTransitions } from './transitions/transition-phase';

/** Runs one phase of a turn. The server passes a function that traces each phase as a span. */
export type RunPhase = <T>(name: PhaseName, work: () => T) => T;
export type PhaseName =
  | 'orchestrator.context'
  | 'orchestrator.lifecycle'
  | 'orchestrator.transitions'
  | 'orchestrator.contributions';

/** The result that the caller receives, and the session after the turn. */
export interface TurnDecision {
  readonly result: TurnResult;
  readonly session: Session;
}

const runUntraced: RunPhase = (_name, work) => work();

/**
 * Decides a turn: context, lifecycle, transitions and contributions (P6.1 to P6.4), then apply (section 0). Pure: no clock, no randomness,
 * no I/O. The same input always gives the same output, byte for byte after encoding.
 */
export function decideTurn(input: TurnInput, validateOnly = false, runPhase: RunPhase = runUntraced): TurnDecision {
  const context = runPhase('orchestrator.context', () => selectContext(input));
  const lifecycle = runPhase('orchestrator.lifecycle', () => decideLifecycle(context));
  const transitions = runPhase('orchestrator.transitions', () => decideTransitions(context, lifecycle));
  const plan = runPhase('orchestrator.contributions', () =>
    planContributions(context, transitions, lifecycle.starts, lifecycle.choices),
  );
  const results: PhaseResults = { lifecycle, transitions, plan };
  const session = applyTurn(context, results);
  return { result: toTurnResult(context, results, session, validateOnly), session };
}

function toTurnResult(
  context: SelectionContext,
  { lifecycle, transitions, plan }: PhaseResults,
  session: Session,
  validateOnly: boolean,
): TurnResult {
  return {
    sessionId: session.sessionId,
    turnId: context.turn.turnId,
    revision: session.revision,
    turnCount: session.turnCount,
    context: summarizeContext(context),
    lifecycleDecisions: toLifecycleDecisions(context, transitions.decisions, lifecycle.starts),
    rejectedCandidates: toRejectedCandidates(context, lifecycle.rejected, session.pendingStarts),
    transitionDecisions: toTransitionDecisions(context, transitions, lifecycle.starts),
    plan,
    ignoredOutcomes: context.ignoredOutcomes.map(({ outcome, instanceId, reasoning }) => ({
      outcome,
      instanceId,
      reasoning,
    })),
    validateOnly,
    modelProposal: context.proposal,
  };
}
