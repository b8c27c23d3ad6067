import { setTimeout as sleep } from 'node:timers/promises';
import type { FileRegistry } from '@bufbuild/protobuf';
import type { Clock } from '../ports/clock';
import type { ContractCalls } from '../ports/contract-calls';
import type { Logger } from '../ports/logger';
import type { HttpContext } from './context';
import { CrossOriginPolicy } from './cross-origin';
import { Listener, type ListenerOptions } from './listener';
import { createMethodFormat } from './message-formats';
import { routeRequest } from './router';
import { StaticPages } from './static-pages';
import { StreamingProtocols } from './streaming-protocols';

export interface HttpServerOptions extends ListenerOptions {
  readonly requiresAuthentication: boolean;
  /** Origins of pages that may call the service from a browser. */
  readonly corsAllowedOrigins: readonly string[];
  /** Whether `/` and `/openapi.json` are served. */
  readonly isReferenceEnabled: boolean;
  /** Interval of the comments that keep event streams open. Milliseconds. */
  readonly heartbeatIntervalMs: number;
  /** Maximum bytes of a body, before and after decompression. */
  readonly maxMessageBytes: number;
}

export interface HttpServerDependencies {
  readonly calls: ContractCalls;
  readonly registry: FileRegistry;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface HttpDrainOptions {
  /** Time between NOT_SERVING and the end of listening, in which load balancers can react. Milliseconds. */
  readonly graceMs: number;
  /** Time after `graceMs` in which requests may end. Milliseconds. */
  readonly timeoutMs: number;
}

export interface HttpServer {
  /** Starts listening and resolves to the port. `/readyz` reports 503 until `setServing(true)`. Rejects if the address is in use. */
  start(): Promise<number>;
  setServing(isServing: boolean): void;
  /** Number of open connections. */
  readonly connectionCount: number;
  /** Reports 503, waits, accepts no more connections, and waits for requests. Resolves to whether all of them ended in time. */
  drain(options: HttpDrainOptions): Promise<boolean>;
}

/** Creates the HTTP listener: the Connect protocol, gRPC-Web, JSON by POST, and server-sent events. */
export function createHttpServer(deps: HttpServerDependencies, options: HttpServerOptions): HttpServer {
  const methods = new Map(
    [...deps.calls.methods].map(([path, method]) => [
      path,
      { method, format: createMethodFormat(deps.registry, path) },
    ]),
  );
  const context: HttpContext = { ...deps, ...options, methods };
  let isServing = false;
  let isClosing = false;
  const parts = {
    context,
    streaming: new StreamingProtocols(context),
    crossOrigin: new CrossOriginPolicy({ ...options, allowedOrigins: options.corsAllowedOrigins }),
    pages: new StaticPages(options.isReferenceEnabled),
    isServing: () => isServing,
  };
  const listener = new Listener(options, (request, response) => {
    // These events follow when the client disconnects. The response is closed too, which cancels the call.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    response.setHeader('x-content-type-options', 'nosniff');
    if (request.httpVersionMajor === 1) {
      if (isClosing) response.setHeader('connection', 'close');
      // A response that began earlier has promised to keep the connection.
      response.once('finish', () => {
        if (isClosing) request.socket.end();
      });
    }
    routeRequest(parts, request, response);
  });
  return {
    start: () => listener.listen(),
    setServing(value) {
      isServing = value;
    },
    get connectionCount() {
      return listener.connectionCount;
    },
    async drain({ graceMs, timeoutMs }) {
      isServing = false;
      if (graceMs > 0) await sleep(graceMs);
      isClosing = true;
      return await listener.close(timeoutMs);
    },
  };
}
