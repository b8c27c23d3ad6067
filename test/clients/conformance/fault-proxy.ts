import { type ClientHttp2Session, connect, constants, createServer, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { listenOnLoopback } from '../../../tools/redis/free-port';
import { takeMessages } from './grpc-messages';

export const faultKinds = ['unavailable', 'reset-internal', 'reset-cancel', 'cut', 'hang', 'goaway', 'kill'] as const;

/** What goes wrong with one attempt of a call. script.yaml describes the kinds. */
export interface Fault {
  readonly kind: (typeof faultKinds)[number];
  /** The number of messages that are forwarded before the fault; undefined if the call is not forwarded. */
  readonly after: number | undefined;
}

/** One attempt of a call, as the proxy has seen it. */
interface Attempt {
  readonly step: string;
  readonly connection: number;
}

export interface FaultProxyOptions {
  /** Returns the address of the service. Waits while it is starting. */
  readonly getTarget: () => Promise<string>;
  /** The faults of the attempts of each step, in order. */
  readonly faults: ReadonlyMap<string, readonly Fault[]>;
  /** Kills the service and starts it again. */
  readonly restartTarget: () => void;
}

/** The metadata with which a client names the step of the script that makes the call. */
const stepHeader = 'x-conformance-step';

/** An HTTP/2 proxy that breaks the attempts of calls as a script says. */
export class FaultProxy {
  /** All attempts, in order. */
  readonly attempts: Attempt[] = [];
  private readonly server = createServer();
  private readonly sockets: Socket[] = [];
  private readonly targets = new Map<string, ClientHttp2Session>();

  private constructor(private readonly options: FaultProxyOptions) {
    this.server.on('connection', (socket: Socket) => this.sockets.push(socket));
    this.server.on('session', (session) => session.on('error', () => undefined));
    this.server.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      void this.handle(stream, headers);
    });
  }

  static async start(options: FaultProxyOptions): Promise<{ readonly proxy: FaultProxy; readonly address: string }> {
    const proxy = new FaultProxy(options);
    return { proxy, address: `127.0.0.1:${await listenOnLoopback(proxy.server)}` };
  }

  async stop(): Promise<void> {
    this.cut();
    for (const session of this.targets.values()) session.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private cut(): void {
    for (const socket of this.sockets.splice(0)) socket.destroy();
  }

  private async handle(stream: ServerHttp2Stream, headers: Readonly<Record<string, unknown>>): Promise<void> {
    const step = String(headers[stepHeader]);
    const number = this.attempts.filter((attempt) => attempt.step === step).length;
    const fault = this.options.faults.get(step)?.[number];
    this.attempts.push({ step, connection: stream.session?.socket.remotePort ?? 0 });
    if (fault !== undefined && fault.after === undefined) this.inject(fault, stream);
    else this.forward(stream, headers, fault, await this.options.getTarget());
  }

  private inject({ kind }: Fault, stream: ServerHttp2Stream): void {
    const faults: Record<Fault['kind'], () => void> = {
      unavailable: () => endWithStatus(stream, { 'grpc-status': '14', 'grpc-message': 'temporarily unavailable' }),
      'reset-internal': () => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
      'reset-cancel': () => stream.close(constants.NGHTTP2_CANCEL),
      cut: () => this.cut(),
      hang: () => undefined,
      goaway: () => stream.session?.goaway(constants.NGHTTP2_NO_ERROR),
      kill: () => {
        this.options.restartTarget();
        this.cut();
      },
    };
    faults[kind]();
  }

  /**
   * Breaks a stream when the client has received everything that was sent to it, because HTTP/2 answers a PING in order. A GOAWAY is sent
   * before the next message.
   */
  private injectAfterDelivery(fault: Fault, stream: ServerHttp2Stream): void {
    if (fault.kind === 'goaway') this.inject(fault, stream);
    else stream.session?.ping(() => this.inject(fault, stream));
  }

  private forward(
    stream: ServerHttp2Stream,
    { ':method': method, ':path': path, ...headers }: Readonly<Record<string, unknown>>,
    fault: Fault | undefined,
    target: string,
  ): void {
    if (stream.destroyed) return;
    const names = Object.keys(headers).filter((name) => !name.startsWith(':'));
    const upstream = this.getSession(target).request({
      ...Object.fromEntries(names.map((name) => [name, String(headers[name])])),
      ':method': String(method),
      ':path': String(path),
    });
    let isBroken = false;
    let forwarded = 0;
    let trailers: Record<string, string> = {};
    let rest = Buffer.alloc(0);
    const respond = () => {
      if (stream.headersSent) return;
      // After the first message, because a client does not retry a call that has response headers.
      stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    };
    upstream.on('response', (received, flags) => {
      if (flags & constants.NGHTTP2_FLAG_END_STREAM && !isBroken) endWithStatus(stream, pickTrailers(received));
    });
    upstream.on('trailers', (received) => {
      trailers = pickTrailers(received);
    });
    upstream.on('data', (bytes: Buffer) => {
      const taken = takeMessages(Buffer.concat([rest, bytes]));
      rest = taken.rest;
      for (const message of taken.messages) {
        if (isBroken || stream.destroyed) return;
        if (fault !== undefined && forwarded === fault.after) {
          isBroken = fault.kind !== 'goaway';
          this.injectAfterDelivery(fault, stream);
          if (isBroken) return;
        }
        forwarded += 1;
        respond();
        stream.write(message);
      }
    });
    upstream.on('end', () => {
      if (isBroken || stream.destroyed || Object.keys(trailers).length === 0) return;
      respond();
      stream.end();
    });
    upstream.on('error', () => {
      if (!isBroken) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    });
    stream.on('close', () => upstream.close(constants.NGHTTP2_CANCEL));
    stream.pipe(upstream);
  }

  private getSession(target: string): ClientHttp2Session {
    const present = this.targets.get(target);
    if (present !== undefined && !present.closed && !present.destroyed) return present;
    const session = connect(`http://${target}`);
    session.on('error', () => undefined);
    this.targets.set(target, session);
    return session;
  }
}

/** Ends a call with a status, with or without messages before it. */
function endWithStatus(stream: ServerHttp2Stream, trailers: Readonly<Record<string, string>>): void {
  if (stream.destroyed) return;
  if (!stream.headersSent) {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto', ...trailers }, { endStream: true });
    return;
  }
  stream.removeAllListeners('wantTrailers').on('wantTrailers', () => stream.sendTrailers({ ...trailers }));
  stream.end();
}

function pickTrailers(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const names = Object.keys(headers).filter((name) => name.startsWith('grpc-') || name.startsWith('x-'));
  return Object.fromEntries(names.map((name) => [name, String(headers[name])]));
}
