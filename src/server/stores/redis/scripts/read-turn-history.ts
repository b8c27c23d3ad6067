import type { Call } from '../../../ports/call';
import type { TurnRecord, TurnSelector } from '../../../ports/session-store';
import { maxHistoryBytes, maxHistoryTurns } from '../../../ports/turn-history';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { SessionKeys } from '../redis-keys';
import { asList, asOptionalBytes, parseTurnEntry } from '../script-reply';

const script = LuaScript.load('read-turn-history');

export interface ReadTurnHistoryReply {
  /** The encoded state before the first turn, empty if there was no session; undefined if none is kept. */
  readonly start: Buffer | undefined;
  /** The recorded turns, oldest first. The last one is the requested turn. */
  readonly turns: readonly TurnRecord[];
}

/** Runs read-turn-history.lua. Resolves to undefined if the turn is not recorded. Rejects as `RedisConnection.read` does. */
export async function runReadTurnHistory(
  connection: RedisConnection,
  keys: SessionKeys,
  turn: TurnSelector,
  call: Call,
): Promise<ReadTurnHistoryReply | undefined> {
  const reference = 'turnId' in turn ? [turn.turnId, 0] : ['', turn.revision];
  const args = [...reference, maxHistoryTurns, maxHistoryBytes];
  const reply = await connection.runScript(call, 'read', script, [keys.session, keys.turnLog], args);
  if (reply === null) return undefined;
  const [entries, start] = asList(reply);
  return { start: asOptionalBytes(start), turns: asList(entries).map(parseTurnEntry).reverse() };
}
