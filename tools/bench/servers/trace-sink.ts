import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { listenOnLoopback } from '../../chaos/free-port';

/** A collector that counts the spans that it is sent, and keeps none. */
export interface TraceSink {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT with the protocol http/protobuf. */
  readonly endpoint: string;
  /** Received so far. */
  spans(): number;
  close(): void;
}

/** The numbers of `resource_spans`, `scope_spans` and `spans` in a request of traces. */
const wayToSpans: readonly number[] = [1, 2, 2];

export async function startTraceSink(): Promise<TraceSink> {
  let spans = 0;
  const take = async (request: IncomingMessage): Promise<void> => {
    const body = await buffer(request);
    if (request.url === '/v1/traces') spans += messagesAt(wayToSpans, body);
  };
  const server = createServer((request, response) => {
    take(request).then(
      () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(),
      () => response.writeHead(400).end(),
    );
  });
  const port = await listenOnLoopback(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans: () => spans,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** How many messages lie at the end of a way of field numbers. */
function messagesAt([field, ...further]: readonly number[], message: Uint8Array): number {
  if (field === undefined) return 1;
  const reader = new BinaryReader(message);
  let count = 0;
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === field && type === WireType.LengthDelimited) count += messagesAt(further, reader.bytes());
    else reader.skip(type, number);
  }
  return count;
}
