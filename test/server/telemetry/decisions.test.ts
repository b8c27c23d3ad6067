import { Client, credentials } from '@grpc/grpc-js';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { ScenarioServiceService } from '../../../gen/focal/orchestration/v1/scenario_service';
import type { BuiltServer } from '../../support/built-server';
import { callMethod, callRaw, getCallError, streamRaw } from '../../support/grpc-under-test';
import type { ReceivedSpan } from '../../support/otlp-messages';
import type { OtlpReceiver } from '../../support/otlp-receiver';
import { type TurnFields, turnRequest } from '../../support/request-bytes';
import { uuid } from '../../support/session-builder';
import { formatSpanTree } from '../../support/span-tree';
import { createTracedCaller } from '../../support/traced-caller';
import { startTracedService, type TracedService } from '../../support/traced-service';

jest.setTimeout(60_000);

const service = OrchestratorServiceService;
const customerValue = 'Lovelace';
const [refund, unknown] = [uuid(0x51), uuid(0x52)];
const candidates = [
  { scenarioId: refund, score: 0.9 },
  { scenarioId: unknown, score: 0.8 },
];
const turnSpans = [
  '  session.load',
  '  orchestrator.context',
  '  orchestrator.lifecycle',
  '  orchestrator.transitions',
  '  orchestrator.contributions',
  '  session.commit',
  '    CLIENT evalsha',
];

let receiver: OtlpReceiver;
let running: TracedService;
let server: BuiltServer;
let client: Client;
beforeAll(async () => {
  running = await startTracedService({ ORCHESTRATOR__TELEMETRY__LOG_LEVEL: 'debug' });
  ({ receiver, server } = running);
  client = new Client(server.address, credentials.createInsecure());
  const agent = { tenantId: uuid(1), agentId: uuid(2) };
  await callMethod({ client }, ScenarioServiceService.putScenario, {
    ...agent,
    scenario: createRefund(),
    expectedVersion: undefined,
  });
  // Loads the catalogue into the node, so that the turns below run in the steady state.
  await callRaw({ client }, service.processTurn.path, createTurn(uuid(0x99)));
}, 180_000);
afterAll(async () => {
  client?.close();
  await running?.close();
});

function createRefund(): Scenario {
  return Scenario.fromPartial({
    scenarioId: refund,
    name: 'Refund',
    entryStepId: 'ask',
    steps: [
      {
        stepId: 'ask',
        collectsProfileFields: ['order_id'],
        transitions: [{ targetStepId: 'tell', condition: 'data.order_id != ""' }],
      },
      { stepId: 'tell', templateIds: ['informed'], transitions: [{ targetStepId: 'end' }] },
      { stepId: 'end', isTerminal: true, templateIds: ['bye'] },
    ],
  });
}

let turnCount = 0;
/** Creates a turn with customer data in every field that may contain customer data. */
function createTurn(sessionId: string, fields: TurnFields = {}): Buffer {
  turnCount += 1;
  const situation = { message: customerValue, candidateVariables: [{ name: 'name', value: customerValue }] };
  const customerData = { name: customerValue };
  return turnRequest({ sessionId, turnId: uuid(0x1000 + turnCount), situation, customerData, ...fields });
}

/** Creates a turn with the field that the scenario asks for. */
const createAnswer = (sessionId: string) => createTurn(sessionId, { customerData: { order_id: customerValue } });

/**
 * Sends a call with a trace context and returns the spans and the log lines of its trace. `turn` is the span of the turn: for
 * ProcessTurn the span of the call.
 */
async function trace(method: string, send: (metadata: Readonly<Record<string, string>>) => Promise<unknown>) {
  const caller = createTracedCaller();
  await send(caller.metadata);
  const spans = await receiver.waitForTrace(caller.traceId, ({ name }) => name.endsWith(`/${method}`));
  const lines = server
    .getStdout()
    .trim()
    .split('\n')
    .filter((line) => line.includes(caller.traceId));
  const root = spans.find(({ name }) => name.endsWith(`/${method}`));
  return { caller, spans, lines, root, turn: spans.find(({ name }) => name === 'StreamTurn turn') ?? root };
}

const processTurn = (request: Buffer) =>
  trace('ProcessTurn', (metadata) => callRaw({ client }, service.processTurn.path, request, { metadata }));
const streamTurn = (request: Buffer) =>
  trace('StreamTurn', (metadata) => streamRaw({ client }, service.streamTurn.path, request, { metadata }));

/** Formats the events of a span as their names and main attributes. */
function formatEvents(span: ReceivedSpan | undefined): readonly string[] {
  return (span?.events ?? []).map(({ name, attributes }) => {
    const keys = ['scenario_id', 'action', 'reason', 'source_step_id', 'target_step_id', 'step_id', 'type'];
    const values = keys.flatMap((key) => attributes[`orchestrator.${key}`] ?? []);
    return [name, ...values].join(' ').replace(refund, 'refund').replace(unknown, 'unknown');
  });
}

function expectNoCustomerData(spans: readonly ReceivedSpan[], lines: readonly string[]): void {
  const spansText = JSON.stringify(spans, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
  expect(spans.length).toBeGreaterThan(0);
  expect(lines.length).toBeGreaterThan(0);
  expect([spansText, ...lines].filter((text) => text.includes(customerValue))).toEqual([]);
}

test('a turn that starts a scenario has an event for every decision with scenario and reason', async () => {
  const { spans, lines, root } = await processTurn(createTurn(uuid(0x61), { candidates }));
  expect(formatEvents(root)).toEqual([
    'lifecycle refund START CANDIDATE',
    'candidate rejected unknown NOT_FOUND',
    'transition refund ENTERED ask ask',
    'contribution refund ask ASK',
  ]);
  expect(root?.attributes).toMatchObject({
    'orchestrator.started': 1,
    'orchestrator.continued': 0,
    'orchestrator.completed': 0,
    'orchestrator.rejected': 1,
    'orchestrator.contributions': 1,
    'orchestrator.primary_scenario_id': refund,
  });
  expectNoCustomerData(spans, lines);
});

test.each([
  ['ProcessTurn', processTurn],
  ['StreamTurn', streamTurn],
] as const)('a %s turn that continues a scenario is one trace with a span for every phase', async (method, send) => {
  const sessionId = uuid(method === 'ProcessTurn' ? 0x62 : 0x63);
  await processTurn(createTurn(sessionId, { candidates }));
  const { caller, spans, lines, root, turn } = await send(createAnswer(sessionId));
  expect(formatSpanTree(spans)).toEqual([
    `SERVER focal.orchestration.v1.OrchestratorService/${method}`,
    ...(method === 'ProcessTurn' ? turnSpans : ['  StreamTurn turn', ...turnSpans.map((line) => `  ${line}`)]),
  ]);
  expect(root?.parentSpanId).toBe(caller.spanId);
  expect(formatEvents(turn)).toEqual([
    'lifecycle refund CONTINUE GOES_ON',
    'transition refund ADVANCED ask tell',
    'contribution refund tell INFORM',
  ]);
  expect(turn?.attributes).toMatchObject({
    'orchestrator.started': 0,
    'orchestrator.continued': 1,
    'orchestrator.rejected': 0,
    'orchestrator.contributions': 1,
    'orchestrator.primary_scenario_id': refund,
  });
  expectNoCustomerData(spans, lines);
});

test('the log has a line for every decision and one for the turn', async () => {
  const { lines } = await processTurn(createTurn(uuid(0x64), { candidates }));
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    'turn decided',
    'lifecycle',
    'candidate rejected',
    'transition',
    'contribution',
  ]);
});

test.each([
  ['ProcessTurn', processTurn],
  ['StreamTurn', streamTurn],
] as const)('a failed %s turn has the reason on its span and no customer data', async (method, send) => {
  const sessionId = uuid(method === 'ProcessTurn' ? 0x65 : 0x66);
  await processTurn(createTurn(sessionId));
  const { spans, lines, root, turn } = await trace(method, (metadata) => {
    const request = createTurn(sessionId, { agentId: uuid(7) });
    const { path } = method === 'ProcessTurn' ? service.processTurn : service.streamTurn;
    const call = send === processTurn ? callRaw : streamRaw;
    return getCallError(call({ client }, path, request, { metadata }));
  });
  expect(formatSpanTree(spans)).toEqual([
    `SERVER focal.orchestration.v1.OrchestratorService/${method} ERROR`,
    ...(method === 'ProcessTurn' ? ['  session.load'] : ['  StreamTurn turn ERROR', '    session.load']),
  ]);
  expect([root, turn].map((span) => span?.attributes['error.type'])).toEqual(['AGENT_MISMATCH', 'AGENT_MISMATCH']);
  expectNoCustomerData(spans, lines);
});

test('an invalid request has only a server span, without request data', async () => {
  const { spans, lines, root } = await trace('ProcessTurn', (metadata) => {
    const request = createTurn(uuid(0x67), {
      situation: { message: customerValue, language: customerValue.repeat(20) },
    });
    return getCallError(callRaw({ client }, service.processTurn.path, request, { metadata }));
  });
  expect(formatSpanTree(spans)).toEqual(['SERVER focal.orchestration.v1.OrchestratorService/ProcessTurn ERROR']);
  expect(root?.attributes['error.type']).toBe('INVALID_REQUEST');
  expectNoCustomerData(spans, lines);
});
