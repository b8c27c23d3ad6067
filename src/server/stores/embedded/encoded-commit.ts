import type { TurnCommit } from '../../ports/session-store';
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
