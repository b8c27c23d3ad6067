import { context, type Span, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { core } from '@opentelemetry/sdk-node';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  CallError,
  connect,
  insecure,
  type OrchestratorClient,
  ProcessTurnRequest,
  ProcessTurnsRequest,
  type TurnOutcome,
  WatchSessionRequest,
} from 'scenario-orchestrator-client';
import type { BuiltServer } from '../../support/built-server';
import type { OtlpReceiver } from '../../support/otlp-receiver';
import { uuid } from '../../support/session-builder';
import { formatSpanTree, getSessionIds } from '../../support/span-tree';
import { createTracedCaller } from '../../support/traced-caller';
import { startTracedService, type TracedService } from '../../support/traced-service';

jest.setTimeout(120_000);

const streamName = 'focal.orchestration.v1.OrchestratorService/ProcessTurns';
const turnName = 'ProcessTurns turn';

let receiver: OtlpReceiver;
let running: TracedService;
let server: BuiltServer;
let client: OrchestratorClient;
/** The callers. They export their spans to the same receiver as the service, which is another process. */
let callers: BasicTracerProvider;
beforeAll(async () => {
  running = await startTracedService();
  ({ receiver, server } = running);
  client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
  callers = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter({ url: receiver.grpcEndpoint }))],
  });
  // Loads the scripts into Redis and the catalogue into the node.
  await client.processTurn(ProcessTurnRequest.fromPartial({ turn: createTurn(0) }));
}, 180_000);
afterAll(async () => {
  client?.close();
  await callers?.shutdown();
  await running?.close();
});

let turnCount = 0;
const createTurn = (session: number) => {
  turnCount += 1;
  return { tenantId: uuid(1), agentId: uuid(2), sessionId: uuid(100 + session), turnId: uuid(1_000 + turnCount) };
};

/** Returns the trace context of a span as OpenTelemetry propagates it. */
function inject(span: Span) {
  const carrier = { traceparent: '', tracestate: '' };
  const set = (_carrier: unknown, key: string, value: string) => Object.assign(carrier, { [key]: value });
  new core.W3CTraceContextPropagator().inject(trace.setSpan(context.active(), span), carrier, { set });
  return carrier;
}

/** An open stream of turns. */
function openStream() {
  const stream = createTracedCaller();
  const queue: ProcessTurnsRequest[] = [];
  let wake: () => void = () => undefined;
  let isEnded = false;
  async function* readQueue() {
    while (!isEnded || queue.length > 0) {
      const next = queue.shift();
      if (next !== undefined) yield next;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  const outcomes = client.processTurns(readQueue(), { metadata: stream.metadata });
  return {
    traceId: stream.traceId,
    /** Sends turns and returns their outcomes in any order. */
    async send(...requests: readonly ProcessTurnsRequest[]): Promise<readonly TurnOutcome[]> {
      queue.push(...requests);
      wake();
      const received: TurnOutcome[] = [];
      while (received.length < requests.length) {
        const { value } = await outcomes.next();
        if (value !== undefined) received.push(value);
      }
      return received;
    },
    /** Ends the stream and returns its span. */
    async end() {
      isEnded = true;
      wake();
      await outcomes.next();
      const spans = await receiver.waitForTrace(stream.traceId, ({ name }) => name === streamName);
      return spans.find(({ name }) => name === streamName);
    },
  };
}

const createRequest = (session: number, traceContext?: { traceparent: string; tracestate?: string }) =>
  ProcessTurnsRequest.fromPartial({ turn: createTurn(session), ...(traceContext && { traceContext }) });

/** The tree of a turn below its caller. */
const turnTree = (caller: string) => [
  caller,
  `  SERVER ${turnName}`,
  '    session.load',
  '      CLIENT evalsha',
  '    orchestrator.context',
  '    orchestrator.lifecycle',
  '    orchestrator.transitions',
  '    orchestrator.contributions',
  '    session.commit',
  '      CLIENT evalsha',
];

it('three callers on one open stream have one trace each: caller, turn, Redis', async () => {
  const stream = openStream();
  const spans = [1, 2, 3].map((caller) => callers.getTracer('test').startSpan(`caller ${caller}`));
  const requests = spans.map((span, index) => createRequest(1 + index, inject(span)));
  await stream.send(...requests);
  for (const span of spans) span.end();
  const links = [];
  for (const [index, span] of spans.entries()) {
    const { traceId, spanId } = span.spanContext();
    // The stream is still open, so a turn is exported when it ends.
    await receiver.waitForTrace(traceId, ({ name }) => name === turnName);
    const received = await receiver.waitForTrace(traceId, (candidate) => candidate.spanId === spanId);
    expect(formatSpanTree(received)).toEqual(turnTree(`caller ${index + 1}`));
    const ofService = received.filter((candidate) => candidate.spanId !== spanId);
    expect(getSessionIds(ofService)).toEqual([requests[index]?.turn?.sessionId]);
    links.push(received.find(({ name }) => name === turnName)?.links);
  }
  expect(receiver.getSpans().some(({ traceId }) => traceId === stream.traceId)).toBe(false);
  const streamSpan = await stream.end();
  const link = { traceId: stream.traceId, spanId: streamSpan?.spanId };
  expect(links).toEqual([[link], [link], [link]]);
  // The stream carries turns of several sessions.
  expect(streamSpan?.attributes).not.toHaveProperty(['gen_ai.conversation.id']);
});

it.each([
  ['is absent', undefined],
  ['has a malformed traceparent', { traceparent: '00-abc-def-01', tracestate: 'a=1' }],
  ['has no traceparent', { traceparent: '', tracestate: 'a=1' }],
  ['is very long', { traceparent: '0'.repeat(100_000), tracestate: '0'.repeat(100_000) }],
])(
  'a turn whose trace context %s is applied, and its span is a child of the span of the stream',
  async (_what, traceContext) => {
    const stream = openStream();
    const [outcome] = await stream.send(createRequest(10, traceContext));
    expect(outcome?.outcome).not.toBeInstanceOf(CallError);
    const turn = (await receiver.waitForTrace(stream.traceId, ({ name }) => name === turnName)).find(
      ({ name }) => name === turnName,
    );
    const streamSpan = await stream.end();
    expect(turn?.parentSpanId).toBe(streamSpan?.spanId);
    expect(turn?.links).toEqual([{ traceId: stream.traceId, spanId: streamSpan?.spanId }]);
  },
);

it('a turn whose tracestate alone is malformed stays in the trace of its caller', async () => {
  const stream = openStream();
  const { traceId, spanId, metadata } = createTracedCaller();
  await stream.send(createRequest(11, { ...metadata, tracestate: 'no entry' }));
  const spans = await receiver.waitForTrace(traceId, ({ name }) => name === turnName);
  expect(spans.find(({ name }) => name === turnName)?.parentSpanId).toBe(spanId);
  await stream.end();
});

it('a failed turn is an error in the trace of its caller, and its ErrorInfo has the id of that trace', async () => {
  const stream = openStream();
  const [otherAgent, invalid] = [createTracedCaller(), createTracedCaller()];
  await stream.send(createRequest(12));
  const refused = createRequest(12, otherAgent.metadata);
  if (refused.turn !== undefined) refused.turn.agentId = uuid(99);
  const malformed = createRequest(12, invalid.metadata);
  if (malformed.turn !== undefined) malformed.turn.agentId = 'no UUID';
  const [first] = await stream.send(refused);
  const [second] = await stream.send(malformed);
  expect([first, second].map((result) => result?.outcome)).toMatchObject([
    { reason: 'AGENT_MISMATCH', traceId: otherAgent.traceId },
    { reason: 'INVALID_REQUEST', traceId: invalid.traceId },
  ]);
  for (const caller of [otherAgent, invalid]) {
    const spans = await receiver.waitForTrace(caller.traceId, ({ name }) => name === turnName);
    const turn = spans.find(({ name }) => name === turnName);
    expect([turn?.parentSpanId, turn?.statusCode]).toEqual([caller.spanId, 2]);
  }
  await stream.end();
});

it('ListTurns and WatchSession return the trace context of the span of each turn', async () => {
  const stream = openStream();
  const { traceId, metadata } = createTracedCaller();
  const request = createRequest(13, { ...metadata, tracestate: 'vendor=value' });
  await stream.send(request);
  await stream.end();
  const spans = await receiver.waitForTrace(traceId, ({ name }) => name === turnName);
  const spanId = spans.find(({ name }) => name === turnName)?.spanId;
  const expected = { traceparent: `00-${traceId}-${spanId}-01`, tracestate: 'vendor=value' };
  const { tenantId, sessionId } = request.turn ?? createTurn(13);
  const { turns } = await client.listTurns({ tenantId, sessionId, pageSize: 0, pageToken: '' });
  expect(turns.map(({ traceContext }) => traceContext)).toEqual([expected]);
  const watched = client.watchSession(WatchSessionRequest.fromPartial({ tenantId, sessionId, afterRevision: 0 }));
  for await (const { traceContext } of watched) {
    expect(traceContext).toEqual(expected);
    break;
  }
});

it('a retry of a turn under another span is a replay, with a link to the span in which the turn was decided', async () => {
  const stream = openStream();
  const [first, again] = [createTracedCaller(), createTracedCaller()];
  const request = createRequest(14, first.metadata);
  await stream.send(request);
  const [replay] = await stream.send({
    ...request,
    traceContext: { traceparent: again.metadata.traceparent, tracestate: '' },
  });
  expect(replay?.outcome).toMatchObject({ replayed: true });
  const findTurn = async (traceId: string) =>
    (await receiver.waitForTrace(traceId, ({ name }) => name === turnName)).find(({ name }) => name === turnName);
  const [decided, replayed] = [await findTurn(first.traceId), await findTurn(again.traceId)];
  const streamSpan = await stream.end();
  expect(replayed?.links).toEqual([
    { traceId: stream.traceId, spanId: streamSpan?.spanId },
    { traceId: first.traceId, spanId: decided?.spanId },
  ]);
});
