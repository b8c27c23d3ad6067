import { decodeIndexEntry } from '../../../codec/stored/index-entry';
import { encodeKeyPart } from '../../../codec/stored/key-part';
import { liveStatus, pauseReason, waitsFor } from '../../../codec/wire/session-enums';
import type { Call } from '../../../ports/call';
import {
  maxExaminedSessions,
  type PositionedSession,
  type SessionFilter,
  type SessionPage,
  type SessionPageQuery,
} from '../../../ports/session-index';
import { LuaScript } from '../lua-script';
import type { RedisConnection } from '../redis-connection';
import type { PartitionKeys } from '../redis-keys';
import { asBytes, asInteger, asList, asOptionalBytes } from '../script-reply';

const script = LuaScript.load('list-sessions');

/** Runs list-sessions.lua. Rejects as `RedisConnection.read` does. */
export async function runListSessions(
  connection: RedisConnection,
  { order, index }: PartitionKeys,
  { filter, after, before, limit, maxExamined = maxExaminedSessions }: Omit<SessionPageQuery, 'tenantId' | 'partition'>,
  call: Call,
): Promise<SessionPage> {
  const owner = `${encodeKeyPart(filter.customerId)}/`;
  const [head, instance] = [createHeadPattern(filter), createInstancePattern(filter)];
  const args = [
    after === '' ? `[${owner}` : `(${owner}${after}`,
    // "0" is the character after "/".
    before === '' ? `(${owner.slice(0, -1)}0` : `(${owner}${before}`,
    limit,
    head === '' && instance === '' ? Math.min(limit, maxExamined) : maxExamined,
    head,
    instance,
  ];
  const [examined, last, found] = asList(await connection.runScript(call, 'read', script, [order, index], args));
  return {
    sessions: parseSessions(asList(found), owner.length),
    examined: asInteger(examined),
    position: asOptionalBytes(last)?.toString().slice(owner.length),
  };
}

function parseSessions(found: readonly unknown[], ownerLength: number): readonly PositionedSession[] {
  const sessions: PositionedSession[] = [];
  for (let i = 0; i + 1 < found.length; i += 2) {
    const position = asBytes(found[i]).toString().slice(ownerLength);
    const sessionId = decodeURIComponent(position.slice(position.indexOf('/') + 1));
    sessions.push({ position, session: { sessionId, ...decodeIndexEntry(asBytes(found[i + 1]).toString()) } });
  }
  return sessions;
}

/** A pattern of Lua for the first line of an entry, "" for any. The customer is selected by the order. */
function createHeadPattern({ agentId }: SessionFilter): string {
  return agentId === '' ? '' : `^${escapePattern(encodeKeyPart(agentId))} `;
}

/** A pattern of Lua for the line of an instance, "" for any. */
function createInstancePattern(filter: SessionFilter): string {
  const { status, pauseReason: reason, waitsFor: waiting } = filter;
  const ids = [filter.scenarioId, filter.scenarioVersion === 0 ? '' : String(filter.scenarioVersion), filter.stepId];
  const counted = [...ids.map(encodeKeyPart), status === undefined ? '' : String(liveStatus.toProto[status])];
  const others = [
    reason === undefined ? '' : String(pauseReason.toProto[reason]),
    waiting === undefined ? '' : String(waitsFor.toProto[waiting]),
  ];
  if ([...counted, ...others].every((part) => part === '')) return '';
  return `\n${counted.map(toPattern).join('/')} ${others.map(toPattern).join(' ')}\n`;
}

function toPattern(part: string): string {
  return part === '' ? '[^ /\n]*' : escapePattern(part);
}

function escapePattern(text: string): string {
  return text.replace(/[^a-zA-Z0-9]/g, '%$&');
}
