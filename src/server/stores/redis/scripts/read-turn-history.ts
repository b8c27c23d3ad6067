import { decodeTurnBlocks } from '../../../codec/stored/turn-block';
import { encodeBlockTurnId, type StoredTurn } from '../../../codec/stored/turn-block-header';
import type { Call } from '../../../ports/call';
import type { TurnSelector } from '../../../ports/session-store';
import { maxHistoryBytes, maxHistoryTurns } from '../../../ports/turn-history';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { SessionKeys } from '../redis-keys';
import { asBytes, asList, parseStoredTurn } from '../script-reply';
import { toBuffer } from './commit';

const script = LuaScript.load('read-turn-history');

/**
 * Runs read-turn-history.lua. Resolves to the recorded turns from the nearest kept state, or earlier, to the requested turn, or later, in
 * order; to none if the turn is not recorded. Rejects as `RedisConnection.read` does.
 */
export async function runReadTurnHistory(
  connection: RedisConnection,
  keys: SessionKeys,
  turn: TurnSelector,
  call: Call,
): Promise<readonly StoredTurn[]> {
  const selector =
    'turnId' in turn ? [turn.turnId, toBuffer(encodeBlockTurnId(turn.turnId)), 0] : ['', '', turn.revision];
  const args = [...selector, maxHistoryTurns, maxHistoryBytes];
  const reply = await connection.runScript(call, 'read', script, [keys.session, keys.turnLog], args);
  if (reply === null) return [];
  const [blocks, turns] = asList(reply);
  const packed = await decodeTurnBlocks(asList(blocks).map(asBytes).reverse());
  return [...packed, ...asList(turns).map(parseStoredTurn).reverse()];
}
