import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { type ReceivedSpan, readMetricNames, readTraces } from './otlp-messages';

/** An OTLP collector of traces and metrics on loopback, over gRPC and HTTP. */
export interface OtlpReceiver {
  /** The value of OTEL_EXPORTER_OTLP_ENDPOINT for the protocol grpc. */
  readonly grpcEndpoint: string;
  /** The value of OTEL_EXPORTER_OTLP_ENDPOINT for the protocol http/protobuf. */
  readonly httpEndpoint: string;
  /** All spans received so far. */
  getSpans(): readonly ReceivedSpan[];
  /** The names of all metrics received so far. */
  getMetricNames(): ReadonlySet<string>;
  /** Resolves to the spans of a trace when `isLast` accepts one of them; rejects after 30 seconds. */
  waitForTrace(traceId: string, isLast: (span: ReceivedSpan) => boolean): Promise<readonly ReceivedSpan[]>;
  close(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const metricNames = new Set<string>();
  const handlers: SignalHandlers = {
    traces: (bytes) => void spans.push(...readTraces(bytes)),
    metrics: (bytes) => {
      for (const name of readMetricNames(bytes)) metricNames.add(name);
    },
  };
  const [grpc, http] = await Promise.all([startGrpc(handlers), startHttp(handlers)]);
  return {
    grpcEndpoint: `http://127.0.0.1:${grpc.port}`,
    httpEndpoint: `http://127.0.0.1:${http.port}`,
    getSpans: () => spans,
    getMetricNames: () => metricNames,
    async waitForTrace(traceId, isLast) {
      const end = Date.now() + 30_000;
      while (Date.now() < end) {
        const trace = spans.filter((span) => span.traceId === traceId);
        if (trace.some(isLast)) return trace;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`No complete trace ${traceId} among: ${spans.map(({ name }) => name).join(', ')}`);
    },
    async close() {
      await Promise.all([grpc.close(), http.close()]);
    },
  };
}

interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** Handlers of the request bytes of each signal. */
interface SignalHandlers {
  traces(bytes: Uint8Array): void;
  metrics(bytes: Uint8Array): void;
}

async function startGrpc(handlers: SignalHandlers): Promise<Listener> {
  const server = new Server();
  const receive = (path: string, handle: (bytes: Uint8Array) => void) =>
    server.register(
      path,
      ({ request }: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
        handle(request);
        done(null, Buffer.alloc(0));
      },
      (response: Buffer) => response,
      (request: Buffer) => request,
      'unary',
    );
  receive('/opentelemetry.proto.collector.trace.v1.TraceService/Export', handlers.traces);
  receive('/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', handlers.metrics);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    port,
    close: async () => server.forceShutdown(),
  };
}

async function startHttp(handlers: SignalHandlers): Promise<Listener> {
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const handle = request.url === '/v1/metrics' ? handlers.metrics : handlers.traces;
      handle(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: getPort(server.address()),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function getPort(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port.');
  return address.port;
}
