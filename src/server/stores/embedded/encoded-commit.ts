import { encodeBoundedSession } from '../../codec/stored/bounded-session';
import { encodeSession } from '../../codec/stored/stored-values';
import type { SessionLimits } from '../../ports/session-limits';
import type { TurnCommit } from '../../ports/session-store';
import { encodeTurnEvent } from '../recorded-turns/turn-event';
import type { FoundTurns } from './found-turns';

/** The result of the transaction of a commit. States and blocks are decoded after the transaction. */
export type CommitResult =
  | { readonly kind: 'committed'; readonly unpackedTurns: number }
  | { readonly kind: 'known'; readonly found: FoundTurns }
  | { readonly kind: 'conflict'; readonly state: Uint8Array | undefined };

/** A commit with encoded sessions. */
export interface EncodedCommit extends Omit<TurnCommit, 'stateBefore'> {
  readonly state: Uint8Array;
  readonly event: Uint8Array;
  readonly stateBefore: 'previous' | Uint8Array;
}

/** Encodes what the transaction stores, before it starts. Throws SESSION_TOO_LARGE. */
export function encodeCommit(commit: TurnCommit, limits: SessionLimits): EncodedCommit {
  const { session, previousSession, record } = commit;
  if (session.revision !== record.revision) throw new Error('A turn and its session must have the same revision.');
  return {
    ...commit,
    state: encodeBoundedSession(session, previousSession, limits),
    stateBefore: commit.stateBefore === 'previous' ? 'previous' : encodeSession(commit.stateBefore),
    event: encodeTurnEvent(commit),
  };
}
