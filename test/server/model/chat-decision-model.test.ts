import type { ModelRequest } from '../../../src/core/context/model-request';
import type { ModelFailureReason } from '../../../src/core/model/model-proposal';
import { callUntil, unboundedCall } from '../../support/calls';
import { aChatModel } from '../../support/chat-model';
import { eventually } from '../../support/eventually';
import {
  type Behaviour,
  breakingOff,
  completing,
  ModelEndpoint,
  refusing,
  silence,
} from '../../support/model-endpoint';

const question: ModelRequest = {
  message: 'hello',
  intent: '',
  instances: [{ instanceId: 'instance', name: 'Refund', description: '', step: 'ask', stepDescription: '' }],
  candidates: [],
  conditions: [],
};

let endpoint: ModelEndpoint;
beforeEach(async () => {
  endpoint = new ModelEndpoint();
  await endpoint.start();
});
afterEach(() => endpoint.stop());

test('the endpoint is sent model, bounds, schema and key, and its answer is the proposal', async () => {
  const { model, used } = aChatModel(endpoint, { apiKey: 'secret', inputPrice: 10, outputPrice: 100 });
  const proposal = await model.propose(question, unboundedCall);
  expect(proposal).toMatchObject({ outcome: 'PROPOSED', model: 'stand-in-1' });
  expect([...proposal.actions]).toEqual([['instance', 'CONTINUE']]);
  const [request] = endpoint.requests;
  expect(request).toMatchObject({
    url: '/v1/chat/completions',
    headers: { authorization: 'Bearer secret' },
    body: { model: 'a-model', max_tokens: 100, temperature: 0, response_format: { type: 'json_schema' } },
  });
  expect(request?.body.messages.map(({ role }) => role)).toEqual(['system', 'user']);
  expect(used).toEqual([{ outcome: 'PROPOSED', inputTokens: 400, outputTokens: 40, cost: 0.008 }]);
});

test('without a key none is sent', async () => {
  await aChatModel(endpoint).model.propose(question, unboundedCall);
  expect(endpoint.requests[0]?.headers.authorization).toBeUndefined();
});

test.each<[string, ModelFailureReason, Behaviour]>([
  ['answers off schema', 'OFF_SCHEMA', completing('{"cancel": "everything"}')],
  ['answers what is no chat completion', 'OFF_SCHEMA', refusing(200, {}, '<html>welcome</html>')],
  ['answers without a choice', 'OFF_SCHEMA', refusing(200, {}, '{"choices": []}')],
  ['reaches the limit of tokens', 'CUT_OFF', completing('{"instances": [', 'length')],
  ['breaks off', 'CUT_OFF', breakingOff],
  ['takes no more for now', 'RATE_LIMITED', refusing(429, { 'retry-after': '3600' })],
  ['fails', 'UNAVAILABLE', refusing(503)],
  ['refuses the key', 'REFUSED', refusing(401)],
  ['sends elsewhere', 'UNAVAILABLE', refusing(307, { location: 'http://127.0.0.1:1/' })],
])('an endpoint that %s is not heard: %s', async (_title, reason, behaviour) => {
  endpoint.usual = behaviour;
  const { model, used } = aChatModel(endpoint);
  expect(await model.propose(question, unboundedCall)).toMatchObject({ outcome: reason, actions: new Map() });
  expect(used).toMatchObject([{ outcome: reason }]);
  expect(endpoint.requests).toHaveLength(1);
});

test('an endpoint that is down is not heard', async () => {
  await endpoint.stop();
  expect((await aChatModel(endpoint).model.propose(question, unboundedCall)).outcome).toBe('UNAVAILABLE');
});

test('an endpoint that is too slow is not heard: by the setting, and by what the deadline leaves beside the reserve', async () => {
  endpoint.usual = silence;
  expect((await aChatModel(endpoint, { timeoutMs: 100 }).model.propose(question, unboundedCall)).outcome).toBe(
    'TIMEOUT',
  );
  const { model } = aChatModel(endpoint, { reserveMs: 60_000 });
  expect((await model.propose(question, callUntil(Date.now() + 61_000))).outcome).toBe('TIMEOUT');
});

test('an endpoint is not asked where too little is left of the deadline', async () => {
  const { model } = aChatModel(endpoint, { reserveMs: 60_000 });
  expect((await model.propose(question, callUntil(Date.now() + 60_000))).outcome).toBe('TOO_LITTLE_TIME');
  expect(endpoint.requests).toEqual([]);
});

test('a caller that gives up ends the request, and no proposal is made', async () => {
  endpoint.usual = silence;
  const abort = new AbortController();
  const asked = aChatModel(endpoint).model.propose(question, { ...unboundedCall, signal: abort.signal });
  await endpoint.received(1);
  abort.abort();
  await expect(asked).rejects.toMatchObject({ reason: 'CANCELLED' });
});

describe('tries again', () => {
  test.each<[string, readonly Behaviour[]]>([
    ['a failure', [refusing(500), refusing(503)]],
    ['a 429 whose Retry-After fits', [refusing(429, { 'retry-after': '0' })]],
    ['a 429 whose Retry-After is over', [refusing(429, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' })]],
  ])('after %s', async (_title, before) => {
    endpoint.next(...before);
    expect((await aChatModel(endpoint, { retries: 2 }).model.propose(question, unboundedCall)).outcome).toBe(
      'PROPOSED',
    );
    expect(endpoint.requests).toHaveLength(before.length + 1);
  });

  test('as often as it may, and tells the last failure', async () => {
    endpoint.usual = refusing(500);
    expect((await aChatModel(endpoint, { retries: 2 }).model.propose(question, unboundedCall)).outcome).toBe(
      'UNAVAILABLE',
    );
    expect(endpoint.requests).toHaveLength(3);
  });

  test.each<[string, ModelFailureReason, Behaviour]>([
    ['a refusal', 'REFUSED', refusing(400)],
    ['an answer that is off schema', 'OFF_SCHEMA', completing('no')],
    ['an answer that broke off, which may have been paid for', 'CUT_OFF', breakingOff],
    ['a Retry-After that does not fit', 'RATE_LIMITED', refusing(429, { 'retry-after': '60' })],
  ])('but not after %s', async (_title, reason, behaviour) => {
    endpoint.usual = behaviour;
    expect((await aChatModel(endpoint, { retries: 2 }).model.propose(question, unboundedCall)).outcome).toBe(reason);
    expect(endpoint.requests).toHaveLength(1);
  });
});

describe('leaves an endpoint alone that fails', () => {
  test('and asks it again later: the breaker opens and closes', async () => {
    endpoint.next(refusing(500), refusing(500));
    const { model, told } = aChatModel(endpoint, { breakerFailures: 2, breakerOpenMs: 10 });
    const outcomes = new Set<string>();
    await eventually(async () => {
      const { outcome } = await model.propose(question, unboundedCall);
      outcomes.add(outcome);
      return outcome === 'PROPOSED';
    });
    expect([...outcomes][0]).toBe('UNAVAILABLE');
    expect(told).toEqual(['the model failed too often and is left alone', 'the model is asked again']);
  });

  test('while it is left alone nothing is sent', async () => {
    endpoint.usual = refusing(500);
    const { model } = aChatModel(endpoint, { breakerFailures: 2 });
    const outcomes: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) outcomes.push((await model.propose(question, unboundedCall)).outcome);
    expect(outcomes).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'CIRCUIT_OPEN', 'CIRCUIT_OPEN']);
    expect(endpoint.requests).toHaveLength(2);
  });

  test.each([401, 403, 404, 500, 408])('also for a %i, which the next turn would get, too', async (status) => {
    endpoint.usual = refusing(status);
    const { model } = aChatModel(endpoint, { breakerFailures: 1 });
    await model.propose(question, unboundedCall);
    expect((await model.propose(question, unboundedCall)).outcome).toBe('CIRCUIT_OPEN');
  });

  test.each([400, 413, 422])('but not for a %i, which may be for what one customer said', async (status) => {
    endpoint.next(refusing(status));
    const { model } = aChatModel(endpoint, { breakerFailures: 1 });
    expect((await model.propose(question, unboundedCall)).outcome).toBe('REFUSED');
    expect((await model.propose(question, unboundedCall)).outcome).toBe('PROPOSED');
  });

  test('but not for answers that are wrong, for "not now", and for turns in a hurry', async () => {
    const { model } = aChatModel(endpoint, { breakerFailures: 1 });
    endpoint.next(completing('no'), refusing(429));
    await model.propose(question, unboundedCall);
    await model.propose(question, unboundedCall);
    const usual = endpoint.usual;
    endpoint.usual = silence;
    expect((await model.propose(question, callUntil(Date.now() + 200))).outcome).toBe('TIMEOUT');
    endpoint.usual = usual;
    expect((await model.propose(question, unboundedCall)).outcome).toBe('PROPOSED');
  });
});

test('as many turns ask at once as may; one more is decided without', async () => {
  endpoint.usual = silence;
  const { model } = aChatModel(endpoint, { concurrency: 1 });
  const abort = new AbortController();
  const first = model.propose(question, { ...unboundedCall, signal: abort.signal });
  await endpoint.received(1);
  expect((await model.propose(question, unboundedCall)).outcome).toBe('BUSY');
  abort.abort();
  await expect(first).rejects.toMatchObject({ reason: 'CANCELLED' });
});

test('a caller who gives up before the next try leaves its place to others at once', async () => {
  endpoint.next(refusing(429, { 'retry-after': '600' }));
  const { model } = aChatModel(endpoint, { concurrency: 1, retries: 1, timeoutMs: 1_200_000 });
  const abort = new AbortController();
  const first = model.propose(question, { ...unboundedCall, signal: abort.signal });
  await endpoint.received(1);
  // By the time that another question was answered the 429 has arrived, and what is left is the wait.
  await aChatModel(endpoint).model.propose(question, unboundedCall);
  abort.abort();
  await expect(first).rejects.toMatchObject({ reason: 'CANCELLED' });
  expect((await model.propose(question, unboundedCall)).outcome).toBe('PROPOSED');
});

test('an answer that cannot be used has its price all the same', async () => {
  endpoint.usual = completing('no');
  const { model, used } = aChatModel(endpoint);
  await model.propose(question, unboundedCall);
  expect(used).toMatchObject([{ outcome: 'OFF_SCHEMA', inputTokens: 400, outputTokens: 40 }]);
});

test('a refusal is told the operator, with its status and without the key', async () => {
  endpoint.usual = refusing(401);
  const { model, told } = aChatModel(endpoint, { apiKey: 'secret' });
  await model.propose(question, unboundedCall);
  expect(told).toEqual(['the model was not heard: the endpoint answers 401']);
});
