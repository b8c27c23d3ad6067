import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { listenOnLoopback } from '../../redis/free-port';

/** An OTLP collector that counts spans and stores nothing. */
export interface TraceSink {
  /** The value of OTEL_EXPORTER_OTLP_ENDPOINT, for the protocol http/protobuf. */
  readonly endpoint: string;
  getSpanCount(): number;
  close(): void;
}

/** The field numbers of `resource_spans`, `scope_spans` and `spans`. */
const spanPath: readonly number[] = [1, 2, 2];

export async function startTraceSink(): Promise<TraceSink> {
  let spanCount = 0;
  const receive = async (request: IncomingMessage): Promise<void> => {
    const body = await buffer(request);
    if (request.url === '/v1/traces') spanCount += countMessages(spanPath, body);
  };
  const server = createServer((request, response) => {
    receive(request).then(
      () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(),
      () => response.writeHead(400).end(),
    );
  });
  const port = await listenOnLoopback(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    getSpanCount: () => spanCount,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Counts the messages at a path of field numbers. */
function countMessages([field, ...rest]: readonly number[], message: Uint8Array): number {
  if (field === undefined) return 1;
  const reader = new BinaryReader(message);
  let count = 0;
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === field && type === WireType.LengthDelimited) count += countMessages(rest, reader.bytes());
    else reader.skip(type, number);
  }
  return count;
}
