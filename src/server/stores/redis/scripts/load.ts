import type { Call } from '../../../ports/call';
import type { TurnRecord } from '../../../ports/session-store';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { Effect } from '../redis-errors';
import type { SessionKeys } from '../redis-keys';
import { asInteger, asList, asOptionalBytes, parseTurn } from '../script-reply';

const script = LuaScript.load('load');

export interface LoadArguments {
  /** The turn to look for. */
  readonly turnId: string;
  readonly includesStateBefore: boolean;
  /** The number of last turns whose ids are known. */
  readonly replayableTurns: number;
}

export interface LoadReply {
  /** The stored state, or undefined if there is no session. */
  readonly state: Buffer | undefined;
  /** Negative if the session does not exist or has no time to live. */
  readonly ttlMs: number;
  /** The turn with the given id, if it is recorded. */
  readonly recordedTurn: TurnRecord | undefined;
  /** The state before the last turn, if it was requested and is kept. Empty if there was no session. */
  readonly stateBefore: Buffer | undefined;
}

/**
 * Runs load.lua. If replication is required, the effect `write` waits until the replicas have all data that the script read.
 * Rejects as `RedisConnection.runScript` does for the effect.
 */
export async function runLoad(
  connection: RedisConnection,
  keys: SessionKeys,
  { turnId, includesStateBefore, replayableTurns }: LoadArguments,
  effect: Effect,
  call: Call,
): Promise<LoadReply> {
  const args = [turnId, includesStateBefore ? '1' : '0', replayableTurns];
  const reply = await connection.runScript(call, effect, script, [keys.session, keys.turnLog], args);
  const [state, ttl, turn, stateBefore, revision] = asList(reply);
  return {
    state: asOptionalBytes(state),
    ttlMs: asInteger(ttl),
    recordedTurn: turn === null ? undefined : await parseTurn(turn, revision),
    stateBefore: asOptionalBytes(stateBefore),
  };
}
