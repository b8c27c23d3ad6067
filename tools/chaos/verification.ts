import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetSessionRequest,
  ListTurnsRequest,
  ListTurnsResponse,
  TurnRecord,
} from '../../gen/focal/orchestration/v1/session_service';
import type { Deployment } from './deployment';
import type { Outcome, Violation, ViolationKind } from './experiment';
import { agent } from './random-turns';
import { type RawClient, type RawResult, readFieldBytes } from './raw-client';
import type { SentTurn } from './turn-log';
import { TurnSender } from './turn-sender';
import { type RecordedTurn, verifySession } from './verify-session';

const listTurnsMethod = '/focal.orchestration.v1.SessionService/ListTurns';
const getSessionMethod = '/focal.orchestration.v1.SessionService/GetSession';
/** Field `turns` of ListTurnsResponse. */
const turnsField = 1;
/** Field `response` of TurnRecord. */
const responseField = 5;
/** Field `session` of GetSessionResponse. */
const sessionField = 1;

const pageSize = 500;
const callTimeoutMs = 20_000;
const availableTimeoutMs = 30_000;
const retryPauseMs = 50;
const concurrentSessions = 8;
/** Number of turns of a session that are sent again before the session is read. */
const retriedTurnsPerSession = 3;

/** Verifies all sessions and combines the result with the counts and violations of the experiment, `ownCounts` and `ownViolations`. */
export async function toOutcome(
  deployment: Deployment,
  ownCounts: Readonly<Record<string, number>>,
  ownViolations: readonly Violation[] = [],
): Promise<Outcome> {
  const verification = await verifySessions(deployment);
  const { counts, turnCount } = deployment.turnLog;
  const violations = [...ownViolations, ...verification.violations];
  const failures = Object.fromEntries([...counts.failures].map(([status, count]) => [`failed with ${status}`, count]));
  return {
    counts: {
      ...ownCounts,
      turns: turnCount,
      sends: counts.sends,
      ...failures,
      acknowledged: counts.acknowledged,
      replays: counts.replays,
      'replays compared': counts.comparedReplays,
      ...(counts.brokenStreams > 0 && { 'broken streams': counts.brokenStreams }),
      sessions: verification.sessionCount,
      'verified turns': verification.turnCount,
      lost: count(violations, 'lost'),
      duplicates: count(violations, 'duplicate'),
      'replays that differ': count(violations, 'replay'),
      violations: violations.length,
    },
    violations,
  };
}

function count(violations: readonly Violation[], kind: ViolationKind): number {
  return violations.filter((violation) => violation.kind === kind).length;
}

interface Verification {
  readonly sessionCount: number;
  readonly turnCount: number;
  readonly violations: readonly Violation[];
}

/**
 * Reads every session of the turn log through the service and verifies it. Before that, sends some acknowledged turns of the session
 * again. The responses must be replays with the same bytes, and the session must not change.
 */
async function verifySessions({ clients, catalogue, turnLog }: Deployment): Promise<Verification> {
  const pending = [...turnLog.sessions];
  const violations: Violation[] = [];
  let turnCount = 0;
  const verifyNext = async (client: RawClient): Promise<void> => {
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [sessionId, sentTurns] = next;
      await sendAgain(new TurnSender(turnLog), [...sentTurns.values()], client, violations);
      const recordedTurns = await listRecordedTurns(sessionId, client);
      turnCount += recordedTurns.length;
      violations.push(
        ...verifySession(
          { sessionId, sentTurns, recordedTurns, state: await readSessionBytes(sessionId, client) },
          catalogue,
        ),
      );
    }
  };
  const workers = Array.from({ length: concurrentSessions }, (_, index) => clients[index % clients.length]);
  await Promise.all(workers.flatMap((client) => (client === undefined ? [] : [verifyNext(client)])));
  return { sessionCount: turnLog.sessions.size, turnCount, violations: [...turnLog.violations, ...violations] };
}

/** Counts acknowledged turns that are not recorded. Does not send turns again, because that would apply a lost turn. */
export async function countLostTurns({ clients, turnLog }: Deployment): Promise<number> {
  const [client] = clients;
  if (client === undefined) return 0;
  let lost = 0;
  for (const [sessionId, sent] of turnLog.sessions) {
    const recorded = new Set((await listRecordedTurns(sessionId, client)).map(({ turnId }) => turnId));
    for (const { turnId, acknowledgedResponse } of sent.values()) {
      if (acknowledgedResponse !== undefined && !recorded.has(turnId)) lost += 1;
    }
  }
  return lost;
}

async function sendAgain(
  sender: TurnSender,
  sent: readonly SentTurn[],
  client: RawClient,
  violations: Violation[],
): Promise<void> {
  const acknowledged = sent.filter((turn) => turn.acknowledgedResponse !== undefined);
  const step = Math.max(1, Math.floor(acknowledged.length / retriedTurnsPerSession));
  for (let index = 0; index < acknowledged.length; index += step) {
    const turn = acknowledged[index];
    if (turn === undefined) continue;
    const { appliedCount } = turn;
    await sender.sendUntilAcknowledged(turn, () => client);
    if (turn.appliedCount === appliedCount) continue;
    const text = `session ${turn.sessionId}: turn ${turn.turnId} was applied again when it was sent again`;
    violations.push({ kind: 'duplicate', text });
  }
}

/** Reads all recorded turns of a session, in the order of their revisions. */
export async function listRecordedTurns(sessionId: string, client: RawClient): Promise<readonly RecordedTurn[]> {
  const recorded: RecordedTurn[] = [];
  let pageToken = '';
  do {
    const request = ListTurnsRequest.fromPartial({ tenantId: agent.tenantId, sessionId, pageSize, pageToken });
    const page = await callOrThrow(listTurnsMethod, ListTurnsRequest.encode(request).finish(), client);
    for (const bytes of readFieldBytes(page, turnsField)) {
      const { revision, turnId, request: turnRequest } = TurnRecord.decode(bytes);
      const [response] = readFieldBytes(bytes, responseField);
      recorded.push({ revision, turnId, request: turnRequest, response: response ?? new Uint8Array() });
    }
    pageToken = ListTurnsResponse.decode(page).nextPageToken;
  } while (pageToken !== '');
  return recorded;
}

/** Reads the encoded session with GetSession; undefined if it does not exist. */
export async function readSessionBytes(sessionId: string, client: RawClient): Promise<Uint8Array | undefined> {
  const request = GetSessionRequest.encode({ tenantId: agent.tenantId, sessionId }).finish();
  const result = await callUntilAvailable(getSessionMethod, request, client);
  if ('response' in result) return readFieldBytes(result.response.bytes, sessionField)[0];
  if (result.failure.status === 'NOT_FOUND') return undefined;
  throw new Error(`GetSession failed: ${result.failure.status}, ${result.failure.details}`);
}

async function callOrThrow(method: string, request: Uint8Array, client: RawClient): Promise<Buffer> {
  const result = await callUntilAvailable(method, request, client);
  if ('response' in result) return result.response.bytes;
  throw new Error(`${method} failed: ${result.failure.status}, ${result.failure.details}`);
}

/** Statuses of a fault that may have ended only a moment ago, and of a limit on concurrent calls. */
const temporaryStatuses: ReadonlySet<string> = new Set(['UNAVAILABLE', 'RESOURCE_EXHAUSTED']);

/** Retries while the service is unavailable. */
async function callUntilAvailable(method: string, request: Uint8Array, client: RawClient): Promise<RawResult> {
  const end = Date.now() + availableTimeoutMs;
  for (;;) {
    const result = await client.callUnary(method, request, { timeoutMs: callTimeoutMs });
    if ('response' in result || !temporaryStatuses.has(result.failure.status) || Date.now() > end) return result;
    await sleep(retryPauseMs);
  }
}
