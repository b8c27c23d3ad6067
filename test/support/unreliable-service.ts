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

/** A service that fails its callers as often as the published retry policy bears. */
export interface UnreliableService {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  /** The methods of all calls that were refused or broken off, in their order. */
  readonly failures: readonly string[];
  stop(): void;
}

const unavailable = { code: status.UNAVAILABLE, details: 'away for a moment' };
const asBytes = (bytes: Buffer): Buffer => bytes;

/**
 * Passes calls on to a service, byte for byte, but answers two of three with UNAVAILABLE, and breaks WatchSession off after each turn.
 * Calls come one after the other.
 */
export async function startUnreliableService(target: string): Promise<UnreliableService> {
  const client = new Client(target, credentials.createInsecure());
  const failures: string[] = [];
  let calls = 0;

  function isRefused({ path }: Method): boolean {
    const refused = path !== SessionServiceService.watchSession.path && calls++ % 3 < 2;
    if (refused) failures.push(nameOf(path));
    return refused;
  }

  function unary(method: Method) {
    return (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
      if (isRefused(method)) {
        callback(unavailable);
        return;
      }
      let answer: Buffer | undefined;
      client
        .makeUnaryRequest(method.path, asBytes, asBytes, call.request, call.metadata, {}, (error, bytes) => {
          if (error) callback(error);
          else answer = bytes;
        })
        .on('status', ({ metadata }) => answer && callback(null, answer, metadata));
    };
  }

  function serverStream(method: Method) {
    return (call: ServerWritableStream<Buffer, Buffer>): void => {
      if (isRefused(method)) {
        call.emit('error', unavailable);
        return;
      }
      const stream = client.makeServerStreamRequest(method.path, asBytes, asBytes, call.request, call.metadata);
      call.on('cancelled', () => stream.cancel());
      stream.on('error', (error) => call.emit('error', error)).on('end', () => call.end());
      stream.on('data', (bytes: Buffer) => {
        call.write(bytes);
        if (method.path !== SessionServiceService.watchSession.path) return;
        failures.push(nameOf(method.path));
        stream.removeAllListeners('error').on('error', () => undefined);
        stream.cancel();
        call.emit('error', unavailable);
      });
    };
  }

  const server = new Server();
  for (const service of [OrchestratorServiceService, ScenarioServiceService, SessionServiceService]) {
    const methods = Object.entries<Method>(service).filter(([, { requestStream }]) => !requestStream);
    server.addService(
      Object.fromEntries(methods.map(([name, method]) => [name, inBytes(method)])),
      Object.fromEntries(
        methods.map(([name, method]) => [name, method.responseStream ? serverStream(method) : unary(method)]),
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

function inBytes({ path, requestStream, responseStream }: Method): MethodDefinition<Buffer, Buffer> {
  return {
    path,
    requestStream,
    responseStream,
    requestSerialize: asBytes,
    requestDeserialize: asBytes,
    responseSerialize: asBytes,
    responseDeserialize: asBytes,
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
