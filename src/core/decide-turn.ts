import { applyTurn, listOpenRequests } from './apply/apply-turn';
import { summarizeContext } from './context/context-summary';
import { type SelectionContext, selectContext, type TurnInput } from './context/selection-context';
import { planContributions, toPlan } from './contributions/contribution-plan';
import { listOffers } from './contributions/offers';
import { explainLifecycleDecisions, toLifecycleDecisions } from './lifecycle/lifecycle-decisions';
import { decideLifecycle } from './lifecycle/lifecycle-phase';
import { explainRejectedCandidates, toRejectedCandidates } from './lifecycle/rejected-candidates';
import type { ContributionPlan } from './model/contribution';
import type { Session } from './model/session';
import type { ExplainedTurnResult, TurnResult } from './model/turn-result';
import { explainTransitionDecisions, toTransitionDecisions } from './transitions/transition-decisions';
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
  /** Returns the result with what explains it. Most callers do not read explanations, so they are built only when this is called. */
  readonly explain: () => ExplainedTurnResult;
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
  const result = toTurnResult(context, transitions, plan, session, validateOnly);
  return { result, session, explain: () => explainResult(result, context, transitions) };
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
    lifecycleDecisions: toLifecycleDecisions(context, transitions),
    rejectedCandidates: toRejectedCandidates(context, transitions),
    transitionDecisions: toTransitionDecisions(transitions),
    plan,
    ignoredOutcomes: context.ignoredOutcomes,
    nextTimerAt: session.nextTimerAt,
    validateOnly,
    modelProposal: context.proposal,
  };
}

function explainResult(
  result: TurnResult,
  context: SelectionContext,
  transitions: TransitionPhase,
): ExplainedTurnResult {
  return {
    ...result,
    context: summarizeContext(context),
    lifecycleDecisions: explainLifecycleDecisions(context, transitions),
    rejectedCandidates: explainRejectedCandidates(context, transitions),
    transitionDecisions: explainTransitionDecisions(context, transitions),
  };
}
