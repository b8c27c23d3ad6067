import { isIP } from 'node:net';
import type { HttpRequest, HttpResponse } from './http-types';

const requestHeaders = [
  'authorization',
  'connect-protocol-version',
  'connect-timeout-ms',
  'content-encoding',
  'content-type',
  'grpc-timeout',
  'idempotency-key',
  'last-event-id',
  'traceparent',
  'tracestate',
  'x-grpc-web',
  'x-user-agent',
].join(', ');
const responseHeaders = ['grpc-message', 'grpc-status', 'grpc-status-details-bin', 'trailer-x-turn-replayed'].join(
  ', ',
);

/** For how long a browser keeps the answer to a preflight request. Seconds. */
const maxAgeSeconds = '7200';

export interface CrossOriginOptions {
  /** Origins whose pages may call the service, for example `https://console.example.com`. `*` allows all. */
  readonly allowedOrigins: readonly string[];
  readonly requiresAuthentication: boolean;
}

/** Decides which pages in a browser may call the service (CORS). */
export class CrossOriginPolicy {
  private readonly allowed: ReadonlySet<string>;

  constructor(private readonly options: CrossOriginOptions) {
    this.allowed = new Set(options.allowedOrigins);
  }

  /** Adds the headers for an allowed page, and returns false for a page that may not call the service. Other clients send no origin. */
  admit({ headers }: HttpRequest, response: HttpResponse): boolean {
    const { origin } = headers;
    if (origin === undefined) return true;
    if (this.allowed.has('*') || this.allowed.has(origin)) {
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('access-control-expose-headers', responseHeaders);
      response.setHeader('vary', 'origin');
      return true;
    }
    return this.isOwnPage(origin, String(headers[':authority'] ?? headers.host ?? ''));
  }

  answerPreflight(response: HttpResponse): void {
    response.writeHead(204, {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': requestHeaders,
      'access-control-max-age': maxAgeSeconds,
    });
    response.end();
  }

  /**
   * Whether the page is from this listener. Without authentication its address must be an IP address or localhost: any other name could be one
   * that a web site has pointed to this machine, to call the service from a browser on it (DNS rebinding).
   */
  private isOwnPage(origin: string, host: string): boolean {
    if (!URL.canParse(origin)) return false;
    const url = new URL(origin);
    if (url.host !== host) return false;
    return (
      this.options.requiresAuthentication ||
      url.hostname === 'localhost' ||
      isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0
    );
  }
}
