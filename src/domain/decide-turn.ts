import { applyTurn } from './apply/apply-turn';
import type { DecidedTurn } from './apply/decided-turn';
import { type SelectionContext, selectContext, type TurnInput } from './context/selection-context';
import { summarizeContext } from './context-summary';
import { planContributions } from './contributions/contribution-phase';
import { lifecycleDecisions, rejectedCandidates } from './lifecycle/lifecycle-decisions';
import { decideLifecycle } from './lifecycle/lifecycle-phase';
import type { Session } from './session';
import { transitionDecisions } from './transitions/transition-decisions';
import { decideTransitions } from './transitions/transition-phase';
import type { TurnResult } from './turn-result';

/** Runs each phase of a turn; the pipeline gives one that opens a span around it. */
export type RunPhase = <T>(name: PhaseName, work: () => T) => T;
export type PhaseName = 'P6.1 context' | 'P6.2 lifecycle' | 'P6.3 transitions' | 'P6.4 contributions';

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
  const context = phase('P6.1 context', () => selectContext(input));
  const lifecycle = phase('P6.2 lifecycle', () => decideLifecycle(context));
  const transitions = phase('P6.3 transitions', () => decideTransitions(context, lifecycle));
  const plan = phase('P6.4 contributions', () =>
    planContributions(context, transitions, lifecycle.starts, lifecycle.choices),
  );
  const decided: DecidedTurn = { lifecycle, transitions, plan };
  const session = applyTurn(context, decided);
  return { result: resultOf(context, decided, session, validateOnly), session };
}

function resultOf(
  context: SelectionContext,
  { lifecycle, transitions, plan }: DecidedTurn,
  session: Session,
  validateOnly: boolean,
): TurnResult {
  return {
    sessionId: session.sessionId,
    turnId: context.turn.turnId,
    revision: session.revision,
    turnCount: session.turnCount,
    context: summarizeContext(context),
    lifecycleDecisions: lifecycleDecisions(context, transitions.fates, lifecycle.starts),
    rejectedCandidates: rejectedCandidates(context, lifecycle.refused, session.pendingStarts),
    transitionDecisions: transitionDecisions(context, transitions, lifecycle.starts),
    plan,
    ignoredOutcomes: context.ignored.map(({ outcome, instanceId, reasoning }) => ({ outcome, instanceId, reasoning })),
    validateOnly,
    modelProposal: context.proposal,
  };
}
