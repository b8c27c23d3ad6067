import { Server, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
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
import { encodeMessage } from '../../../src/server/codec/stored/encode-message';
import { encodeSession } from '../../../src/server/codec/stored/stored-values';
import { turnResultToProto } from '../../../src/server/codec/wire/result-codec';
import { BatchGate } from '../../../src/server/grpc/middleware/batch-gate';
import type { Logger } from '../../../src/server/ports/logger';
import { coalesceWrites, restoreStringPrototype } from '../../../src/server/stores/redis/client-tuning';
import { getProcessTelemetry, noopMetrics } from '../../../src/server/telemetry';
import { decidedInputs } from '../workload/decided-inputs';
import { walkedSteps } from '../workload/scenarios';
import { usualShape } from '../workload/session-turns';
import { serveForParent } from './serve-for-parent';
import { connectStoreValue } from './store-value';
import type { StubsOrder } from './stubs';

/** A turn of the workload as it is decided, and the messages that tell it. */
interface Prepared {
  readonly turn: Turn;
  readonly result: TurnResult;
  readonly answer: ProcessTurnResponse;
  readonly state: Session;
}

const quietly = (): void => undefined;
const noLog: Logger = { isDebug: false, debug: quietly, info: quietly, warn: quietly, error: quietly };
const phases = [
  'orchestrator.context',
  'orchestrator.lifecycle',
  'orchestrator.transitions',
  'orchestrator.contributions',
];

/** The turns of a session of the workload as they are decided. */
function preparedTurns(): readonly Prepared[] {
  return decidedInputs(usualShape, walkedSteps).map((input) => {
    const { result, session } = decideTurn(input);
    return {
      turn: input.turn,
      result,
      answer: turnResultToProto(result),
      state: Session.decode(encodeSession(session)),
    };
  });
}

/**
 * What nobody can do without who, besides, keeps the contract with the generated stubs and is traced as the design wants it: decodes
 * each request, and nothing is done with it; encodes an answer and a state that were decided beforehand; tells the decisions of it
 * in spans like those of the service. Calls that come together go together as in the service (ADR 0008). It checks nothing, decides
 * nothing and would apply a turn twice.
 */
serveForParent(async ({ redisPort }: StubsOrder) => {
  restoreStringPrototype();
  const store = await connectStoreValue(redisPort, coalesceWrites);
  const cohort = new BatchGate();
  const telemetry = getProcessTelemetry(noopMetrics);
  const turns = preparedTurns();
  let calls = 0;

  async function answered(request: Buffer): Promise<Uint8Array> {
    await cohort.nextBatch();
    calls += 1;
    const decided = turns[calls % turns.length];
    if (decided === undefined) throw new Error('The workload has no turns.');
    await telemetry.withSpanAsync('session.load', () => Promise.resolve());
    for (const phase of phases) telemetry.withSpan(phase, quietly);
    const answer = encodeMessage(ProcessTurnResponse, decided.answer);
    const value = Buffer.concat([request, encodeMessage(Session, decided.state), answer]);
    await telemetry.withSpanAsync('session.commit', () => store(value, calls));
    reportTurn({ telemetry, log: noLog }, decided.turn, { result: decided.result, replayed: false });
    return answer;
  }

  const server = new Server();
  const { path } = OrchestratorServiceService.processTurn;
  const decoded = (bytes: Buffer) => ({ bytes, message: ProcessTurnRequest.decode(bytes) });
  const asIs = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  type Request = ReturnType<typeof decoded>;
  const processTurn = (call: ServerUnaryCall<Request, Uint8Array>, done: sendUnaryData<Uint8Array>): void => {
    answered(call.request.bytes).then((answer) => done(null, answer), done);
  };
  server.register(path, processTurn, asIs, decoded, 'unary');
  return server;
});
