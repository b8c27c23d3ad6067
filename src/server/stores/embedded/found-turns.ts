import { decodeTurnBlocks } from '../../codec/stored/turn-block';
import type { StoredTurn } from '../../codec/stored/turn-block-header';
import type { TurnRecord } from '../../ports/session-store';

/** Turns as they are stored: blocks of older ones, then single ones, each in order. Blocks are decoded outside of the transaction. */
export interface FoundTurns {
  readonly blocks: readonly Uint8Array[];
  readonly turns: readonly StoredTurn[];
  /** Whether there are later turns. */
  readonly hasMore: boolean;
}

export async function decodeTurns({ blocks, turns }: FoundTurns): Promise<readonly StoredTurn[]> {
  return [...(await decodeTurnBlocks(blocks)), ...turns];
}

/** Returns the turn with an id from what `TurnTable.findKnown` has found. */
export async function decodeKnownTurn(found: FoundTurns, turnId: string): Promise<TurnRecord> {
  const known = (await decodeTurns(found)).findLast(({ record }) => record.turnId === turnId);
  if (known === undefined) throw new Error('A turn whose id is known is not recorded.');
  return known.record;
}
