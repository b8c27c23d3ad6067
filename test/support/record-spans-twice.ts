import { propagation } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as HttpExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { core } from '@opentelemetry/sdk-node';
import { BasicTracerProvider, BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import {
  OrchestratorServiceService,
  ProcessTurnsRequest,
  StreamTurnRequest,
} from '../../gen/focal/orchestration/v1/orchestrator_service';
import { PutScenarioRequest, ScenarioServiceService } from '../../gen/focal/orchestration/v1/scenario_service';
import { GetSessionRequest, SessionServiceService } from '../../gen/focal/orchestration/v1/session_service';
import { scenarioToProto } from '../../src/server/codec/wire/scenario-codec';
import { RedisCatalogue } from '../../src/server/stores/redis/redis-catalogue';
import { connectRedis, type RedisConnection } from '../../src/server/stores/redis/redis-connection';
import { RedisSessionStore } from '../../src/server/stores/redis/redis-session-store';
import { type OtlpProtocol, OtlpSpanExporter } from '../../src/server/telemetry/otlp-span-exporter';
import { RecordingTelemetry } from '../../src/server/telemetry/recording-telemetry';
import { createSampler } from '../../src/server/telemetry/sampler';
import { readSpanLimits } from '../../src/server/telemetry/span-limits';
import { RedisProcess } from '../../tools/redis/redis-process';
import { BothTelemetries, RepeatedIds } from './both-telemetries';
import { callUntil } from './calls';
import { aScenario } from './conversation';
import { callRaw, type GrpcUnderTest, getCallError, startGrpc, streamRaw } from './grpc-under-test';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver';
import { turnRequest } from './request-bytes';
import { asking, confirming } from './sample-scenarios';
import { SdkTelemetry } from './sdk-telemetry';
import { createService } from './service-under-test';
import { uuid } from './session-builder';
import { silentLog } from './silent-log';
import { withOverrides } from './store-decorators';
import { createTracedCaller } from './traced-caller';
import { TurnStream } from './turn-stream';
import { WatchStream } from './watch-stream';

// A program: runs the service and makes calls of all kinds. Both the SDK and the service record the spans of these calls, and each exports them
// to a receiver of its own. Prints what the receivers have got. It is a program, because the HTTP exporter needs dynamic imports, which Jest
// does not have.
//
//     node --require test/support/typescript-hook.cjs test/support/record-spans-twice.ts PROTOCOL VARIABLES_AS_JSON

const processTurn = OrchestratorServiceService.processTurn.path;
const scenarios = [asking(uuid(10), ['order']), confirming(uuid(11))];
const resource = resourceFromAttributes({ 'service.name': 'scenario-orchestrator', 'process.pid': 7 });
const scope = { name: 'scenario-orchestrator' };

/** Runs work while both clocks stand still. */
function atOneTime<T>(work: () => T): T {
  const clocks = [Date, performance].map((clock) => ({ clock, now: clock.now, time: clock.now() }));
  for (const { clock, time } of clocks) clock.now = () => time;
  try {
    return work();
  } finally {
    for (const { clock, now } of clocks) clock.now = now;
  }
}

/** Starts the service with a Redis store. It records every span twice, and exports each kind to a receiver of its own. */
async function startRecordingTwice(protocol: OtlpProtocol, env: NodeJS.ProcessEnv) {
  const receivers = { sdk: await startOtlpReceiver(), own: await startOtlpReceiver() };
  const getEndpoint = ({ grpcEndpoint, httpEndpoint }: OtlpReceiver) =>
    protocol === 'grpc' ? grpcEndpoint : httpEndpoint;
  const ids = new RepeatedIds();
  const sampler = createSampler(env);
  const limits = readSpanLimits(env);
  const url = getEndpoint(receivers.sdk);
  const provider = new BasicTracerProvider({
    resource,
    sampler,
    idGenerator: ids.first,
    spanLimits: {
      attributeCountLimit: limits.attributeCount,
      attributeValueLengthLimit: limits.attributeValueLength,
      eventCountLimit: limits.eventCount,
      linkCountLimit: limits.linkCount,
      attributePerEventCountLimit: limits.attributePerEventCount,
    },
    spanProcessors: [
      new BatchSpanProcessor(
        protocol === 'grpc' ? new GrpcExporter({ url }) : new HttpExporter({ url: `${url}/v1/traces` }),
      ),
    ],
  });
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = getEndpoint(receivers.own);
  const processor = new BatchSpanProcessor(new OtlpSpanExporter(protocol));
  delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const exportSpan = (span: ReadableSpan) => processor.onEnd(span);
  const own = new RecordingTelemetry({ resource, scope, limits, ids: ids.second, export: exportSpan }, sampler);
  const both = new BothTelemetries(new SdkTelemetry(provider.getTracer(scope.name)), own, atOneTime);
  return {
    both,
    /** Exports all spans and returns those that each receiver has got, by span id. */
    async finish() {
      await Promise.all([provider.shutdown(), processor.shutdown()]);
      const received = [receivers.sdk, receivers.own].map((receiver) =>
        [...receiver.getSpans()].sort((a, b) => a.spanId.localeCompare(b.spanId)),
      );
      await Promise.all(Object.values(receivers).map((receiver) => receiver.close()));
      return received;
    },
  };
}

/** Opens the stores. Loading session 9 is a defect, and session 8 always ends in a conflict. */
async function openStores(connection: RedisConnection) {
  await connection.waitForReady(callUntil(Date.now() + 60_000));
  const keyPrefix = 'spans:';
  const options = { sessionTtlMs: 60_000, recordedTurns: 100, cachedSessions: 0, clock: Date };
  const sessions = new RedisSessionStore(connection, { keyPrefix, ...options });
  const store = withOverrides(sessions, {
    load: (key, ...rest) => {
      if (key.sessionId === uuid(9)) throw new TypeError('a defect');
      return sessions.load(key, ...rest);
    },
  });
  return { store, scenarios: new RedisCatalogue(connection, { keyPrefix }), close: () => sessions.close() };
}

/** Makes calls of all kinds, one after the other, so that both receivers get the spans in the same order. */
async function makeCalls(grpc: GrpcUnderTest): Promise<void> {
  const call = (turn: Parameters<typeof turnRequest>[0], metadata: Readonly<Record<string, string>>) =>
    callRaw(grpc, processTurn, turnRequest(turn), { metadata });
  const sampled = () => createTracedCaller().metadata;
  for (const draft of scenarios) {
    const scenario = scenarioToProto(aScenario(draft));
    const request = PutScenarioRequest.encode({ tenantId: uuid(1), agentId: uuid(2), scenario });
    await callRaw(grpc, ScenarioServiceService.putScenario.path, request.finish(), { metadata: sampled() });
  }
  // Turns: started, replayed, with a tracestate, without a caller, and of a caller that is not sampled.
  const candidates = scenarios.map(({ scenarioId = '' }) => ({ scenarioId, score: 0.9 }));
  await call({ candidates, situation: { message: 'é'.repeat(200) } }, { ...sampled(), tracestate: 'vendor=value' });
  await call({ candidates, situation: { message: 'é'.repeat(200) } }, sampled());
  await call({ turnId: uuid(101) }, {});
  await call({ turnId: uuid(102) }, createTracedCaller(false).metadata);
  await call({ turnId: uuid(103) }, { traceparent: 'malformed', tracestate: 'vendor=value' });
  // Errors: of the rules, of the contract, and a defect.
  await getCallError(call({ turnId: uuid(104), agentId: uuid(99) }, sampled()));
  await getCallError(call({ turnId: 'no UUID' }, sampled()));
  await getCallError(call({ turnId: uuid(105), sessionId: uuid(9) }, sampled()));
  // Streams of responses.
  const streamed = StreamTurnRequest.encode(StreamTurnRequest.fromPartial({ turn: createTurn(106) })).finish();
  await streamRaw(grpc, OrchestratorServiceService.streamTurn.path, streamed, { metadata: sampled() });
  await getCallError(streamRaw(grpc, OrchestratorServiceService.streamTurn.path, turnRequest({ agentId: uuid(99) })));
  const watch = new WatchStream(grpc, { afterRevision: 0 }, { metadata: sampled() });
  await watch.waitForTurns(1);
  await watch.cancel();
  // Streams of requests, with and without the trace contexts of their callers.
  for (const isSampled of [true, false]) {
    const stream = new TurnStream(grpc, { metadata: createTracedCaller(isSampled).metadata });
    const contexts = [sampled(), createTracedCaller(false).metadata, undefined];
    for (const [index, traceContext] of contexts.entries()) {
      const turn = createTurn(200 + index + (isSampled ? 10 : 0));
      const request = ProcessTurnsRequest.fromPartial({ turn, ...(traceContext && { traceContext }) });
      stream.send(ProcessTurnsRequest.encode(request).finish());
      await stream.waitForResponses(index + 1);
    }
    stream.halfClose();
    await stream.ended;
  }
  const get = GetSessionRequest.encode(GetSessionRequest.fromPartial({ tenantId: uuid(1), sessionId: uuid(3) }));
  await callRaw(grpc, SessionServiceService.getSession.path, get.finish(), { metadata: sampled() });
}

const createTurn = (turn: number) => ({
  tenantId: uuid(1),
  agentId: uuid(2),
  sessionId: uuid(3),
  turnId: uuid(turn),
});

type Received = ReturnType<OtlpReceiver['getSpans']>[number];

/** The decoded fields show what differs. The bytes also have the times, the flags and the numbers of dropped values. */
function toComparable({ encoded, startNs, endNs, ...fields }: Received) {
  return { ...fields, startNs: String(startNs), endNs: String(endNs), encoded: Buffer.from(encoded).toString('hex') };
}

async function run(protocol: OtlpProtocol, env: NodeJS.ProcessEnv): Promise<void> {
  propagation.setGlobalPropagator(new core.W3CTraceContextPropagator());
  const redis = await RedisProcess.start();
  const recording = await startRecordingTwice(protocol, env);
  const connection = connectRedis({ endpoint: redis.endpoint, commandTimeoutMs: 60_000, clock: Date, log: silentLog });
  const service = createService(await openStores(connection));
  const grpc = await startGrpc(service.useCases, {}, recording.both);
  await makeCalls(grpc);
  await grpc.stop();
  await service.close();
  await redis.stop();
  const [sdk = [], own = []] = await recording.finish();
  const line = `${JSON.stringify({ sdk: sdk.map(toComparable), own: own.map(toComparable) })}\n`;
  await new Promise((resolve) => process.stdout.write(line, resolve));
}

const [protocol, env = '{}'] = process.argv.slice(2);
if (protocol !== 'grpc' && protocol !== 'http/protobuf')
  throw new Error('The first argument must be a protocol of OTLP.');
run(protocol, JSON.parse(env)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
