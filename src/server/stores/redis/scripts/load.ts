import type { Call } from '../../../ports/call';
import type { TurnRecord } from '../../../ports/session-store';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { Effect } from '../redis-errors';
import { asInteger, asList, asOptionalBytes } from '../script-reply';
import type { SessionKeys } from '../session-keys';
import { parseTurnEntry } from '../turn-entry';

const script = LuaScript.load('load');

export interface LoadReply {
  /** Undefined where there is no session. */
  readonly state: Buffer | undefined;
  /** Below 0 where there is none. */
  readonly ttlMs: number;
  /** The turn, where its id is known. */
  readonly recordedTurn: TurnRecord | undefined;
}

/**
 * Runs load.lua, which says what is read; as a write, so that all that it finds is replicated where that is asked for. Rejects as
 * `RedisConnection.run` does for the effect.
 */
export async function runLoad(
  connection: RedisConnection,
  keys: SessionKeys,
  turnId: string,
  effect: Effect,
  call: Call,
): Promise<LoadReply> {
  const reply = await connection.runScript(call, effect, script, [keys.session, keys.turnLog], [turnId]);
  const [state, ttl, entry] = asList(reply);
  return {
    state: asOptionalBytes(state),
    ttlMs: asInteger(ttl),
    recordedTurn: entry === null ? undefined : parseTurnEntry(entry),
  };
}
