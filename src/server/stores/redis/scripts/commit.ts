import type { Session } from '../../../../core/model/session';
import type { Call } from '../../../ports/call';
import type { TurnRecord } from '../../../ports/session-store';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import { asBytes, asInteger, asList, asOptionalBytes } from '../script-reply';
import type { SessionKeys } from '../session-keys';
import { parseTurnEntry } from '../turn-entry';

const script = LuaScript.load('commit');

export interface CommitArguments {
  readonly record: TurnRecord;
  /** What the store must hold; undefined: no session. */
  readonly previousSession: Pick<Session, 'revision' | 'lastTurnId'> | undefined;
  /** The session after the turn. */
  readonly state: Buffer;
  /** At least 1. */
  readonly recordedTurns: number;
  readonly sessionTtlMs: number;
}

export type CommitReply =
  | { readonly kind: 'committed' }
  | { readonly kind: 'known'; readonly record: TurnRecord }
  /** The state as it is stored; undefined where there is no session. `ttlMs` below 0: there is none. */
  | { readonly kind: 'conflict'; readonly state: Buffer | undefined; readonly ttlMs: number };

/** Runs commit.lua, which says what is done. Rejects as `RedisConnection.run` does for a write. */
export async function runCommit(
  connection: RedisConnection,
  keys: SessionKeys,
  { record, previousSession: before, state, recordedTurns, sessionTtlMs }: CommitArguments,
  call: Call,
): Promise<CommitReply> {
  const reply = await connection.runScript(
    call,
    'write',
    script,
    [keys.session, keys.turnLog],
    [
      record.turnId,
      before?.revision ?? '',
      record.revision,
      state,
      record.occurredAt,
      record.committedAt,
      toBuffer(record.request),
      toBuffer(record.response),
      recordedTurns,
      sessionTtlMs,
      before?.lastTurnId ?? '',
      record.traceparent ?? '',
    ],
  );
  return typeof reply === 'number' ? { kind: 'committed' } : refusal(asList(reply));
}

/** The same bytes as a Buffer: ioredis sends no other kind of bytes. */
export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function refusal([kind, found, ttl]: readonly unknown[]): CommitReply {
  const name = asBytes(kind).toString();
  if (name === 'conflict') return { kind: 'conflict', state: asOptionalBytes(found), ttlMs: asInteger(ttl) };
  return { kind: 'known', record: parseTurnEntry(found) };
}
