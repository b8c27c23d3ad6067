import { getImportId, type Session } from '../../../../core/model/session';
import { encodeTraceContext } from '../../../codec/stored/trace-context-text';
import type { Call } from '../../../ports/call';
import type { TurnRecord } from '../../../ports/session-store';
import { keepsStateBefore, maxKeptStateBytes } from '../../../ports/turn-history';
import type { TurnLimits } from '../../../ports/turn-limits';
import { type CommandArgument, LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { SessionKeys } from '../redis-keys';
import { asBytes, asInteger, asList, asOptionalBytes, parseTurn } from '../script-reply';
import { listDueKeys, type TimerChange } from './due';
import { createFeedArguments, type PartitionFeedLimits } from './feed-arguments';
import { createIndexArguments, listIndexKeys } from './index-arguments';

const script = LuaScript.load('commit');

export interface CommitArguments {
  readonly record: TurnRecord;
  /** The session after the turn. */
  readonly session: Session;
  /** The session that must be stored for the commit to succeed; undefined if there must be none. */
  readonly previousSession: Session | undefined;
  /** The encoded session after the turn. */
  readonly state: Buffer;
  /** The state that the turn was decided on: the one that the commit replaces, or the given encoded one. */
  readonly stateBefore: 'previous' | Buffer;
  readonly isSupersedable: boolean;
  /** The encoded event of the feed. */
  readonly event: Uint8Array;
  readonly limits: TurnLimits;
  readonly feedLimits: PartitionFeedLimits;
  readonly sessionTtlMs: number;
  /** How the entry of its timer changes. */
  readonly timerChange: TimerChange;
}

export type CommitReply =
  /** `unpackedTurns` is the number of recorded turns that are not in a block. */
  | { readonly kind: 'committed'; readonly unpackedTurns: number }
  | { readonly kind: 'known'; readonly record: TurnRecord }
  /** `state` is the stored state, or undefined if there is no session. `ttlMs` is negative if the session has no time to live. */
  | { readonly kind: 'conflict'; readonly state: Buffer | undefined; readonly ttlMs: number };

const noBytes: Uint8Array = new Uint8Array();

/** Runs commit.lua. Rejects as `RedisConnection.write` does. */
export async function runCommit(
  connection: RedisConnection,
  keys: SessionKeys,
  commit: CommitArguments,
  call: Call,
): Promise<CommitReply> {
  const { record, session, previousSession, state, stateBefore, isSupersedable, event, limits } = commit;
  const { feedLimits, sessionTtlMs, timerChange } = commit;
  const args: CommandArgument[] = [
    record.turnId,
    previousSession?.revision ?? '',
    record.revision,
    state,
    record.occurredAt,
    record.committedAt,
    toBuffer(record.request),
    toBuffer(record.response),
    limits.recordedTurns,
    sessionTtlMs,
    previousSession?.lastTurnId ?? '',
    encodeTraceContext(record.traceContext),
    stateBefore === 'previous' ? 'previous' : 'given',
    stateBefore === 'previous' ? '' : stateBefore,
    previousSession?.lastTurnId === '' ? getImportId(previousSession) : '',
    isSupersedable ? '1' : '0',
    keepsStateBefore(record.revision) ? maxKeptStateBytes : '',
    toBuffer(record.basis ?? noBytes),
    limits.replayableTurns,
    record.committedAt - limits.recordedAgeMs,
    toBuffer(event),
  ];
  const indexArguments = createIndexArguments(session, previousSession, record.committedAt);
  const [entry] = indexArguments;
  const reply = await connection.runScript(
    call,
    'write',
    script,
    [
      keys.session,
      keys.turnLog,
      keys.partition.feed,
      keys.partition.count,
      ...(entry === '' ? [] : listIndexKeys(keys.partition)),
      ...listDueKeys(keys.partition.due, timerChange),
    ],
    args.concat(
      createFeedArguments(keys.partition, record.committedAt, feedLimits),
      [keys.id, timerChange],
      indexArguments,
    ),
  );
  return typeof reply === 'number' ? { kind: 'committed', unpackedTurns: reply } : parseRejection(asList(reply));
}

/** Wraps the same memory in a Buffer. ioredis accepts no other type of bytes. */
export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function parseRejection([kind, value, ttlOrRevision]: readonly unknown[]): Promise<CommitReply> {
  const name = asBytes(kind).toString();
  if (name === 'conflict') return { kind: 'conflict', state: asOptionalBytes(value), ttlMs: asInteger(ttlOrRevision) };
  return { kind: 'known', record: await parseTurn(value, ttlOrRevision) };
}
