import type { HttpResponse } from './http-types';

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no', // nginx buffers responses otherwise
};

/** An event of an event stream (HTML standard, 9.2). */
export interface ServerSentEvent {
  /** Undefined for an event of the default type, `message`. */
  readonly type?: string;
  readonly id?: string | undefined;
  /** JSON, which has no line breaks. */
  readonly data: string;
}

/** Writes server-sent events. Comments keep the connection open while there is no event. */
export class EventWriter {
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(
    private readonly response: HttpResponse,
    private readonly heartbeatIntervalMs: number,
  ) {
    response.once('close', () => clearInterval(this.heartbeat));
  }

  /** Sends the headers, and a comment, so that proxies pass them on. Idempotent. */
  open(): void {
    if (this.response.headersSent) return;
    this.response.writeHead(200, headers);
    this.response.write(': open\n\n');
    this.heartbeat = setInterval(() => this.writeHeartbeat(), this.heartbeatIntervalMs);
  }

  /** `onWritten` is called when the operating system or HTTP/2 flow control has accepted the event. */
  write({ type, id, data }: ServerSentEvent, onWritten: () => void): void {
    this.open();
    const head = `${type === undefined ? '' : `event: ${type}\n`}${id === undefined ? '' : `id: ${id}\n`}`;
    this.response.write(`${head}data: ${data}\n\n`, () => onWritten());
  }

  end(event: ServerSentEvent): void {
    this.write(event, () => undefined);
    clearInterval(this.heartbeat);
    this.response.end();
  }

  /** A client that does not read receives none, so that they do not fill the memory. */
  private writeHeartbeat(): void {
    if (this.response.writableLength === 0) this.response.write(': keep open\n\n');
  }
}
