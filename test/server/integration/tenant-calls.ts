import type { ServiceError } from '@grpc/grpc-js';
import { CallError } from 'scenario-orchestrator-client';
import { WatchTurnsRequest } from '../../../gen/focal/orchestration/v1/feed';
import {
  OrchestratorServiceService,
  type ProcessTurnRequest,
  type ProcessTurnResponse,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { SessionServiceService, type WatchSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import { ErrorInfo } from '../../../gen/google/rpc/error_details';
import { callRaw, createMetadata, type GrpcUnderTest, getCallError, streamRaw } from '../../support/grpc-under-test';
import { TurnStream } from '../../support/turn-stream';
import { WatchStream } from '../../support/watch-stream';

interface Method<Request, Response> {
  readonly path: string;
  requestSerialize(request: Request): Buffer;
  responseDeserialize(bytes: Buffer): Response;
}

/** The tenant whose data is requested, and the credential. */
export interface TenantCallsOptions {
  readonly tenantId: string;
  /** Contains the credential. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether the credential belongs to the tenant. */
  readonly isOwnTenant: boolean;
  /** Text of the other tenant, which no response may contain. */
  readonly foreignMarker: string;
  /** Collects the path of every called method. */
  readonly calledPaths: Set<string>;
}

const { processTurn, streamTurn, processTurns } = OrchestratorServiceService;
const { watchSession } = SessionServiceService;

/**
 * Calls for one tenant's data with one credential. A call returns undefined if it is rejected as expected: with the given reason, or
 * with TENANT_MISMATCH if the credential belongs to another tenant. Checks that no response contains data of the other tenant.
 */
export class TenantCalls {
  constructor(
    private readonly grpc: GrpcUnderTest,
    readonly options: TenantCallsOptions,
  ) {}

  async unary<Request, Response>(
    method: Method<Request, Response>,
    request: NoInfer<Request>,
    expectedReason?: string,
  ): Promise<Response | undefined> {
    this.options.calledPaths.add(method.path);
    const call = callRaw(this.grpc, method.path, method.requestSerialize(request), this.options);
    if (this.getExpectedReason(expectedReason) !== undefined)
      return this.expectRejection(await getCallError(call), expectedReason);
    const { bytes } = await call;
    this.expectNoForeignData(bytes);
    return method.responseDeserialize(bytes);
  }

  /** The three methods that process a turn. */
  readonly turnMethods: readonly ((
    request: ProcessTurnRequest,
    expectedReason?: string,
  ) => Promise<ProcessTurnResponse | undefined>)[] = [
    (request, expectedReason) => this.unary(processTurn, request, expectedReason),
    (request, expectedReason) => this.streamTurn(request, expectedReason),
    (request, expectedReason) => this.processTurnInStream(request, expectedReason),
  ];

  /** Watches a session and returns its turns after at least `count` of them have arrived. */
  async watch(request: Partial<WatchSessionRequest>, count: number) {
    this.options.calledPaths.add(watchSession.path);
    const watching = new WatchStream(this.grpc, { tenantId: this.options.tenantId, ...request }, this.options);
    if (!this.options.isOwnTenant) {
      expect(await watching.ended).toMatchObject({ reason: 'TENANT_MISMATCH' });
      return undefined;
    }
    await watching.waitForTurns(count);
    await watching.cancel();
    this.expectNoForeignData(Buffer.from(JSON.stringify(watching.turns)));
    return watching.turns;
  }

  /** Calls a method with a stream of responses. Resolves to all of them. */
  async stream<Request, Response>(
    method: Method<Request, Response>,
    request: NoInfer<Request>,
  ): Promise<readonly Response[] | undefined> {
    this.options.calledPaths.add(method.path);
    const headers = createMetadata(this.options.metadata);
    const { path, requestSerialize, responseDeserialize } = method;
    const stream = this.grpc.client.makeServerStreamRequest(path, requestSerialize, Buffer.from, request, headers);
    const messages: Buffer[] = [];
    stream.on('data', (bytes: Buffer) => messages.push(bytes));
    const failure = await new Promise<CallError | undefined>((resolve) => {
      stream.on('error', (error: ServiceError) => resolve(new CallError(path, error)));
      stream.on('end', () => resolve(undefined));
    });
    if (failure !== undefined) return this.expectRejection(failure, undefined);
    expect(this.options.isOwnTenant).toBe(true);
    for (const bytes of messages) this.expectNoForeignData(bytes);
    return messages.map(responseDeserialize);
  }

  /** Watches the turns of all sessions. Returns the cursor of the first response. */
  async watchTurns(request: Partial<WatchTurnsRequest>): Promise<string | undefined> {
    const { path, requestSerialize, responseDeserialize } = SessionServiceService.watchTurns;
    this.options.calledPaths.add(path);
    const message = WatchTurnsRequest.fromPartial({ tenantId: this.options.tenantId, ...request });
    const headers = createMetadata(this.options.metadata);
    const stream = this.grpc.client.makeServerStreamRequest(path, requestSerialize, Buffer.from, message, headers);
    const answer = await new Promise<Buffer | CallError>((resolve) => {
      stream.on('data', (bytes: Buffer) => resolve(bytes));
      stream.on('error', (error: ServiceError) => resolve(new CallError(path, error)));
    });
    stream.cancel();
    if (answer instanceof CallError) return this.expectRejection(answer, undefined);
    expect(this.options.isOwnTenant).toBe(true);
    this.expectNoForeignData(answer);
    return responseDeserialize(answer).cursor;
  }

  private async streamTurn(
    request: ProcessTurnRequest,
    expectedReason?: string,
  ): Promise<ProcessTurnResponse | undefined> {
    this.options.calledPaths.add(streamTurn.path);
    const call = streamRaw(this.grpc, streamTurn.path, streamTurn.requestSerialize(request), this.options);
    if (this.getExpectedReason(expectedReason) !== undefined)
      return this.expectRejection(await getCallError(call), expectedReason);
    const messages = await call;
    this.expectNoForeignData(...messages);
    const last = messages.map((message) => streamTurn.responseDeserialize(message)).at(-1);
    if (last?.event?.$case !== 'committed') throw new Error('The stream ended without a committed turn.');
    return last.event.value;
  }

  private async processTurnInStream(
    request: ProcessTurnRequest,
    expectedReason?: string,
  ): Promise<ProcessTurnResponse | undefined> {
    this.options.calledPaths.add(processTurns.path);
    const stream = new TurnStream(this.grpc, this.options);
    stream.send(processTurns.requestSerialize({ ...request, traceContext: undefined }));
    const [answer] = await stream.waitForResponses(1);
    stream.halfClose();
    await stream.ended;
    this.expectNoForeignData(...stream.received);
    if (answer?.result?.$case === 'response') {
      expect(this.getExpectedReason(expectedReason)).toBeUndefined();
      return answer.result.value;
    }
    const [info] = answer?.result?.value.details ?? [];
    expect(info && ErrorInfo.decode(info.value).reason).toBe(this.getExpectedReason(expectedReason));
    return undefined;
  }

  private getExpectedReason(expectedReason: string | undefined): string | undefined {
    return this.options.isOwnTenant ? expectedReason : 'TENANT_MISMATCH';
  }

  private expectRejection({ reason, message }: CallError, expectedReason: string | undefined): undefined {
    expect(reason).toBe(this.getExpectedReason(expectedReason));
    this.expectNoForeignData(Buffer.from(message));
    return undefined;
  }

  private expectNoForeignData(...responses: readonly Buffer[]): void {
    for (const bytes of responses) expect(bytes.includes(this.options.foreignMarker)).toBe(false);
  }
}
