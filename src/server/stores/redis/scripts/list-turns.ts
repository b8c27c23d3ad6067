import { decodeTurnBlocks } from '../../../codec/stored/turn-block';
import type { Call } from '../../../ports/call';
import type { RecordedTurns } from '../../../ports/session-store';
import { takeTurns } from '../../recorded-turns/take-turns';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { SessionKeys } from '../redis-keys';
import { asBytes, asInteger, asList, parseTurnEntry } from '../script-reply';

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
  keys: SessionKeys,
  args: ListTurnsArguments,
  call: Call,
): Promise<RecordedTurns> {
  const { afterRevision, limit, maxBytes } = args;
  const names = [keys.session, keys.turnLog] as const;
  const reply = await connection.runScript(call, 'read', script, names, [afterRevision, limit, maxBytes]);
  const [blocks, entries, hasMore] = asList(reply);
  const packed = await decodeTurnBlocks(asList(blocks).map(asBytes));
  const turns = [...packed.map(({ record }) => record), ...asList(entries).map(parseTurnEntry)];
  return takeTurns(turns, args, asInteger(hasMore) === 1);
}
