import { Server, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import {
  OrchestratorServiceService,
  ProcessTurnRequest,
  ProcessTurnResponse,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Session } from '../../../gen/focal/orchestration/v1/session';
import { decideTurn } from '../../../src/core/decide-turn';
import type { Turn } from '../../../src/core/model/turn';
import type { ExplainedTurnResult } from '../../../src/core/model/turn-result';
import { reportTurn } from '../../../src/server/application/report-turn';
import { encodeMessage } from '../../../src/server/codec/stored/encode-message';
import { encodeSession } from '../../../src/server/codec/stored/stored-values';
import { turnResultToProto } from '../../../src/server/codec/wire/result-codec';
import { BatchGate } from '../../../src/server/grpc/middleware/batch-gate';
import type { Logger } from '../../../src/server/ports/logger';
import { coalesceWrites, restoreStringPrototype } from '../../../src/server/stores/redis/client-tuning';
import { getProcessTelemetry, noopMetrics } from '../../../src/server/telemetry';
import { mainStepCount } from '../workload/scenarios';
import { defaultShape } from '../workload/session-turns';
import { buildTurnInputs } from '../workload/turn-inputs';
import { connectStoreValue, serveForParent } from './forked-server';
import type { StubServerMessage } from './servers';

/** A turn of the workload with its decision. */
interface DecidedTurn {
  readonly turn: Turn;
  readonly result: ExplainedTurnResult;
  readonly response: ProcessTurnResponse;
  readonly state: Session;
}

const ignore = (): void => undefined;
const silentLog: Logger = { isDebug: false, debug: ignore, info: ignore, warn: ignore, error: ignore };
const phaseSpans = [
  'orchestrator.context',
  'orchestrator.lifecycle',
  'orchestrator.transitions',
  'orchestrator.contributions',
];

function decideWorkload(): readonly DecidedTurn[] {
  return buildTurnInputs(defaultShape, mainStepCount).map((input) => {
    const { session, explain } = decideTurn(input);
    const result = explain();
    return {
      turn: input.turn,
      result,
      response: turnResultToProto(result),
      state: Session.decode(encodeSession(session)),
    };
  });
}

/**
 * A minimal server with the contract and the telemetry of the service. It decodes each request, encodes a precomputed response and state,
 * and creates the same spans. It batches concurrent calls as the service does (ADR 0008). It neither validates nor decides, and would apply
 * a repeated turn twice.
 */
serveForParent(async ({ redisPort }: StubServerMessage) => {
  restoreStringPrototype();
  const storeValue = await connectStoreValue(redisPort, coalesceWrites);
  const batchGate = new BatchGate();
  const telemetry = getProcessTelemetry(noopMetrics);
  const turns = decideWorkload();
  let callCount = 0;

  async function handle(request: Buffer): Promise<Uint8Array> {
    await batchGate.waitForNextBatch();
    callCount += 1;
    const decidedTurn = turns[callCount % turns.length];
    if (decidedTurn === undefined) throw new Error('The workload has no turns.');
    await telemetry.withSpanAsync('session.load', () => Promise.resolve());
    for (const phase of phaseSpans) telemetry.withSpan(phase, ignore);
    const response = encodeMessage(ProcessTurnResponse, decidedTurn.response);
    const value = Buffer.concat([request, encodeMessage(Session, decidedTurn.state), response]);
    await telemetry.withSpanAsync('session.commit', () => storeValue(value, callCount));
    reportTurn({ telemetry, log: silentLog }, decidedTurn.turn, { result: decidedTurn.result, replayed: false });
    return response;
  }

  const server = new Server();
  const { path } = OrchestratorServiceService.processTurn;
  const deserialize = (bytes: Buffer) => ({ bytes, message: ProcessTurnRequest.decode(bytes) });
  const serialize = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  type Request = ReturnType<typeof deserialize>;
  const processTurn = (call: ServerUnaryCall<Request, Uint8Array>, callback: sendUnaryData<Uint8Array>): void => {
    handle(call.request.bytes).then((response) => callback(null, response), callback);
  };
  server.register(path, processTurn, serialize, deserialize, 'unary');
  return server;
});
