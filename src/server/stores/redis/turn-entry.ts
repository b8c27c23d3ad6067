import type { TurnRecord } from '../../ports/session-store';
import { asBytes, asList } from './script-reply';

/** A recorded turn of an entry of the turn log, whose id is `<revision>-0` and whose fields commit.lua wrote. */
export function parseTurnEntry(entry: unknown): TurnRecord {
  const [id, list] = asList(entry);
  const values = asList(list);
  const fields = new Map<string, Buffer>();
  for (let i = 0; i + 1 < values.length; i += 2) fields.set(asBytes(values[i]).toString(), asBytes(values[i + 1]));
  const field = (name: string) => fields.get(name) ?? missing(name);
  return {
    revision: Number.parseInt(asBytes(id).toString(), 10),
    turnId: field('turn').toString(),
    occurredAt: Number(field('occurred').toString()),
    committedAt: Number(field('committed').toString()),
    request: field('request'),
    response: field('response'),
    traceparent: fields.get('trace')?.toString(),
  };
}

function missing(name: string): never {
  throw new Error(`An entry of a turn log lacks its field "${name}".`);
}
