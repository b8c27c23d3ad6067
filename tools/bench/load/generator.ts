import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { buildSessionTurns } from '../workload/session-turns';
import type { GeneratorCommand, GeneratorEvent, LoadReport, LoadRequest } from './load';

// A load generator: the entry point of the child processes that load.ts starts.

/** Length of the prefix of a gRPC message, in bytes. */
const prefixBytes = 5;

class Generator {
  /** The framed requests of each session. They are created before the measurement and sent once, because a turn id must be unique. */
  private readonly sessions: readonly (readonly Buffer[])[];
  private nextSession = 0;
  private readonly latenciesMs: number[] = [];
  private responseBytes = 0;

  private constructor(
    private readonly request: LoadRequest,
    private readonly clients: readonly Http2Client[],
  ) {
    this.sessions = Array.from({ length: request.sessions }, () =>
      buildSessionTurns(request.shape).map((turn) =>
        toGrpcFrame(ProcessTurnRequest.encode(ProcessTurnRequest.fromPartial({ turn })).finish()),
      ),
    );
  }

  static async prepare(request: LoadRequest): Promise<Generator> {
    const { addresses, connections, method } = request;
    const clients = Array.from({ length: connections }, (_, index) =>
      Http2Client.open(addresses[index % addresses.length] ?? '', method),
    );
    return new Generator(request, await Promise.all(clients));
  }

  async run(): Promise<LoadReport> {
    const start = performance.now();
    await Promise.all(Array.from({ length: this.request.inFlight }, (_, lane) => this.runLane(lane)));
    const seconds = (performance.now() - start) / 1_000;
    for (const client of this.clients) client.close();
    return {
      calls: this.latenciesMs.length,
      seconds,
      latenciesMs: this.latenciesMs,
      requestBytes: this.sessions.flat().reduce((sum, { length }) => sum + length - prefixBytes, 0),
      responseBytes: this.responseBytes,
    };
  }

  /** Sends session after session, one call at a time. The sessions of a lane alternate between its connections. */
  private async runLane(lane: number): Promise<void> {
    for (let index = lane; ; index += this.request.inFlight) {
      const client = this.clients[index % this.clients.length];
      const frames = this.sessions[this.nextSession];
      this.nextSession += 1;
      if (client === undefined || frames === undefined) return;
      for (const frame of frames) {
        const start = performance.now();
        const responseBytes = await client.call(frame);
        this.responseBytes += responseBytes;
        this.latenciesMs.push(performance.now() - start);
      }
    }
  }
}

/**
 * Sends unary gRPC calls over one HTTP/2 connection and reads only the status. A full gRPC client would need as much CPU as the measured
 * server and slow it down.
 */
class Http2Client {
  private readonly session: ClientHttp2Session;
  private readonly headers: Readonly<Record<string, string>>;

  private constructor(address: string, method: string) {
    this.session = connect(`http://${address}`);
    this.headers = {
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: method,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
    };
  }

  /** Resolves when the client is connected. */
  static open(address: string, method: string): Promise<Http2Client> {
    const client = new Http2Client(address, method);
    return new Promise((resolve, reject) => {
      client.session.once('connect', () => resolve(client));
      client.session.once('error', reject);
    });
  }

  /** Sends a frame. Resolves to the size of the response message in bytes. Rejects for any status except OK. */
  call(frame: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      const stream = this.session.request(this.headers);
      let received = 0;
      let statusHeaders: IncomingHttpHeaders = {};
      const setHeaders = (headers: IncomingHttpHeaders): void => {
        statusHeaders = headers;
      };
      stream.on('response', setHeaders); // A trailers-only response has the status here.
      stream.on('trailers', setHeaders);
      stream.on('data', (chunk: Buffer) => {
        received += chunk.length;
      });
      stream.once('error', reject);
      stream.once('close', () => {
        if (statusHeaders['grpc-status'] === '0') resolve(received - prefixBytes);
        else reject(new Error(formatStatus(statusHeaders)));
      });
      stream.end(frame);
    });
  }

  close(): void {
    this.session.close();
  }
}

function formatStatus(headers: IncomingHttpHeaders): string {
  const message = decodeURIComponent(String(headers['grpc-message'] ?? 'no message'));
  return `status ${headers['grpc-status'] ?? 'unknown'}: ${message}`;
}

/** Adds the gRPC prefix to an uncompressed message. */
function toGrpcFrame(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(prefixBytes + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, prefixBytes);
  return frame;
}

function send(event: GeneratorEvent): void {
  process.send?.(event);
}

let generator: Generator | undefined;

process.on('message', (command: GeneratorCommand) => {
  const event =
    command.kind === 'prepare'
      ? Generator.prepare(command.request).then((prepared): GeneratorEvent => {
          generator = prepared;
          return { kind: 'prepared' };
        })
      : generator?.run().then((report): GeneratorEvent => ({ kind: 'done', report }));
  event?.then(send, (error: unknown) => send({ kind: 'failed', reason: String(error) }));
});
process.on('disconnect', () => process.exit());
