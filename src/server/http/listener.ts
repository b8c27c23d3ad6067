import { once } from 'node:events';
import { createServer, type ServerOptions } from 'node:http';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import { type Server, Socket } from 'node:net';
import type { Reloadable } from '../ports/reloadable';
import type { HttpRequest, HttpResponse } from './http-types';

/** Certificate chain, private key, and trusted authorities for client certificates, in PEM. */
export interface HttpTlsMaterial {
  readonly cert: string;
  readonly key: string;
  /** Undefined if client certificates are not requested. */
  readonly ca: string | undefined;
}

export interface HttpTls {
  readonly material: Reloadable<HttpTlsMaterial>;
  readonly requiresClientCertificate: boolean;
}

export interface ListenerOptions {
  readonly host: string;
  /** 0 selects a free port. */
  readonly port: number;
  /** Undefined: plain text, HTTP/1.1 only. With TLS, the client selects HTTP/1.1 or HTTP/2 (ALPN). */
  readonly tls: HttpTls | undefined;
  /** Maximum bytes of the headers of a request. */
  readonly maxMetadataBytes: number;
  /** Interval of HTTP/2 PINGs, and of TCP keepalive. Milliseconds. */
  readonly keepaliveIntervalMs: number;
  /** An HTTP/2 connection without a response to a PING is closed after this time. Milliseconds. */
  readonly keepaliveTimeoutMs: number;
  /** A client that reads nothing of a response for this time is disconnected. Milliseconds. */
  readonly stallTimeoutMs: number;
}

/** Time to receive the headers of a request, and for a TLS handshake. Milliseconds. */
const headersTimeoutMs = 10_000;
/** Time to receive a whole request over HTTP/1.1. The deadline of a call is usually earlier. Milliseconds. */
const requestTimeoutMs = 300_000;
/** How long a connection may be idle: longer than the idle time of usual load balancers, so that these close it first. Milliseconds. */
const idleTimeoutMs = 75_000;
/** Interval at which Node.js checks these times. Milliseconds. */
const checkIntervalMs = 1_000;
/** Maximum number of concurrent HTTP/2 streams per connection, as of the gRPC listener. */
const maxStreamsPerConnection = 1_000;

type RequestListener = (request: HttpRequest, response: HttpResponse) => void;

/** Called when nothing was sent or received for the stall timeout. An idle stream has nothing to send. */
function destroyIfUnread(target: { readonly writableLength: number; destroy(): unknown }): void {
  if (target.writableLength > 0) target.destroy();
}

/** Listens for HTTP/1.1 and, with TLS, HTTP/2. */
export class Listener {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly sessions = new Set<ServerHttp2Session>();

  constructor(
    private readonly options: ListenerOptions,
    onRequest: RequestListener,
  ) {
    this.server =
      options.tls === undefined ? this.createPlainServer(onRequest) : this.createTlsServer(options.tls, onRequest);
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  /** Number of open connections. */
  get connectionCount(): number {
    return this.sockets.size;
  }

  /** Resolves to the port. Rejects if the address is in use. */
  async listen(): Promise<number> {
    const { host, port } = this.options;
    this.server.listen(port, host);
    await once(this.server, 'listening');
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Accepts no more connections and, over HTTP/2, no more requests. Resolves to whether all requests ended within the time. */
  async close(timeoutMs: number): Promise<boolean> {
    if (!this.server.listening) return true;
    const closed = new Promise<true>((resolve) => this.server.close(() => resolve(true)));
    for (const session of this.sessions) session.close();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), timeoutMs);
    });
    const endedInTime = await Promise.race([closed, timeout]);
    clearTimeout(timer);
    for (const socket of this.sockets) socket.destroy();
    return endedInTime;
  }

  private createPlainServer(onRequest: RequestListener): Server {
    const server = createServer({ ...this.toHttp1Options(), keepAlive: true }, onRequest);
    server.setTimeout(this.options.stallTimeoutMs, destroyIfUnread);
    return server;
  }

  private createTlsServer({ material, requiresClientCertificate }: HttpTls, onRequest: RequestListener): Server {
    const { cert, key, ca } = material.current;
    const requestCert = ca !== undefined;
    const server = createSecureServer({
      ...this.toHttp1Options(),
      ...(ca === undefined ? {} : { ca }),
      cert,
      key,
      requestCert,
      rejectUnauthorized: requestCert && requiresClientCertificate,
      allowHTTP1: true,
      handshakeTimeout: headersTimeoutMs,
      settings: { maxConcurrentStreams: maxStreamsPerConnection, maxHeaderListSize: this.options.maxMetadataBytes },
    });
    server.on('request', (request: HttpRequest, response: HttpResponse) => {
      if (request.httpVersionMajor === 2) {
        response.setTimeout(this.options.stallTimeoutMs, () => destroyIfUnread(response));
      }
      onRequest(request, response);
    });
    // A session of HTTP/2 has no own data to write.
    server.setTimeout(this.options.stallTimeoutMs, (...args: readonly unknown[]) => {
      const [connection] = args;
      if (connection instanceof Socket) destroyIfUnread(connection);
    });
    material.onChange((changed) => {
      server.setSecureContext(
        changed.ca === undefined ? { cert: changed.cert, key: changed.key } : { ...changed, ca: changed.ca },
      );
    });
    this.keepSessionsAlive(server);
    return server;
  }

  private toHttp1Options(): ServerOptions {
    return {
      maxHeaderSize: this.options.maxMetadataBytes,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: idleTimeoutMs,
      connectionsCheckingInterval: checkIntervalMs,
      keepAliveInitialDelay: this.options.keepaliveIntervalMs,
    };
  }

  /** Closes connections whose client no longer responds. */
  private keepSessionsAlive(server: Http2SecureServer): void {
    const { keepaliveIntervalMs, keepaliveTimeoutMs } = this.options;
    server.on('session', (session) => {
      this.sessions.add(session);
      let timeout: NodeJS.Timeout | undefined;
      const interval = setInterval(() => {
        if (session.destroyed || timeout !== undefined) return;
        timeout = setTimeout(() => session.destroy(), keepaliveTimeoutMs);
        session.ping(() => {
          clearTimeout(timeout);
          timeout = undefined;
        });
      }, keepaliveIntervalMs);
      session.once('close', () => {
        this.sessions.delete(session);
        clearInterval(interval);
        clearTimeout(timeout);
      });
      session.on('error', () => undefined); // The session is closed then.
    });
  }
}
