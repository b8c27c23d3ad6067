import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { type ReceivedSpan, readMetricNames, readTraces } from './otlp-messages';

/** A collector of traces and metrics on loopback, over gRPC and HTTP. */
export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT with the protocol grpc. */
  readonly grpcEndpoint: string;
  /** For OTEL_EXPORTER_OTLP_ENDPOINT with the protocol http/protobuf. */
  readonly httpEndpoint: string;
  /** Every span received so far. */
  spans(): readonly ReceivedSpan[];
  /** The name of every metric received so far. */
  metricNames(): ReadonlySet<string>;
  /** Resolves to all spans of a trace once one that `isLast` accepts is among them; rejects after thirty seconds. */
  trace(traceId: string, isLast: (span: ReceivedSpan) => boolean): Promise<readonly ReceivedSpan[]>;
  close(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const metricNames = new Set<string>();
  const take: Take = {
    traces: (bytes) => void spans.push(...readTraces(bytes)),
    metrics: (bytes) => {
      for (const name of readMetricNames(bytes)) metricNames.add(name);
    },
  };
  const [grpc, http] = await Promise.all([startGrpc(take), startHttp(take)]);
  return {
    grpcEndpoint: `http://127.0.0.1:${grpc.port}`,
    httpEndpoint: `http://127.0.0.1:${http.port}`,
    spans: () => spans,
    metricNames: () => metricNames,
    async trace(traceId, isLast) {
      const end = Date.now() + 30_000;
      while (Date.now() < end) {
        const trace = spans.filter((span) => span.traceId === traceId);
        if (trace.some(isLast)) return trace;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`no complete trace ${traceId} among: ${spans.map(({ name }) => name).join(', ')}`);
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

/** What is done with the bytes of each signal's requests. */
interface Take {
  traces(bytes: Uint8Array): void;
  metrics(bytes: Uint8Array): void;
}

async function startGrpc(take: Take): Promise<Listener> {
  const server = new Server();
  const receive = (path: string, taking: (bytes: Uint8Array) => void) =>
    server.register(
      path,
      ({ request }: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
        taking(request);
        done(null, Buffer.alloc(0));
      },
      (response: Buffer) => response,
      (request: Buffer) => request,
      'unary',
    );
  receive('/opentelemetry.proto.collector.trace.v1.TraceService/Export', take.traces);
  receive('/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', take.metrics);
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

async function startHttp(take: Take): Promise<Listener> {
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const taking = request.url === '/v1/metrics' ? take.metrics : take.traces;
      taking(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(server.address()),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the receiver listens on no port');
  return address.port;
}
