import { status } from '@grpc/grpc-js';
import {
  OrchestratorServiceService,
  ProcessTurnRequest,
  ProcessTurnResponse,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Session } from '../../../gen/focal/orchestration/v1/session';
import { decideTurn } from '../../../src/core/decide-turn';
import type { Turn } from '../../../src/core/model/turn';
import type { TurnResult } from '../../../src/core/model/turn-result';
import { reportTurn } from '../../../src/server/application/report-turn';
import { encodeSession } from '../../../src/server/codec/stored/stored-values';
import { encodeMessage } from '../../../src/server/codec/wire/encode-message';
import { turnResultToProto } from '../../../src/server/codec/wire/result-codec';
import { BatchGate } from '../../../src/server/grpc/middleware/batch-gate';
import { endCallSpan } from '../../../src/server/grpc/middleware/call-span';
import { createCall, runInSpan } from '../../../src/server/ports/call';
import type { Logger } from '../../../src/server/ports/logger';
import { runInChildSpan, type Span } from '../../../src/server/ports/span';
import { coalesceWrites, restoreStringPrototype } from '../../../src/server/stores/redis/client-tuning';
import { sendInSpan, traceCommands } from '../../../src/server/stores/redis/trace-commands';
import { getProcessTelemetry, startTelemetry } from '../../../src/server/telemetry';
import { mainStepCount } from '../workload/scenarios';
import { defaultShape } from '../workload/session-turns';
import { buildTurnInputs } from '../workload/turn-inputs';
import { connectStoreValue, createUnaryServer, serveForParent } from './forked-server';
import type { StubServerMessage } from './servers';

/** A turn of the workload with its decision. */
interface DecidedTurn {
  readonly turn: Turn;
  readonly result: TurnResult;
  readonly response: ProcessTurnResponse;
  readonly state: Session;
}

const neverAborted = new AbortController().signal;
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
    const { session, result } = decideTurn(input);
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
  startTelemetry(process.env, { kind: 'service' });
  restoreStringPrototype();
  const storeValue = await connectStoreValue(redisPort, (redis) => {
    coalesceWrites(redis);
    traceCommands(redis, false);
  });
  const batchGate = new BatchGate();
  const telemetry = getProcessTelemetry();
  const turns = decideWorkload();
  let callCount = 0;

  async function handle(request: Buffer, span: Span): Promise<Uint8Array> {
    await batchGate.waitForNextBatch();
    callCount += 1;
    const decidedTurn = turns[callCount % turns.length];
    if (decidedTurn === undefined) throw new Error('The workload has no turns.');
    const call = createCall(Number.POSITIVE_INFINITY, neverAborted, span);
    span.setSession(decidedTurn.turn.sessionId);
    await runInSpan(call, 'session.load', () => Promise.resolve());
    for (const phase of phaseSpans) runInChildSpan(span, phase, ignore);
    const response = encodeMessage(ProcessTurnResponse, decidedTurn.response);
    const value = Buffer.concat([request, encodeMessage(Session, decidedTurn.state), response]);
    await runInSpan(call, 'session.commit', (commit) => sendInSpan(commit.span, () => storeValue(value, callCount)));
    reportTurn(silentLog, span, decidedTurn.turn, { result: decidedTurn.result, replayed: false });
    return response;
  }

  const { path } = OrchestratorServiceService.processTurn;
  const deserialize = (bytes: Buffer) => ({ bytes, message: ProcessTurnRequest.decode(bytes) });
  const serialize = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return createUnaryServer({ path, deserialize, serialize }, async ({ bytes }, metadata) => {
    const span = telemetry.startCall(path, metadata);
    const response = await handle(bytes, span);
    endCallSpan(span, status.OK);
    return response;
  });
});
