import {
  Client,
  credentials,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { OrchestratorServiceService } from '../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceService } from '../../gen/focal/orchestration/v1/scenario_service';
import { SessionServiceService } from '../../gen/focal/orchestration/v1/session_service';

/** A proxy of a service that fails calls as often as the published retry policy tolerates. */
export interface UnreliableService {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  /** The methods of all failed calls and broken streams, in order. */
  readonly failures: readonly string[];
  stop(): void;
}

const unavailable = { code: status.UNAVAILABLE, details: 'temporarily unavailable' };
/** What libraries report if the connection breaks during a call. The retry policy does not retry it. */
const broken = { code: status.INTERNAL, details: 'Received RST_STREAM with code 2' };
const passThrough = (bytes: Buffer): Buffer => bytes;

/**
 * Forwards encoded calls to a service, but fails two of three with UNAVAILABLE, the second one of ProcessTurn as a broken connection, and
 * breaks a WatchSession stream after each turn. Expects sequential calls.
 */
export async function startUnreliableService(target: string): Promise<UnreliableService> {
  const client = new Client(target, credentials.createInsecure());
  const failures: string[] = [];
  let callCount = 0;

  function shouldFail({ path }: Method): boolean {
    const isFailed = path !== SessionServiceService.watchSession.path && callCount++ % 3 < 2;
    if (isFailed) failures.push(getMethodName(path));
    return isFailed;
  }

  function forwardUnary(method: Method) {
    return (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
      if (shouldFail(method)) {
        // shouldFail has counted the call.
        callback(
          callCount % 3 === 2 && method.path === OrchestratorServiceService.processTurn.path ? broken : unavailable,
        );
        return;
      }
      let response: Buffer | undefined;
      client
        .makeUnaryRequest(method.path, passThrough, passThrough, call.request, call.metadata, {}, (error, bytes) => {
          if (error) callback(error);
          else response = bytes;
        })
        .on('status', ({ metadata }) => response && callback(null, response, metadata));
    };
  }

  function forwardStream(method: Method) {
    return (call: ServerWritableStream<Buffer, Buffer>): void => {
      if (shouldFail(method)) {
        call.emit('error', unavailable);
        return;
      }
      const stream = client.makeServerStreamRequest(method.path, passThrough, passThrough, call.request, call.metadata);
      call.on('cancelled', () => stream.cancel());
      stream.on('error', (error) => call.emit('error', error)).on('end', () => call.end());
      stream.on('data', (bytes: Buffer) => {
        call.write(bytes);
        if (method.path !== SessionServiceService.watchSession.path) return;
        failures.push(getMethodName(method.path));
        stream.removeAllListeners('error').on('error', () => undefined);
        stream.cancel();
        call.emit('error', failures.length % 2 === 0 ? broken : unavailable);
      });
    };
  }

  const server = new Server();
  for (const service of [OrchestratorServiceService, ScenarioServiceService, SessionServiceService]) {
    const methods = Object.entries<Method>(service).filter(([, { requestStream }]) => !requestStream);
    server.addService(
      Object.fromEntries(methods.map(([name, method]) => [name, toRawDefinition(method)])),
      Object.fromEntries(
        methods.map(([name, method]) => [name, method.responseStream ? forwardStream(method) : forwardUnary(method)]),
      ),
    );
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    address: `127.0.0.1:${port}`,
    failures,
    stop() {
      server.forceShutdown();
      client.close();
    },
  };
}

type Method = Pick<MethodDefinition<never, never>, 'path' | 'requestStream' | 'responseStream'>;

function toRawDefinition({ path, requestStream, responseStream }: Method): MethodDefinition<Buffer, Buffer> {
  return {
    path,
    requestStream,
    responseStream,
    requestSerialize: passThrough,
    requestDeserialize: passThrough,
    responseSerialize: passThrough,
    responseDeserialize: passThrough,
  };
}

function getMethodName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
