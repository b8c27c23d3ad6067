import { Client, credentials } from '@grpc/grpc-js';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { ScenarioServiceService } from '../../../gen/focal/orchestration/v1/scenario_service';
import { type BuiltServer, ensureBuilt, startBuiltServer } from '../../support/built-server';
import { callMethod, callRaw, failureOf, streamRaw } from '../../support/grpc-under-test';
import type { ReceivedSpan } from '../../support/otlp-messages';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver';
import { type RedisServer, startRedisServer } from '../../support/redis-server';
import { type TurnFields, turnRequest } from '../../support/request-bytes';
import { uuid } from '../../support/session-builder';
import { formatSpanTree } from '../../support/span-tree';
import { createTracedCaller } from '../../support/traced-caller';

jest.setTimeout(60_000);

const service = OrchestratorServiceService;
const customerValue = 'Lovelace';
const [refund, unknown] = [uuid(0x51), uuid(0x52)];
const candidates = [
  { scenarioId: refund, score: 0.9 },
  { scenarioId: unknown, score: 0.8 },
];
const spansOfATurn = [
  '  session.load',
  '  orchestrator.context',
  '  orchestrator.lifecycle',
  '  orchestrator.transitions',
  '  orchestrator.contributions',
  '  session.commit',
  '    CLIENT evalsha',
];

let receiver: OtlpReceiver;
let redis: RedisServer;
let server: BuiltServer;
let client: Client;
beforeAll(async () => {
  await ensureBuilt();
  receiver = await startOtlpReceiver();
  redis = await startRedisServer();
  server = await startBuiltServer({
    ORCHESTRATOR__REDIS__URL: redis.url,
    ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '60000',
    ORCHESTRATOR__REDIS__CATALOGUE_STALENESS_MS: '60000',
    ORCHESTRATOR__TELEMETRY__LOG_LEVEL: 'debug',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.grpcEndpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  });
  client = new Client(server.address, credentials.createInsecure());
  const agent = { tenantId: uuid(1), agentId: uuid(2) };
  await callMethod({ client }, ScenarioServiceService.putScenario, {
    ...agent,
    scenario: aRefund(),
    expectedVersion: undefined,
  });
  // The node learns the catalogue, so that each turn below finds the steady state.
  await callRaw({ client }, service.processTurn.path, aTurn(uuid(0x99)));
}, 180_000);
afterAll(async () => {
  client?.close();
  await server?.stop();
  await redis?.stop();
  await receiver?.close();
});

function aRefund(): Scenario {
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
      { stepId: 'tell', templateIds: ['told'], transitions: [{ targetStepId: 'end' }] },
      { stepId: 'end', isTerminal: true, templateIds: ['bye'] },
    ],
  });
}

let turns = 0;
/** A turn in which the customer says something that nobody else shall read. */
function aTurn(sessionId: string, fields: TurnFields = {}): Buffer {
  turns += 1;
  const situation = { message: customerValue, candidateVariables: [{ name: 'name', value: customerValue }] };
  const customerData = { name: customerValue };
  return turnRequest({ sessionId, turnId: uuid(0x1000 + turns), situation, customerData, ...fields });
}

/** A turn that gives what the scenario asks for. */
const anAnswer = (sessionId: string) => aTurn(sessionId, { customerData: { order_id: customerValue } });

/** What a call of a traced caller comes to: the spans of its trace, and the log lines. */
async function traced(method: string, send: (metadata: Readonly<Record<string, string>>) => Promise<unknown>) {
  const caller = createTracedCaller();
  await send(caller.metadata);
  const spans = await receiver.trace(caller.traceId, ({ name }) => name.endsWith(`/${method}`));
  const lines = server
    .stdout()
    .trim()
    .split('\n')
    .filter((line) => line.includes(caller.traceId));
  return { caller, spans, lines, root: spans.find(({ name }) => name.endsWith(`/${method}`)) };
}

const processed = (request: Buffer) =>
  traced('ProcessTurn', (metadata) => callRaw({ client }, service.processTurn.path, request, { metadata }));
const streamed = (request: Buffer) =>
  traced('StreamTurn', (metadata) => streamRaw({ client }, service.streamTurn.path, request, { metadata }));

/** The events of a span: their names with what tells them apart. */
function events(span: ReceivedSpan | undefined): readonly string[] {
  return (span?.events ?? []).map(({ name, attributes }) => {
    const facts = ['scenario_id', 'action', 'reason', 'source_step_id', 'target_step_id', 'step_id', 'type'];
    const told = facts.flatMap((fact) => attributes[`orchestrator.${fact}`] ?? []);
    return [name, ...told].join(' ').replace(refund, 'refund').replace(unknown, 'unknown');
  });
}

function expectNoCustomerValue(spans: readonly ReceivedSpan[], lines: readonly string[]): void {
  const told = JSON.stringify(spans, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
  expect(spans.length).toBeGreaterThan(0);
  expect(lines.length).toBeGreaterThan(0);
  expect([told, ...lines].filter((text) => text.includes(customerValue))).toEqual([]);
}

test('a turn that starts a scenario tells what was decided, for which scenario and why', async () => {
  const { spans, lines, root } = await processed(aTurn(uuid(0x61), { candidates }));
  expect(events(root)).toEqual([
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
  expectNoCustomerValue(spans, lines);
});

test.each([
  ['ProcessTurn', processed],
  ['StreamTurn', streamed],
] as const)('a turn that goes on is one trace of %s, span by span, and tells each step', async (method, sent) => {
  const sessionId = uuid(method === 'ProcessTurn' ? 0x62 : 0x63);
  await processed(aTurn(sessionId, { candidates }));
  const { caller, spans, lines, root } = await sent(anAnswer(sessionId));
  expect(formatSpanTree(spans)).toEqual([
    `SERVER focal.orchestration.v1.OrchestratorService/${method}`,
    ...spansOfATurn,
  ]);
  expect(root?.parentSpanId).toBe(caller.spanId);
  expect(events(root)).toEqual([
    'lifecycle refund CONTINUE GOES_ON',
    'transition refund ADVANCED ask tell',
    'contribution refund tell INFORM',
  ]);
  expect(root?.attributes).toMatchObject({
    'orchestrator.started': 0,
    'orchestrator.continued': 1,
    'orchestrator.rejected': 0,
    'orchestrator.contributions': 1,
    'orchestrator.primary_scenario_id': refund,
  });
  expectNoCustomerValue(spans, lines);
});

test('the log has a line of each decision, and one of the turn', async () => {
  const { lines } = await processed(aTurn(uuid(0x64), { candidates }));
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    'turn decided',
    'lifecycle',
    'candidate rejected',
    'transition',
    'contribution',
  ]);
});

test.each([
  ['ProcessTurn', processed],
  ['StreamTurn', streamed],
] as const)(
  'a turn of %s that fails tells the reason on its span, and no value of the customer',
  async (method, sent) => {
    const sessionId = uuid(method === 'ProcessTurn' ? 0x65 : 0x66);
    await processed(aTurn(sessionId));
    const { spans, lines, root } = await traced(method, (metadata) => {
      const request = aTurn(sessionId, { agentId: uuid(7) });
      const { path } = method === 'ProcessTurn' ? service.processTurn : service.streamTurn;
      const call = sent === processed ? callRaw : streamRaw;
      return failureOf(call({ client }, path, request, { metadata }));
    });
    expect(formatSpanTree(spans)).toEqual([
      `SERVER focal.orchestration.v1.OrchestratorService/${method} ERROR`,
      '  session.load',
    ]);
    expect(root?.attributes['error.type']).toBe('AGENT_MISMATCH');
    expectNoCustomerValue(spans, lines);
  },
);

test('a request that is refused is a span alone, and says nothing of what was in it', async () => {
  const { spans, lines, root } = await traced('ProcessTurn', (metadata) => {
    const request = aTurn(uuid(0x67), { situation: { message: customerValue, language: customerValue.repeat(20) } });
    return failureOf(callRaw({ client }, service.processTurn.path, request, { metadata }));
  });
  expect(formatSpanTree(spans)).toEqual(['SERVER focal.orchestration.v1.OrchestratorService/ProcessTurn ERROR']);
  expect(root?.attributes['error.type']).toBe('INVALID_REQUEST');
  expectNoCustomerValue(spans, lines);
});
