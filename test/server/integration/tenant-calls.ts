import type { CallError } from 'scenario-orchestrator-client';
import {
  OrchestratorServiceService,
  type ProcessTurnRequest,
  type ProcessTurnResponse,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { SessionServiceService, type WatchSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import { ErrorInfo } from '../../../gen/google/rpc/error_details';
import { callRaw, failureOf, type GrpcUnderTest, streamRaw } from '../../support/grpc-under-test';
import { TurnStream } from '../../support/turn-stream';
import { Watching } from '../../support/watching';

interface Method<Request, Response> {
  readonly path: string;
  requestSerialize(request: Request): Buffer;
  responseDeserialize(bytes: Buffer): Response;
}

/** Whose data is called for, and with what. */
export interface TenantCallsOptions {
  readonly tenantId: string;
  /** Of the call: its credential. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether the credential is that tenant's. */
  readonly isOwnTenant: boolean;
  /** What must be in no answer. */
  readonly foreignMarker: string;
  /** Takes the path of every method that is called. */
  readonly calledPaths: Set<string>;
}

const { processTurn, streamTurn, processTurns } = OrchestratorServiceService;
const { watchSession } = SessionServiceService;

/**
 * Calls for one tenant's data with one credential. Each answers undefined where it was refused as it must be: for the `refusal` that
 * is given, or with TENANT_MISMATCH where the credential is another tenant's. No answer has anything of another tenant in it.
 */
export class TenantCalls {
  constructor(
    private readonly grpc: GrpcUnderTest,
    readonly options: TenantCallsOptions,
  ) {}

  async unary<Request, Response>(
    method: Method<Request, Response>,
    request: NoInfer<Request>,
    refusal?: string,
  ): Promise<Response | undefined> {
    this.options.calledPaths.add(method.path);
    const call = callRaw(this.grpc, method.path, method.requestSerialize(request), this.options);
    if (this.wanted(refusal) !== undefined) return this.refused(await failureOf(call), refusal);
    const { bytes } = await call;
    this.look(bytes);
    return method.responseDeserialize(bytes);
  }

  /** A turn by one of the three methods that there are. */
  readonly turnMethods: readonly ((
    request: ProcessTurnRequest,
    refusal?: string,
  ) => Promise<ProcessTurnResponse | undefined>)[] = [
    (request, refusal) => this.unary(processTurn, request, refusal),
    (request, refusal) => this.streamedTurn(request, refusal),
    (request, refusal) => this.turnOfStream(request, refusal),
  ];

  /** The turns that WatchSession tells, at least so many. */
  async watch(request: Partial<WatchSessionRequest>, count: number) {
    this.options.calledPaths.add(watchSession.path);
    const watching = new Watching(this.grpc, { tenantId: this.options.tenantId, ...request }, this.options);
    if (!this.options.isOwnTenant) {
      expect(await watching.ended).toMatchObject({ reason: 'TENANT_MISMATCH' });
      return undefined;
    }
    await watching.has(count);
    await watching.cancel();
    this.look(Buffer.from(JSON.stringify(watching.turns)));
    return watching.turns;
  }

  private async streamedTurn(request: ProcessTurnRequest, refusal?: string): Promise<ProcessTurnResponse | undefined> {
    this.options.calledPaths.add(streamTurn.path);
    const call = streamRaw(this.grpc, streamTurn.path, streamTurn.requestSerialize(request), this.options);
    if (this.wanted(refusal) !== undefined) return this.refused(await failureOf(call), refusal);
    const messages = await call;
    this.look(...messages);
    const last = messages.map((message) => streamTurn.responseDeserialize(message)).at(-1);
    if (last?.event?.$case !== 'committed') throw new Error('The stream ended without the turn.');
    return last.event.value;
  }

  private async turnOfStream(request: ProcessTurnRequest, refusal?: string): Promise<ProcessTurnResponse | undefined> {
    this.options.calledPaths.add(processTurns.path);
    const stream = new TurnStream(this.grpc, this.options);
    stream.send(processTurns.requestSerialize(request));
    const [answer] = await stream.answers(1);
    stream.halfClose();
    await stream.ended;
    this.look(...stream.received);
    if (answer?.result?.$case === 'response') {
      expect(this.wanted(refusal)).toBeUndefined();
      return answer.result.value;
    }
    const [info] = answer?.result?.value.details ?? [];
    expect(info && ErrorInfo.decode(info.value).reason).toBe(this.wanted(refusal));
    return undefined;
  }

  private wanted(refusal: string | undefined): string | undefined {
    return this.options.isOwnTenant ? refusal : 'TENANT_MISMATCH';
  }

  private refused({ reason, message }: CallError, refusal: string | undefined): undefined {
    expect(reason).toBe(this.wanted(refusal));
    this.look(Buffer.from(message));
    return undefined;
  }

  private look(...told: readonly Buffer[]): void {
    for (const bytes of told) expect(bytes.includes(this.options.foreignMarker)).toBe(false);
  }
}
