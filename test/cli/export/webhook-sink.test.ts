import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { EventsRefusedError, SinkUnavailableError } from '../../../src/cli/export/sink';
import {
  createWebhookSink,
  parseRetryAfter,
  type WebhookSinkOptions,
} from '../../../src/cli/export/sinks/webhook-sink';
import { listenOnLoopback } from '../../../tools/redis/free-port';
import { createEvent } from '../../support/exported-events';
import {
  isSignedWith,
  type WebhookAnswer,
  WebhookUnderTest,
  webhookSecret,
} from '../../support/sinks/webhook-under-test';

const otherSecret = `whsec_${Buffer.from('the next secret of the webhook..').toString('base64')}`;
const [a, b] = [createEvent('a'), createEvent('b')];

let answer: WebhookAnswer;
let endpoint: WebhookUnderTest;
beforeAll(async () => {
  endpoint = await WebhookUnderTest.start(() => answer);
});
beforeEach(() => {
  endpoint.requests.length = 0;
  answer = { status: 200 };
});
afterAll(() => endpoint.close());

function createSink(options: Partial<WebhookSinkOptions> = {}) {
  const url = new URL(endpoint.args[2] ?? '');
  const defaults = { url, secrets: [webhookSecret], timeoutMs: 60_000, ca: undefined, batchSize: undefined };
  return createWebhookSink({ ...defaults, ...options });
}

test('one event is a structured CloudEvent with its id, signed with every secret', async () => {
  const sink = createSink({ secrets: [webhookSecret, otherSecret] });
  await sink.write([a]);
  const [request] = endpoint.requests;
  expect(request?.headers).toMatchObject({
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'webhook-id': 'a',
  });
  expect(JSON.parse(request?.body ?? '')).toEqual(a);
  for (const secret of [webhookSecret, otherSecret]) expect(request && isSignedWith(secret, request)).toBe(true);
  expect(request && isSignedWith(`whsec_${'A'.repeat(32)}`, request)).toBe(false);
  await sink.close();
});

test('a batch is an array, and its repeat has the same id', async () => {
  const sink = createSink({ batchSize: 10 });
  await sink.write([a, b]);
  await sink.write([a, b]);
  await sink.write([b, a]);
  const ids = endpoint.requests.map(({ headers }) => headers['webhook-id']);
  expect(endpoint.requests[0]?.headers['content-type']).toBe('application/cloudevents-batch+json; charset=utf-8');
  expect(JSON.parse(endpoint.requests[0]?.body ?? '')).toEqual([a, b]);
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
  await sink.close();
});

test.each([
  [200, 'confirmed'],
  [202, 'confirmed'],
  [301, 'refused'],
  [400, 'refused'],
  [401, 'refused'],
  [404, 'refused'],
  [408, 'unavailable'],
  [410, 'refused'],
  [422, 'refused'],
  [425, 'unavailable'],
  [429, 'unavailable'],
  [500, 'unavailable'],
  [503, 'unavailable'],
] as const)('after status %i an event is %s', async (status, expected) => {
  answer = { status, headers: { 'retry-after': '7' }, body: 'some reason' };
  const sink = createSink();
  const error: unknown = await sink.write([a]).catch((e: unknown) => e);
  await sink.close();
  const kinds = { confirmed: undefined, refused: EventsRefusedError, unavailable: SinkUnavailableError };
  const kind = kinds[expected];
  if (kind === undefined) expect(error).toBeUndefined();
  else expect(error).toBeInstanceOf(kind);
  if (kind !== undefined) expect(String(error)).toContain(`HTTP status ${status}: some reason`);
  if (error instanceof SinkUnavailableError) expect(error.retryAfterMs).toBe(7_000);
});

test('an endpoint that is down or does not answer is unavailable', async () => {
  const down = createSink({ url: new URL('http://127.0.0.1:1/') });
  await expect(down.write([a])).rejects.toThrow(/ECONNREFUSED/);
  await down.close();
  const silent = createServer();
  const port = await listenOnLoopback(silent);
  const slow = createSink({ url: new URL(`https://127.0.0.1:${port}/`), timeoutMs: 50 });
  await expect(slow.write([a])).rejects.toThrow(SinkUnavailableError);
  await slow.close();
  silent.closeAllConnections();
  silent.close();
});

test('https trusts the given certificates only', async () => {
  const read = (name: string) => readFileSync(join(__dirname, '..', '..', 'support', 'pki', name), 'utf8');
  const server = createServer({ key: read('server.key'), cert: read('server.pem') }, (request, response) => {
    request.resume().on('end', () => response.writeHead(204).end());
  });
  const url = new URL(`https://localhost:${await listenOnLoopback(server)}/`);
  const trusting = createSink({ url, ca: read('ca.pem') });
  await trusting.write([a]);
  await trusting.close();
  const distrusting = createSink({ url });
  await expect(distrusting.write([a])).rejects.toThrow(/certificate/);
  await distrusting.close();
  server.closeAllConnections();
  server.close();
});

test.each([
  [undefined, 0],
  ['120', 120_000],
  ['Tue, 01 Jan 2030 00:00:10 GMT', 10_000],
  ['Mon, 31 Dec 2029 00:00:00 GMT', 0],
  ['soon', 0],
  ['-1', 0],
])('Retry-After %s is %i ms', (text, expected) => {
  expect(parseRetryAfter(text, Date.UTC(2030, 0, 1))).toBe(expected);
});
