import { applyTurn, listOpenRequests } from './apply/apply-turn';
import { summarizeContext } from './context/context-summary';
import { type SelectionContext, selectContext, type TurnInput } from './context/selection-context';
import { planContributions, toPlan } from './contributions/contribution-plan';
import { listOffers } from './contributions/offers';
import { toLifecycleDecisions } from './lifecycle/lifecycle-decisions';
import { decideLifecycle } from './lifecycle/lifecycle-phase';
import { toRejectedCandidates } from './lifecycle/rejected-candidates';
import type { ContributionPlan } from './model/contribution';
import type { Session } from './model/session';
import type { TurnResult } from './model/turn-result';
import { toTransitionDecisions } from './transitions/transition-decisions';
import { decideTransitions, type TransitionPhase } from './transitions/transition-phase';

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
  const contributions = runPhase('orchestrator.contributions', () => planContributions(context, transitions));
  const session = applyTurn(context, transitions, contributions);
  const offers = listOffers(context, transitions.instances);
  const plan = toPlan(contributions, listOpenRequests(session), offers, context.rejectedValues);
  return { result: toTurnResult(context, transitions, plan, session, validateOnly), session };
}

function toTurnResult(
  context: SelectionContext,
  transitions: TransitionPhase,
  plan: ContributionPlan,
  session: Session,
  validateOnly: boolean,
): TurnResult {
  return {
    sessionId: session.sessionId,
    turnId: context.turn.turnId,
    revision: session.revision,
    turnCount: session.turnCount,
    context: summarizeContext(context),
    lifecycleDecisions: toLifecycleDecisions(context, transitions),
    rejectedCandidates: toRejectedCandidates(context, transitions),
    transitionDecisions: toTransitionDecisions(context, transitions),
    plan,
    ignoredOutcomes: context.ignoredOutcomes,
    nextTimerAt: session.nextTimerAt,
    validateOnly,
    modelProposal: context.proposal,
  };
}
