import { decodeTraceContext } from '../../codec/stored/trace-context-text';
import { decodeTurnBlock } from '../../codec/stored/turn-block';
import type { StoredTurn } from '../../codec/stored/turn-block-header';
import type { TurnRecord } from '../../ports/session-store';

// Functions that read the replies of scripts. A reply of an unexpected type is a defect in this folder, so they throw a plain
// Error.

export function asBytes(reply: unknown): Buffer {
  return Buffer.isBuffer(reply) ? reply : throwUnexpectedReply(reply);
}

/** Returns undefined for a nil reply. */
export function asOptionalBytes(reply: unknown): Buffer | undefined {
  return reply === null || reply === undefined ? undefined : asBytes(reply);
}

export function asInteger(reply: unknown): number {
  return typeof reply === 'number' ? reply : throwUnexpectedReply(reply);
}

export function asList(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : throwUnexpectedReply(reply);
}

/** Parses an entry of the turn log. Its id is `<revision>-0`; commit.lua documents its fields. */
export function parseTurnEntry(entry: unknown): TurnRecord {
  const [id, fieldList] = asList(entry);
  const namesAndValues = asList(fieldList);
  const fields = new Map<string, Buffer>();
  for (let i = 0; i + 1 < namesAndValues.length; i += 2) {
    fields.set(asBytes(namesAndValues[i]).toString(), asBytes(namesAndValues[i + 1]));
  }
  const getField = (name: string) => fields.get(name) ?? throwMissingField(name);
  return {
    revision: Number.parseInt(asBytes(id).toString(), 10),
    turnId: getField('turn').toString(),
    occurredAt: Number(getField('occurred').toString()),
    committedAt: Number(getField('committed').toString()),
    request: getField('request'),
    response: getField('response'),
    basis: fields.get('basis'),
    traceContext: decodeTraceContext(fields.get('trace')?.toString() ?? ''),
  };
}

/** Parses a turn with its kept state, as the scripts that read both return it. */
export function parseStoredTurn(turn: unknown): StoredTurn {
  const [entry, stateBefore] = asList(turn);
  return { record: parseTurnEntry(entry), stateBefore: asOptionalBytes(stateBefore) };
}

/** Parses a recorded turn: an entry of the turn log, or the block that has the turn. */
export async function parseTurn(entryOrBlock: unknown, revision: unknown): Promise<TurnRecord> {
  if (!Buffer.isBuffer(entryOrBlock)) return parseTurnEntry(entryOrBlock);
  const turns = await decodeTurnBlock(entryOrBlock);
  const turn = turns.find(({ record }) => record.revision === Number(asBytes(revision).toString()));
  return turn?.record ?? throwMissingTurn();
}

function throwMissingTurn(): never {
  throw new Error('A block does not have the turn that its index names.');
}

function throwUnexpectedReply(reply: unknown): never {
  throw new Error(`A Redis script returned an unexpected ${reply === null ? 'null' : typeof reply}.`);
}

function throwMissingField(name: string): never {
  throw new Error(`An entry of the turn log has no field "${name}".`);
}
