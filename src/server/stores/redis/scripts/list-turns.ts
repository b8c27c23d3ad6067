import type { Call } from '../../../ports/call';
import type { RecordedTurns } from '../../../ports/session-store';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import { asInteger, asList } from '../script-reply';
import type { SessionKeys } from '../session-keys';
import { parseTurnEntry } from '../turn-entry';

const script = LuaScript.load('list-turns');

export interface ListTurnsArguments {
  readonly afterRevision: number;
  /** How many at most. */
  readonly limit: number;
  /** Of requests and responses at most; the first turn is read whatever its size. */
  readonly maxBytes: number;
}

/** Runs list-turns.lua, which says what is read. Rejects as `RedisConnection.run` does for what is read. */
export async function runListTurns(
  connection: RedisConnection,
  { turnLog: log }: SessionKeys,
  { afterRevision, limit, maxBytes: bytes }: ListTurnsArguments,
  call: Call,
): Promise<RecordedTurns> {
  const reply = await connection.runScript(call, 'read', script, [log], [afterRevision, limit, bytes]);
  const [entries, more] = asList(reply);
  return { turns: asList(entries).map(parseTurnEntry), hasMore: asInteger(more) === 1 };
}
