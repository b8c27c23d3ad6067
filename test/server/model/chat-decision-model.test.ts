import type { ModelRequest } from '../../../src/core/context/model-request';
import type { ModelFailureReason } from '../../../src/core/model/model-proposal';
import { toTextLiteral } from '../../../src/server/model/prompt-template';
import { callUntil, unboundedCall } from '../../support/calls';
import { createChatModel } from '../../support/chat-model';
import { eventually } from '../../support/eventually';
import {
  closingEarly,
  type EndpointBehavior,
  ModelEndpoint,
  neverResponding,
  returningContent,
  returningStatus,
} from '../../support/model-endpoint';

const request: ModelRequest = {
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

test('a request has model, limits, schema and API key, and the answer becomes the proposal', async () => {
  const { model, usages } = createChatModel(endpoint, { getApiKey: () => 'secret', inputPrice: 10, outputPrice: 100 });
  const proposal = await model.propose(request, unboundedCall);
  expect(proposal).toMatchObject({ outcome: 'PROPOSED', model: 'stand-in-1' });
  expect([...proposal.actions]).toEqual([['instance', 'CONTINUE']]);
  const [received] = endpoint.requests;
  expect(received).toMatchObject({
    url: '/v1/chat/completions',
    headers: { authorization: 'Bearer secret' },
    body: { model: 'a-model', max_tokens: 100, temperature: 0, response_format: { type: 'json_schema' } },
  });
  expect(received?.body.messages.map(({ role }) => role)).toEqual(['system', 'user']);
  expect(usages).toEqual([{ outcome: 'PROPOSED', inputTokens: 400, outputTokens: 40, cost: 0.008 }]);
});

test('every request has the current API key, so that a changed key needs no restart', async () => {
  let key = 'first';
  const { model } = createChatModel(endpoint, { getApiKey: () => key });
  await model.propose(request, unboundedCall);
  key = 'second';
  await model.propose(request, unboundedCall);
  const sent = endpoint.requests.map(({ headers }) => headers.authorization);
  expect(sent).toEqual(['Bearer first', 'Bearer second']);
});

test('no Authorization header is sent if there is no API key', async () => {
  await createChatModel(endpoint).model.propose(request, unboundedCall);
  expect(endpoint.requests[0]?.headers.authorization).toBeUndefined();
});

describe('size limits of the prompt', () => {
  const names = ['Refund', 'Booking <1>', 'Loan'];
  const sized: ModelRequest = {
    message: '0123456789',
    intent: '',
    instances: [],
    candidates: names.map((name) => ({
      scenarioId: name,
      name,
      description: `About ${name}.`,
      triggerDescription: '',
      score: 1,
    })),
    conditions: [],
  };
  /** The total length of all texts in UTF-16 code units, as literals in the prompt including their quotes. */
  const textsLength = sized.candidates
    .flatMap(({ name, description, triggerDescription }) => [name, description, triggerDescription])
    .reduce((sum, text) => sum + toTextLiteral(text).length, 0);
  const template = '{{ message }}{% for each in candidates %} {{ each.id }}{% endfor %}';

  const sendWith = async (limits: { readonly maxMessageLength?: number; readonly maxTextsLength?: number }) => {
    endpoint.defaultBehavior = returningContent('{"instances":[],"candidates":[],"conditions":[]}');
    const { model } = createChatModel(endpoint, { template, ...limits });
    expect((await model.propose(sized, unboundedCall)).outcome).toBe('PROPOSED');
    return endpoint.requests.at(-1)?.prompt;
  };

  test.each([
    ['exactly at the limit are sent', 0, '"0123456789" c1 c2 c3'],
    ['one code unit below the limit are sent', 1, '"0123456789" c1 c2 c3'],
    ['one code unit above the limit lose the last item', -1, '"0123456789" c1 c2'],
  ])('texts %s', async (_title, difference, prompt) => {
    expect(await sendWith({ maxTextsLength: textsLength + difference })).toBe(prompt);
  });

  test.each([
    ['exactly at the limit is sent', 10, '"0123456789" c1 c2 c3'],
    ['one code unit below the limit is sent', 11, '"0123456789" c1 c2 c3'],
    ['one code unit above the limit loses its last code unit', 9, '"012345678" c1 c2 c3'],
  ])('a message %s', async (_title, maxMessageLength, prompt) => {
    expect(await sendWith({ maxMessageLength })).toBe(prompt);
  });
});

test.each<[string, ModelFailureReason, EndpointBehavior]>([
  ['returns an answer that does not match the schema', 'OFF_SCHEMA', returningContent('{"cancel": "everything"}')],
  ['returns no chat completion', 'OFF_SCHEMA', returningStatus(200, {}, '<html>welcome</html>')],
  ['returns no choice', 'OFF_SCHEMA', returningStatus(200, {}, '{"choices": []}')],
  ['reaches max_tokens', 'CUT_OFF', returningContent('{"instances": [', 'length')],
  ['closes the connection early', 'CUT_OFF', closingEarly],
  ['is rate limited', 'RATE_LIMITED', returningStatus(429, { 'retry-after': '3600' })],
  ['is unavailable', 'UNAVAILABLE', returningStatus(503)],
  ['rejects the API key', 'REFUSED', returningStatus(401)],
  ['redirects', 'UNAVAILABLE', returningStatus(307, { location: 'http://127.0.0.1:1/' })],
])('an endpoint that %s gives no proposal: %s', async (_title, reason, behavior) => {
  endpoint.defaultBehavior = behavior;
  const { model, usages } = createChatModel(endpoint);
  expect(await model.propose(request, unboundedCall)).toMatchObject({ outcome: reason, actions: new Map() });
  expect(usages).toMatchObject([{ outcome: reason }]);
  expect(endpoint.requests).toHaveLength(1);
});

test('an endpoint that is down gives no proposal: UNAVAILABLE', async () => {
  await endpoint.stop();
  expect((await createChatModel(endpoint).model.propose(request, unboundedCall)).outcome).toBe('UNAVAILABLE');
});

test('a request times out after timeout_ms, and reserve_ms before the deadline of the call', async () => {
  endpoint.defaultBehavior = neverResponding;
  const impatient = createChatModel(endpoint, { timeoutMs: 100 });
  expect((await impatient.model.propose(request, unboundedCall)).outcome).toBe('TIMEOUT');
  const { model } = createChatModel(endpoint, { reserveMs: 60_000 });
  expect((await model.propose(request, callUntil(Date.now() + 61_000))).outcome).toBe('TIMEOUT');
});

test('no request is sent if the deadline is too close', async () => {
  const { model } = createChatModel(endpoint, { reserveMs: 60_000 });
  expect((await model.propose(request, callUntil(Date.now() + 60_000))).outcome).toBe('TOO_LITTLE_TIME');
  expect(endpoint.requests).toEqual([]);
});

test('a canceled call cancels the request', async () => {
  endpoint.defaultBehavior = neverResponding;
  const abort = new AbortController();
  const proposal = createChatModel(endpoint).model.propose(request, { ...unboundedCall, signal: abort.signal });
  await endpoint.waitForRequests(1);
  abort.abort();
  await expect(proposal).rejects.toMatchObject({ reason: 'CANCELLED' });
});

describe('retries', () => {
  test.each<[string, readonly EndpointBehavior[]]>([
    ['a server error', [returningStatus(500), returningStatus(503)]],
    ['a 429 with a short Retry-After', [returningStatus(429, { 'retry-after': '0' })]],
    ['a 429 with a past Retry-After', [returningStatus(429, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' })]],
  ])('%s is retried', async (_title, behaviors) => {
    endpoint.enqueue(...behaviors);
    const { model } = createChatModel(endpoint, { retries: 2 });
    expect((await model.propose(request, unboundedCall)).outcome).toBe('PROPOSED');
    expect(endpoint.requests).toHaveLength(behaviors.length + 1);
  });

  test('after the last retry the last error is the outcome', async () => {
    endpoint.defaultBehavior = returningStatus(500);
    const { model } = createChatModel(endpoint, { retries: 2 });
    expect((await model.propose(request, unboundedCall)).outcome).toBe('UNAVAILABLE');
    expect(endpoint.requests).toHaveLength(3);
  });

  test.each<[string, ModelFailureReason, EndpointBehavior]>([
    ['a client error', 'REFUSED', returningStatus(400)],
    ['an answer that does not match the schema', 'OFF_SCHEMA', returningContent('no')],
    ['an incomplete answer, which may have been charged,', 'CUT_OFF', closingEarly],
    ['a 429 with a Retry-After beyond the timeout', 'RATE_LIMITED', returningStatus(429, { 'retry-after': '60' })],
  ])('%s is not retried', async (_title, reason, behavior) => {
    endpoint.defaultBehavior = behavior;
    const { model } = createChatModel(endpoint, { retries: 2 });
    expect((await model.propose(request, unboundedCall)).outcome).toBe(reason);
    expect(endpoint.requests).toHaveLength(1);
  });
});

describe('the circuit breaker', () => {
  test('opens after repeated failures, closes later, and both are logged', async () => {
    endpoint.enqueue(returningStatus(500), returningStatus(500));
    const { model, logged } = createChatModel(endpoint, { breakerFailures: 2, breakerOpenMs: 10 });
    const outcomes = new Set<string>();
    await eventually(async () => {
      const { outcome } = await model.propose(request, unboundedCall);
      outcomes.add(outcome);
      return outcome === 'PROPOSED';
    });
    expect([...outcomes][0]).toBe('UNAVAILABLE');
    expect(logged).toEqual([
      'circuit breaker opened: requests to the model are paused',
      'circuit breaker closed: requests to the model resume',
    ]);
  });

  test('sends nothing while it is open', async () => {
    endpoint.defaultBehavior = returningStatus(500);
    const { model } = createChatModel(endpoint, { breakerFailures: 2 });
    const outcomes: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) outcomes.push((await model.propose(request, unboundedCall)).outcome);
    expect(outcomes).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'CIRCUIT_OPEN', 'CIRCUIT_OPEN']);
    expect(endpoint.requests).toHaveLength(2);
  });

  test.each([401, 403, 404, 500, 408])('counts status %i, because every request would fail with it', async (status) => {
    endpoint.defaultBehavior = returningStatus(status);
    const { model } = createChatModel(endpoint, { breakerFailures: 1 });
    await model.propose(request, unboundedCall);
    expect((await model.propose(request, unboundedCall)).outcome).toBe('CIRCUIT_OPEN');
  });

  test.each([400, 413, 422])('ignores status %i, because a single message can cause it', async (status) => {
    endpoint.enqueue(returningStatus(status));
    const { model } = createChatModel(endpoint, { breakerFailures: 1 });
    expect((await model.propose(request, unboundedCall)).outcome).toBe('REFUSED');
    expect((await model.propose(request, unboundedCall)).outcome).toBe('PROPOSED');
  });

  test('ignores invalid answers, rate limits, and timeouts caused by the deadline of a call', async () => {
    const { model } = createChatModel(endpoint, { breakerFailures: 1 });
    endpoint.enqueue(returningContent('no'), returningStatus(429));
    await model.propose(request, unboundedCall);
    await model.propose(request, unboundedCall);
    const { defaultBehavior } = endpoint;
    endpoint.defaultBehavior = neverResponding;
    expect((await model.propose(request, callUntil(Date.now() + 200))).outcome).toBe('TIMEOUT');
    endpoint.defaultBehavior = defaultBehavior;
    expect((await model.propose(request, unboundedCall)).outcome).toBe('PROPOSED');
  });
});

test('a request above the concurrency limit fails with BUSY', async () => {
  endpoint.defaultBehavior = neverResponding;
  const { model } = createChatModel(endpoint, { concurrency: 1 });
  const abort = new AbortController();
  const first = model.propose(request, { ...unboundedCall, signal: abort.signal });
  await endpoint.waitForRequests(1);
  expect((await model.propose(request, unboundedCall)).outcome).toBe('BUSY');
  abort.abort();
  await expect(first).rejects.toMatchObject({ reason: 'CANCELLED' });
});

test('a call that is canceled before its retry frees its slot immediately', async () => {
  endpoint.enqueue(returningStatus(429, { 'retry-after': '600' }));
  const { model } = createChatModel(endpoint, { concurrency: 1, retries: 1, timeoutMs: 1_200_000 });
  const abort = new AbortController();
  const first = model.propose(request, { ...unboundedCall, signal: abort.signal });
  await endpoint.waitForRequests(1);
  // When a second request has been answered, the 429 has arrived and the first one waits for its retry.
  await createChatModel(endpoint).model.propose(request, unboundedCall);
  abort.abort();
  await expect(first).rejects.toMatchObject({ reason: 'CANCELLED' });
  expect((await model.propose(request, unboundedCall)).outcome).toBe('PROPOSED');
});

test('the tokens of an invalid answer are counted', async () => {
  endpoint.defaultBehavior = returningContent('no');
  const { model, usages } = createChatModel(endpoint);
  await model.propose(request, unboundedCall);
  expect(usages).toMatchObject([{ outcome: 'OFF_SCHEMA', inputTokens: 400, outputTokens: 40 }]);
});

test('a rejected request is logged with its status and without the API key', async () => {
  endpoint.defaultBehavior = returningStatus(401);
  const { model, logged } = createChatModel(endpoint, { getApiKey: () => 'secret' });
  await model.propose(request, unboundedCall);
  expect(logged).toEqual(['no proposal from the model: the endpoint returned status 401']);
});
