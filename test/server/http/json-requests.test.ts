import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { TurnCommand } from '../../../src/server/application/turn-command';
import { CredentialAuthenticator, parseApiKeys } from '../../../src/server/auth';
import type { Call } from '../../../src/server/ports/call';
import { SystemClock } from '../../../src/server/runtime/system';
import { anApiKey } from '../../support/api-keys';
import { callRaw, type GrpcUnderTest, getCallError, startGrpc } from '../../support/grpc-under-test';
import { type HttpUnderTest, postJson, startHttp, waitUntil } from '../../support/http-under-test';
import { ReloadedValue } from '../../support/reloaded-value';
import { turnRequest } from '../../support/request-bytes';
import { aSession, uuid } from '../../support/session-builder';

const processTurn = OrchestratorServiceService.processTurn.path;
const getSession = '/focal.orchestration.v1.SessionService/GetSession';
const sessionIds = { tenant_id: uuid(1), session_id: uuid(3) };
const turn = { tenant_id: uuid(1), agent_id: uuid(2), session_id: uuid(3), turn_id: uuid(4) };
const key = anApiKey('key', uuid(1));

let grpc: GrpcUnderTest;
let http: HttpUnderTest;
let received: TurnCommand[];
/** Decides how a turn is processed. Default: it fails. */
let onTurn: (call: Call) => Promise<never>;

beforeEach(() => {
  received = [];
  onTurn = () => Promise.reject(new Error('a defect'));
});
beforeAll(async () => {
  grpc = await startGrpc(
    {
      getSession: async (id) => aSession(id),
      processTurn: (command, call) => {
        received.push(command);
        return onTurn(call);
      },
    },
    { maxMessageBytes: 100_000, maxCallsInFlight: 2 },
  );
  http = await startHttp(grpc, { maxMessageBytes: 100_000 });
});
afterAll(async () => {
  await http.stop();
  await grpc.stop();
});

/** Returns the code, the reason and the message of a failed request. */
async function fail(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const { status, json } = await postJson(http, path, body, headers);
  const error = JSON.parse(JSON.stringify(json));
  return { status, code: error.code, reason: error.details?.[0]?.debug?.reason, message: String(error.message) };
}

describe('JSON by POST', () => {
  it('accepts both spellings of field names', async () => {
    const answers = [sessionIds, { tenantId: uuid(1), sessionId: uuid(3) }].map((body) =>
      postJson(http, getSession, body),
    );
    for (const { status, json } of await Promise.all(answers)) {
      expect(status).toBe(200);
      expect(json).toMatchObject({ session: { sessionId: uuid(3) } });
    }
  });

  it.each([
    { title: 'text that is not JSON', body: '{"tenant_id": ', message: /JSON/ },
    { title: 'a list', body: '[]', message: /not an object/ },
    { title: 'an unknown field', body: { ...sessionIds, sesion: 1 }, message: /"sesion" is unknown/ },
    {
      title: 'a field of another type',
      body: { ...sessionIds, session_id: 3 },
      message: /: session_id: /,
    },
    {
      title: 'a nested field of another type',
      body: { turn: { ...turn, trigger: 'NO' } },
      path: processTurn,
      message: /: turn\.trigger: /,
    },
    {
      title: 'a field of a list element',
      body: { turn: { ...turn, candidates: [{ score: 1 }, { score: 'high' }] } },
      path: processTurn,
      message: /: turn\.candidates\[1\]\.score: /,
    },
  ])('refuses $title, and names it', async ({ body, message, path = getSession }) => {
    expect(await fail(path, body)).toMatchObject({
      status: 400,
      code: 'invalid_argument',
      reason: 'UNDECODABLE_REQUEST',
      message: expect.stringMatching(message),
    });
  });

  it('refuses lists that are nested too deeply', async () => {
    const value = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const body = `{"turn":{"customer_data":{"a":${value}}}}`;
    expect(await fail(processTurn, body)).toMatchObject({ status: 400, code: 'invalid_argument' });
  });

  it.each(['"__proto__"', String.raw`"\u005f_proto__"`])('refuses the key %s, which would be dropped', async (name) => {
    const body = `{"turn":{"situation":{"facts":{"a":{"b":[{${name}:1}]}}}}}`;
    expect(await fail(processTurn, body)).toMatchObject({
      status: 400,
      reason: 'INVALID_REQUEST',
      message: expect.stringContaining('turn.situation.facts.a.b[0]'),
    });
  });

  it('a client of Connect, which may be newer than the server, may send unknown fields', async () => {
    const { status } = await postJson(
      http,
      getSession,
      { ...sessionIds, new_field: 1 },
      { 'connect-protocol-version': '1' },
    );
    expect(status).toBe(200);
  });

  it('reports violations of the contract as gRPC does', async () => {
    const body = { turn: { ...turn, turn_id: 'x' } };
    expect(await fail(processTurn, body)).toMatchObject({
      status: 400,
      reason: 'INVALID_REQUEST',
      message: expect.stringContaining('turn.turn_id'),
    });
  });

  it('does not send the details of a defect', async () => {
    const answer = await fail(processTurn, { turn });
    expect(answer).toMatchObject({ status: 500, code: 'internal', reason: 'INTERNAL' });
    expect(answer.message).not.toContain('a defect');
  });
});

describe('what is not a call', () => {
  it('an unknown path gets 404, with a similar path', async () => {
    const { status, message } = await fail('/focal.orchestration.v1.Session/getsession', {});
    expect(status).toBe(404);
    expect(message).toContain(`Did you mean ${getSession}?`);
  });

  it('another method gets 405', async () => {
    const answer = await fetch(http.url + getSession);
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST, OPTIONS');
  });

  it.each(['text/plain', 'application/connect+json', 'application/grpc', 'application/grpc-web-text'])(
    'the content type %s gets 415',
    async (type) => {
      const { status, message } = await fail(getSession, sessionIds, { 'content-type': type });
      expect(status).toBe(415);
      expect(message).toContain('application/json');
    },
  );

  it('a stream in both directions over HTTP/1.1 gets 505', async () => {
    const path = '/focal.orchestration.v1.OrchestratorService/ProcessTurns';
    expect(await fail(path, '', { 'content-type': 'application/connect+json' })).toMatchObject({ status: 505 });
  });

  it('health needs no credential: liveness always, readiness while it serves', async () => {
    const get = async (path: string) => (await fetch(http.url + path)).status;
    expect([await get('/healthz'), await get('/readyz')]).toEqual([200, 200]);
    http.server.setServing(false);
    expect([await get('/healthz'), await get('/readyz')]).toEqual([200, 503]);
    http.server.setServing(true);
  });

  it('the reference page shows every method and loads nothing', async () => {
    const answer = await fetch(http.url);
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    const page = await answer.text();
    for (const name of ['ProcessTurn', 'WatchTurns', 'PutFields']) expect(page).toContain(`<h3 id="${name}">`);
    expect(page).not.toMatch(/<script|src=|https?:/);
  });
});

describe('Idempotency-Key', () => {
  it('is the turn_id of a request without one', async () => {
    const { turn_id: _, ...withoutId } = turn;
    await postJson(http, processTurn, { turn: withoutId }, { 'idempotency-key': uuid(9).toUpperCase() });
    expect(received.map((command) => command.turn.turnId)).toEqual([uuid(9)]);
  });

  it('may be the turn_id of the request', async () => {
    await postJson(http, processTurn, { turn }, { 'idempotency-key': uuid(4) });
    expect(received.map((command) => command.turn.turnId)).toEqual([uuid(4)]);
  });

  it.each([
    { title: 'another turn_id', path: processTurn, body: { turn }, key: uuid(9), message: /is not the turn_id/ },
    { title: 'no UUID', path: processTurn, body: { turn }, key: 'abc', message: /must be a UUID/ },
    {
      title: 'a method without a turn',
      path: getSession,
      body: sessionIds,
      key: uuid(4),
      message: /remove the header/,
    },
  ])('is refused: $title', async ({ path, body, key: value, message }) => {
    expect(await fail(path, body, { 'idempotency-key': value })).toMatchObject({
      status: 400,
      reason: 'INVALID_REQUEST',
      message: expect.stringMatching(message),
    });
    expect(received).toEqual([]);
  });
});

describe('limits', () => {
  it.each([
    { title: 'a stated length', body: JSON.stringify({ tenant_id: 'x'.repeat(100_001) }) },
    { title: 'chunks', body: new Blob(['{"tenant_id": "', 'x'.repeat(100_001)]).stream() },
  ])('a body that is too large is refused: $title', async ({ body }) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(http.url + getSession, { method: 'POST', headers, body, duplex: 'half' });
    expect(answer.status).toBe(429);
    expect(await answer.text()).toContain('max_message_bytes');
  });

  it('a compressed body is accepted, and one that is too large after decompression is refused', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const send = (text: string) => fetch(http.url + getSession, { method: 'POST', headers, body: gzipSync(text) });
    expect((await send(JSON.stringify(sessionIds))).status).toBe(200);
    const bomb = await send(JSON.stringify({ tenant_id: 'x'.repeat(10_000_000) }));
    expect([bomb.status, await bomb.text()]).toEqual([429, expect.stringContaining('max_message_bytes')]);
    expect(grpc.server.requestBytesInFlight).toBe(0);
  });

  it('both listeners share the limit on calls', async () => {
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    onTurn = () => finished.then(() => Promise.reject(new Error('the end')));
    const running = [getCallError(callRaw(grpc, processTurn, turnRequest())), fail(processTurn, { turn })];
    await waitUntil(() => received.length === 2);
    expect(await fail(processTurn, { turn })).toMatchObject({ status: 429, reason: 'TOO_MANY_CALLS' });
    expect((await getCallError(callRaw(grpc, processTurn, turnRequest()))).reason).toBe('TOO_MANY_CALLS');
    finish();
    await Promise.all(running);
    expect(grpc.server.callsInFlight).toBe(0);
  });

  it('requests that are not completely received are limited, and are not counted after the client has left', async () => {
    const open = () => {
      const request = httpRequest(http.url + getSession, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': '100' },
      });
      request.on('error', () => undefined);
      request.write('{');
      return request;
    };
    const unfinished = [open(), open()];
    const getStatus = async () => (await postJson(http, getSession, sessionIds)).status;
    await waitUntil(async () => (await getStatus()) === 429);
    for (const request of unfinished) request.destroy();
    await waitUntil(async () => (await getStatus()) === 200);
  });

  it('a deadline of the client ends the call', async () => {
    let signal: AbortSignal | undefined;
    onTurn = (call) => {
      signal = call.signal;
      return new Promise((_resolve, reject) => {
        call.signal.addEventListener('abort', () => reject(new Error('canceled')));
      });
    };
    const answer = await fail(processTurn, { turn }, { 'connect-timeout-ms': '50' });
    expect(answer).toMatchObject({ status: 504, code: 'deadline_exceeded', reason: 'DEADLINE' });
    expect(signal?.aborted).toBe(true);
  });

  it('a call is canceled when its client disconnects', async () => {
    const canceled = new Promise<void>((resolve) => {
      onTurn = (call) =>
        new Promise((_resolve, reject) => {
          call.signal.addEventListener('abort', () => {
            resolve();
            reject(new Error('canceled'));
          });
        });
    });
    const cancellation = new AbortController();
    const { signal } = cancellation;
    const headers = { 'content-type': 'application/json' };
    const call = fetch(http.url + processTurn, { method: 'POST', headers, body: JSON.stringify({ turn }), signal });
    const outcome = call.catch(() => 'canceled');
    await waitUntil(() => received.length === 1);
    cancellation.abort();
    await canceled;
    expect(await outcome).toBe('canceled');
    await waitUntil(() => grpc.server.callsInFlight === 0);
  });

  it('refuses a request with a length and chunks, which proxies could read differently', async () => {
    const socket = connect(Number(new URL(http.url).port), '127.0.0.1');
    socket.write(
      `POST ${getSession} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    );
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400 /);
    await once(socket, 'close');
  });
});

describe('pages in a browser', () => {
  let open: HttpUnderTest;
  beforeAll(async () => {
    open = await startHttp(grpc, { corsAllowedOrigins: ['https://console.example'] });
  });
  afterAll(() => open.stop());

  const send = (origin: string, method = 'POST') =>
    fetch(open.url + getSession, {
      method,
      headers: { 'content-type': 'application/json', origin },
      ...(method === 'POST' ? { body: JSON.stringify(sessionIds) } : {}),
    });

  it.each(['https://evil.example', 'http://127.0.0.1:1', 'null'])(
    'a page of %s may not call the service',
    async (origin) => {
      const answer = await send(origin);
      expect(answer.status).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it('a page of the listener may', async () => {
    expect((await send(open.url)).status).toBe(200);
  });

  it('without authentication, a page may not call the service by a name that could be pointed to this machine', async () => {
    const answer = httpRequest(open.url + getSession, {
      method: 'POST',
      headers: { host: 'a.example', origin: 'http://a.example' },
    });
    answer.end();
    const [response] = await once(answer, 'response');
    expect(response.statusCode).toBe(403);
    response.resume();
  });

  it('a page of an allowed origin may, after a preflight', async () => {
    const preflight = await send('https://console.example', 'OPTIONS');
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('idempotency-key');
    const answer = await send('https://console.example');
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://console.example');
  });
});

test('a client without a valid credential is refused before it sends the body', async () => {
  const apiKeys = new ReloadedValue(parseApiKeys(key.entry));
  const authenticator = new CredentialAuthenticator({ apiKeys }, new SystemClock());
  const guarded = await startGrpc({ getSession: async (id) => aSession(id) }, { authenticator });
  const listener: HttpUnderTest = await startHttp(guarded);
  // A large request is not read. A small one is, so that the client receives the response in any case.
  for (const [length, connection] of [
    ['1000000', 'close'],
    ['1000', 'keep-alive'],
  ] as const) {
    const request = httpRequest(listener.url + getSession, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': length },
    });
    request.flushHeaders();
    const [response] = await once(request, 'response');
    expect(response.statusCode).toBe(401);
    expect(response.headers.connection).toBe(connection);
    request.on('error', () => undefined).destroy();
  }
  expect((await postJson(listener, getSession, sessionIds, key.metadata)).status).toBe(200);
  const other = await postJson(listener, getSession, { ...sessionIds, tenant_id: uuid(7) }, key.metadata);
  expect(other).toMatchObject({ status: 403, json: { code: 'permission_denied' } });
  await listener.stop();
  await guarded.stop();
});
