import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetSessionRequest,
  ListTurnsRequest,
  ListTurnsResponse,
  TurnRecord,
} from '../../gen/focal/orchestration/v1/session_service';
import type { Installation } from './installation';
import type { SentTurn } from './ledger';
import { agent } from './random-turns';
import type { RawClient, RawOutcome } from './raw-client';
import { checkSession, type RecordedTurn } from './session-check';
import { TurnSender } from './turn-sender';
import type { Violation } from './violation';
import { fieldBytes } from './wire-field';

const listTurns = '/focal.orchestration.v1.SessionService/ListTurns';
const getSession = '/focal.orchestration.v1.SessionService/GetSession';
/** Fields that hold what is compared, as the contract numbers them. */
const turnsField = 1;
const responseField = 5;
const sessionField = 1;

const pageSize = 500;
const timeoutMs = 20_000;
const reachableWithinMs = 30_000;
const pauseMs = 50;
const sessionsAtOnce = 8;
/** Turns of a session that are sent again before it is read. */
const sentAgain = 3;

/** What the check of all sessions came to. */
export interface ReadBack {
  readonly sessions: number;
  readonly turns: number;
  readonly violations: readonly Violation[];
}

/**
 * Reads back every session that turns were sent to, through the service, and checks it. Some acknowledged turns of each are sent
 * again first: they must be answered as repetitions, with the same bytes, and change nothing.
 */
export async function readBack({ clients, catalogue, ledger }: Installation): Promise<ReadBack> {
  const waiting = [...ledger.sessions];
  const violations: Violation[] = [];
  let turns = 0;
  const reader = async (client: RawClient): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [sessionId, sent] = next;
      await sendAgain(new TurnSender(ledger), [...sent.values()], client, violations);
      const recorded = await recordedTurns(sessionId, client);
      turns += recorded.length;
      violations.push(
        ...checkSession({ sessionId, sent, recorded, state: await sessionBytes(sessionId, client) }, catalogue),
      );
    }
  };
  const readers = Array.from({ length: sessionsAtOnce }, (_, index) => clients[index % clients.length]);
  await Promise.all(readers.flatMap((client) => (client === undefined ? [] : [reader(client)])));
  return { sessions: ledger.sessions.size, turns, violations: [...ledger.violations, ...violations] };
}

/** How many acknowledged turns are gone, where that is allowed; nothing is sent again, as a lost turn would be applied anew. */
export async function lostTurns({ clients, ledger }: Installation): Promise<number> {
  const [client] = clients;
  if (client === undefined) return 0;
  let lost = 0;
  for (const [sessionId, sent] of ledger.sessions) {
    const recorded = new Set((await recordedTurns(sessionId, client)).map(({ turnId }) => turnId));
    for (const { turnId, acknowledged } of sent.values()) {
      if (acknowledged !== undefined && !recorded.has(turnId)) lost += 1;
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
  const acknowledged = sent.filter((turn) => turn.acknowledged !== undefined);
  const step = Math.max(1, Math.floor(acknowledged.length / sentAgain));
  for (let index = 0; index < acknowledged.length; index += step) {
    const turn = acknowledged[index];
    if (turn === undefined) continue;
    const { fresh } = turn;
    await sender.deliver(turn, () => client);
    if (turn.fresh === fresh) continue;
    const text = `session ${turn.sessionId}: turn ${turn.turnId} was applied anew when sent again`;
    violations.push({ kind: 'doubled', text });
  }
}

async function recordedTurns(sessionId: string, client: RawClient): Promise<readonly RecordedTurn[]> {
  const recorded: RecordedTurn[] = [];
  let pageToken = '';
  do {
    const request = ListTurnsRequest.fromPartial({ tenantId: agent.tenantId, sessionId, pageSize, pageToken });
    const page = await read(listTurns, ListTurnsRequest.encode(request).finish(), client);
    for (const bytes of fieldBytes(page, turnsField)) {
      const { revision, turnId, request: turnRequest } = TurnRecord.decode(bytes);
      const [response] = fieldBytes(bytes, responseField);
      recorded.push({ revision, turnId, request: turnRequest, response: response ?? new Uint8Array() });
    }
    pageToken = ListTurnsResponse.decode(page).nextPageToken;
  } while (pageToken !== '');
  return recorded;
}

/** The encoded session as the service tells it; undefined where there is no such session. */
export async function sessionBytes(sessionId: string, client: RawClient): Promise<Uint8Array | undefined> {
  const request = GetSessionRequest.encode({ tenantId: agent.tenantId, sessionId }).finish();
  const outcome = await asked(getSession, request, client);
  if ('answer' in outcome) return fieldBytes(outcome.answer.bytes, sessionField)[0];
  if (outcome.failure.status === 'NOT_FOUND') return undefined;
  throw new Error(`GetSession failed: ${outcome.failure.status}, ${outcome.failure.details}`);
}

async function read(method: string, request: Uint8Array, client: RawClient): Promise<Buffer> {
  const outcome = await asked(method, request, client);
  if ('answer' in outcome) return outcome.answer.bytes;
  throw new Error(`${method} failed: ${outcome.failure.status}, ${outcome.failure.details}`);
}

/** What was broken last may take a moment until it is found again. */
async function asked(method: string, request: Uint8Array, client: RawClient): Promise<RawOutcome> {
  const end = Date.now() + reachableWithinMs;
  for (;;) {
    const outcome = await client.unary(method, request, { timeoutMs });
    if ('answer' in outcome || outcome.failure.status !== 'UNAVAILABLE' || Date.now() > end) return outcome;
    await sleep(pauseMs);
  }
}
