import { connect } from 'node:net';
import { unboundedCall } from '../../support/calls';
import { readEvents } from '../../support/event-stream';
import { type GrpcUnderTest, startGrpc } from '../../support/grpc-under-test';
import { type HttpUnderTest, postJson, startHttp, waitUntil } from '../../support/http-under-test';
import { openService, type ServiceUnderTest } from '../../support/service-under-test';
import { uuid } from '../../support/session-builder';

const service = '/focal.orchestration.v1.SessionService';
const watchSession = `${service}/WatchSession`;
const watchTurns = `${service}/WatchTurns`;
const processTurn = '/focal.orchestration.v1.OrchestratorService/ProcessTurn';
const streamTurn = '/focal.orchestration.v1.OrchestratorService/StreamTurn';
const ids = { tenantId: uuid(1), sessionId: uuid(3) };
const toTurn = (number: number) => ({
  turn: { ...ids, agentId: uuid(2), turnId: uuid(100 + number), situation: { message: 'x'.repeat(4_000) } },
});

let stored: ServiceUnderTest;
let grpc: GrpcUnderTest;
let http: HttpUnderTest;
const cancellation = new AbortController();

beforeAll(async () => {
  stored = openService();
  grpc = await startGrpc(stored.useCases, { stallTimeoutMs: 200 });
  http = await startHttp(grpc, { heartbeatIntervalMs: 20 });
  for (const number of [1, 2, 3]) await postJson(http, processTurn, toTurn(number));
});
afterAll(async () => {
  cancellation.abort();
  await http.stop();
  await grpc.stop();
  await stored.close();
});

/** Opens a stream by GET. */
function open(path: string, query: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) {
  return fetch(`${http.url}${path}?${new URLSearchParams(query)}`, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: cancellation.signal,
  });
}

async function readRevisions(response: Response, count: number): Promise<unknown[]> {
  const events = await readEvents(response, count);
  return events.map(({ data }) => JSON.parse(JSON.stringify(data)).turn.revision);
}

test('WatchSession sends the turns after a revision, with revision and turn_id as ids', async () => {
  const events = await readEvents(
    await open(watchSession, { tenant_id: uuid(1), session_id: uuid(3), after_revision: '1' }),
    2,
  );
  expect(events.map(({ id }) => id)).toEqual([`2/${uuid(102)}`, `3/${uuid(103)}`]);
  expect(events[0]?.data).toMatchObject({ turn: { revision: 2, turnId: uuid(102) } });
});

test.each([`2/${uuid(102)}`, '2'])(
  'WatchSession continues after the last event of the client: %s',
  async (lastEventId) => {
    const response = await open(watchSession, { ...ids, afterRevision: '0' }, { 'last-event-id': lastEventId });
    expect(await readRevisions(response, 1)).toEqual([3]);
  },
);

test('WatchSession notices another history of the session', async () => {
  const response = await open(watchSession, ids, { 'last-event-id': `2/${uuid(999)}` });
  expect(await readEvents(response)).toMatchObject([{ type: 'failed', data: { code: 'not_found' } }]);
});

test('a stream without an event is open, and is kept open by comments', async () => {
  const response = await open(watchSession, ids);
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes(': keep open\n\n')) break;
  }
  expect(text).toMatch(/^: open\n\n(: keep open\n\n)+$/);
});

test('WatchTurns continues after a cursor', async () => {
  const all = await readEvents(await open(watchTurns, { tenantId: uuid(1), fromOldest: 'true' }), 2);
  const [start] = all;
  const response = await open(watchTurns, { tenantId: uuid(1) }, { 'last-event-id': start?.id ?? '' });
  const [first] = await readEvents(response, 1);
  expect(first?.id).toBeDefined();
});

test('StreamTurn sends the events of a turn, and ends', async () => {
  const response = await fetch(http.url + streamTurn, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify(toTurn(4)),
  });
  const events = await readEvents(response);
  expect(events.at(-2)?.data).toMatchObject({ committed: { revision: 4 } });
  expect(events.at(-1)).toMatchObject({ type: 'end' });
});

test.each([
  { title: 'an unknown parameter', query: { ...ids, afterRevison: '1' }, headers: {}, message: 'afterRevison' },
  {
    title: 'a parameter that is no number',
    query: { ...ids, afterRevision: 'x' },
    headers: {},
    message: 'afterRevision',
  },
  { title: 'an id of another stream', query: ids, headers: { 'last-event-id': 'x' }, message: 'Last-Event-ID' },
])('$title is refused, and named', async ({ query, headers, message }) => {
  const response = await open(watchSession, query, headers);
  expect(response.status).toBe(400);
  expect(await response.text()).toContain(message);
});

describe('a client that does not read', () => {
  test.each(['text/event-stream', 'application/connect+json'])(
    'is disconnected, and few messages are kept: %s',
    async (type) => {
      const [turn] = (await stored.useCases.listTurns({ key: ids, afterRevision: 0, pageSize: 1 }, unboundedCall))
        .items;
      if (turn === undefined) throw new Error('there is no turn');
      let sent = 0;
      const slow = await startGrpc(
        {
          async watchSession(_query, call, onTurn) {
            while (!call.isCanceled) {
              await onTurn(turn);
              sent += 1;
            }
            throw call.signal.reason;
          },
        },
        { stallTimeoutMs: 200 },
      );
      const listener = await startHttp(slow, { stallTimeoutMs: 200 });
      const body = JSON.stringify(ids);
      const isFramed = type !== 'text/event-stream';
      const length = Buffer.alloc(5);
      length.writeUInt32BE(body.length, 1);
      const content = Buffer.concat([isFramed ? length : Buffer.alloc(0), Buffer.from(body)]);
      const socket = connect(Number(new URL(listener.url).port), '127.0.0.1').pause();
      const head = `POST ${watchSession} HTTP/1.1\r\nHost: a\r\nContent-Length: ${content.length}\r\nContent-Type: `;
      socket.write(`${head}${isFramed ? type : 'application/json\r\nAccept: text/event-stream'}\r\n\r\n`);
      socket.write(content);
      await waitUntil(() => slow.server.openStreams === 1);
      await waitUntil(() => slow.server.openStreams === 0);
      const sentUntilStall = sent;
      await waitUntil(() => listener.server.connectionCount === 0);
      expect(sent).toBe(sentUntilStall);
      socket.destroy();
      await listener.stop();
      await slow.stop();
    },
  );
});

test('streams end with an error when the server drains', async () => {
  const draining = await startGrpc(stored.useCases);
  const listener = await startHttp(draining);
  const query = new URLSearchParams(ids);
  const response = await fetch(`${listener.url}${watchSession}?${query}`, { headers: { accept: 'text/event-stream' } });
  const events = readEvents(response);
  const options = { graceMs: 0, timeoutMs: 5_000, closeTimeoutMs: 1_000 };
  const ended = await Promise.all([draining.server.drain(options), listener.server.drain(options)]);
  expect(ended).toEqual([true, true]);
  expect(await events).toMatchObject([{ type: 'failed', data: { code: 'unavailable' } }]);
});
