import { applyTurn } from './apply/apply-turn';
import type { PhaseResults } from './apply/phase-results';
import { summarizeContext } from './context/context-summary';
import { type SelectionContext, selectContext, type TurnInput } from './context/selection-context';
import { planContributions } from './contributions/contribution-plan';
import { toLifecycleDecisions, toRejectedCandidates } from './lifecycle/lifecycle-decisions';
import { decideLifecycle } from './lifecycle/lifecycle-phase';
import type { Session } from './model/session';
import type { TurnResult } from './model/turn-result';
import { toTransitionDecisions } from './transitions/transition-decisions';
import { decideTransitions } from './transitions/transition-phase';

/** Runs each phase of a turn; the pipeline gives one that opens a span around it. */
export type RunPhase = <T>(name: PhaseName, work: () => T) => T;
export type PhaseName = 'orchestrator.context' | 'orchestrator.lifecycle' | 'orchestrator.transitions' | 'orchestrator.contributions';

/** A decided turn: what is told, and the session as it is afterwards. */
export interface TurnDecision {
  readonly result: TurnResult;
  readonly session: Session;
}

const plainly: RunPhase = (_name, work) => work();

/**
 * Decides a turn: P6.1 to P6.4, then apply (section 0). Pure: the same input gives the same output, to the byte once it is encoded;
 * no clock, no randomness, no I/O.
 */
export function decideTurn(input: TurnInput, validateOnly = false, phase: RunPhase = plainly): TurnDecision {
  const context = phase('orchestrator.context', () => selectContext(input));
  const lifecycle = phase('orchestrator.lifecycle', () => decideLifecycle(context));
  const transitions = phase('orchestrator.transitions', () => decideTransitions(context, lifecycle));
  const plan = phase('orchestrator.contributions', () =>
    planContributions(context, transitions, lifecycle.starts, lifecycle.choices),
  );
  const decided: PhaseResults = { lifecycle, transitions, plan };
  const session = applyTurn(context, decided);
  return { result: resultOf(context, decided, session, validateOnly), session };
}

function resultOf(
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
    lifecycleDecisions: toLifecycleDecisions(context, transitions.outcomes, lifecycle.starts),
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
