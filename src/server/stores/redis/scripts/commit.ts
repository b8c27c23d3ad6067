import { getImportId, type Session } from '../../../../core/model/session';
import { encodeTraceContext } from '../../../codec/stored/trace-context-text';
import type { Call } from '../../../ports/call';
import type { TurnRecord } from '../../../ports/session-store';
import { keepsStateBefore, maxKeptStateBytes } from '../../../ports/turn-history';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { SessionKeys } from '../redis-keys';
import { asBytes, asInteger, asList, asOptionalBytes, parseTurnEntry } from '../script-reply';

const script = LuaScript.load('commit');

export interface CommitArguments {
  readonly record: TurnRecord;
  /** The session that must be stored for the commit to succeed; undefined if there must be none. */
  readonly previousSession: Session | undefined;
  /** The encoded session after the turn. */
  readonly state: Buffer;
  /** The state that the turn was decided on: the one that the commit replaces, or the given encoded one. */
  readonly stateBefore: 'previous' | Buffer;
  readonly isSupersedable: boolean;
  /** The maximum number of recorded turns, at least 1. */
  readonly recordedTurns: number;
  readonly sessionTtlMs: number;
}

export type CommitReply =
  | { readonly kind: 'committed' }
  | { readonly kind: 'known'; readonly record: TurnRecord }
  /** `state` is the stored state, or undefined if there is no session. `ttlMs` is negative if the session has no time to live. */
  | { readonly kind: 'conflict'; readonly state: Buffer | undefined; readonly ttlMs: number };

const noBytes: Uint8Array = new Uint8Array();

/** Runs commit.lua. Rejects as `RedisConnection.write` does. */
export async function runCommit(
  connection: RedisConnection,
  keys: SessionKeys,
  { record, previousSession, state, stateBefore, isSupersedable, recordedTurns, sessionTtlMs }: CommitArguments,
  call: Call,
): Promise<CommitReply> {
  const reply = await connection.runScript(
    call,
    'write',
    script,
    [keys.session, keys.turnLog],
    [
      record.turnId,
      previousSession?.revision ?? '',
      record.revision,
      state,
      record.occurredAt,
      record.committedAt,
      toBuffer(record.request),
      toBuffer(record.response),
      recordedTurns,
      sessionTtlMs,
      previousSession?.lastTurnId ?? '',
      encodeTraceContext(record.traceContext),
      ...(typeof stateBefore === 'string' ? [stateBefore, ''] : ['given', stateBefore]),
      previousSession?.lastTurnId === '' ? getImportId(previousSession) : '',
      isSupersedable ? '1' : '0',
      keepsStateBefore(record.revision) ? maxKeptStateBytes : '',
      toBuffer(record.basis ?? noBytes),
    ],
  );
  return typeof reply === 'number' ? { kind: 'committed' } : parseRejection(asList(reply));
}

/** Wraps the same memory in a Buffer. ioredis accepts no other type of bytes. */
export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function parseRejection([kind, value, ttl]: readonly unknown[]): CommitReply {
  const name = asBytes(kind).toString();
  if (name === 'conflict') return { kind: 'conflict', state: asOptionalBytes(value), ttlMs: asInteger(ttl) };
  return { kind: 'known', record: parseTurnEntry(value) };
}
