import type { Session } from '../../core/model/session';
import {
  createNotSupersedableError,
  hintsWriteAction,
  isLastTurnMessage,
  restoreSessionBefore,
  type SupersedingProblem,
} from '../../core/model/superseding';
import type { Turn } from '../../core/model/turn';
import type { Call } from '../ports/call';
import type { LoadedSession, SessionStore } from '../ports/session-store';
import type { TurnCodec } from '../ports/turn-codec';

export interface SupersedingDependencies {
  readonly store: SessionStore;
  readonly codec: TurnCodec;
}

/**
 * Returns the session to decide a superseding turn on: the state before the last turn, at the current revision (section 13).
 *
 * @throws OrchestratorError TURN_NOT_SUPERSEDABLE, and the errors of the store.
 */
export async function restoreSupersededState(
  deps: SupersedingDependencies,
  turn: Turn,
  { session, stateBefore }: Pick<LoadedSession, 'session' | 'stateBefore'>,
  call: Call,
): Promise<Session> {
  if (session === undefined || session.lastTurnId !== turn.supersedesTurnId) {
    throw createNotSupersedableError(turn, session, 'NOT_LAST_TURN');
  }
  // Every commit of a turn that can be superseded keeps the state before it.
  if (stateBefore === undefined) {
    throw createNotSupersedableError(turn, session, await findProblem(deps, session, call));
  }
  return restoreSessionBefore(session, stateBefore.session);
}

/** Determines why the state before the last turn is not kept. */
async function findProblem(
  { store, codec }: SupersedingDependencies,
  session: Session,
  call: Call,
): Promise<SupersedingProblem> {
  if (!isLastTurnMessage(session)) return 'NOT_A_MESSAGE';
  const { turns } = await store.listTurns({ key: session, afterRevision: session.revision - 1, limit: 1 }, call);
  const lastTurn = turns[0];
  return lastTurn !== undefined && hintsWriteAction(codec.decodeResult(lastTurn.response))
    ? 'WRITE_ACTION_HINTED'
    : 'STATE_NOT_KEPT';
}
