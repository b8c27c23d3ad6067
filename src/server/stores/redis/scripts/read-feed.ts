import { decodeFeedEvent } from '../../../codec/stored/feed-event';
import type { Call } from '../../../ports/call';
import type { FeedEntry, FeedPage, FeedPosition } from '../../../ports/turn-feed';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { PartitionKeys } from '../redis-keys';
import { asBytes, asList, asOptionalBytes } from '../script-reply';

const script = LuaScript.load('read-feed');

const origin: FeedPosition = { number: 0, mark: 0 };

/** Runs read-feed.lua. Rejects as `RedisConnection.read` does. */
export async function runReadFeed(
  connection: RedisConnection,
  { feed, count }: PartitionKeys,
  { number, limit }: { readonly number: number; readonly limit: number },
  call: Call,
): Promise<FeedPage> {
  const reply = await connection.runScript(call, 'read', script, [feed, count], [number, limit]);
  const [last, oldest, entries] = asList(reply);
  const end = parsePosition(asOptionalBytes(last)) ?? origin;
  const first = parsePosition(asOptionalBytes(oldest));
  return {
    start: { number: first === undefined ? end.number : first.number - 1, mark: 0 },
    end,
    entries: asList(entries).map(parseEntry),
  };
}

/** Parses an entry of a feed; turn-feed.lua documents its fields. */
function parseEntry(entry: unknown): FeedEntry {
  const [id, fields] = asList(entry);
  const [, , , event] = asList(fields);
  return { position: parsePosition(asBytes(id)) ?? origin, event: decodeFeedEvent(asBytes(event)) };
}

function parsePosition(id: Buffer | undefined): FeedPosition | undefined {
  if (id === undefined) return undefined;
  const [number, mark] = id.toString().split('-');
  return { number: Number(number), mark: Number(mark) };
}
