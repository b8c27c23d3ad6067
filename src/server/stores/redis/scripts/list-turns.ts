import type { Call } from '../../../ports/call';
import type { RecordedTurns } from '../../../ports/session-store';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { SessionKeys } from '../redis-keys';
import { asInteger, asList, parseTurnEntry } from '../script-reply';

const script = LuaScript.load('list-turns');

export interface ListTurnsArguments {
  readonly afterRevision: number;
  /** The maximum number of turns. */
  readonly limit: number;
  /** The maximum total size of requests and responses. The first turn is listed regardless of its size. */
  readonly maxBytes: number;
}

/** Runs list-turns.lua. Rejects as `RedisConnection.read` does. */
export async function runListTurns(
  connection: RedisConnection,
  { turnLog }: SessionKeys,
  { afterRevision, limit, maxBytes }: ListTurnsArguments,
  call: Call,
): Promise<RecordedTurns> {
  const reply = await connection.runScript(call, 'read', script, [turnLog], [afterRevision, limit, maxBytes]);
  const [entries, hasMore] = asList(reply);
  return { turns: asList(entries).map(parseTurnEntry), hasMore: asInteger(hasMore) === 1 };
}
