import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

/** What an endpoint answered. */
export interface HttpResponse {
  readonly status: number;
  /** The header Retry-After; undefined if there is none. */
  readonly retryAfter: string | undefined;
  /** The start of the body. */
  readonly text: string;
}

export interface HttpPosterOptions {
  readonly url: URL;
  /** Until the whole response has arrived, in milliseconds. */
  readonly timeoutMs: number;
  /** CA certificates to trust instead of the default ones, PEM. */
  readonly ca: string | undefined;
}

/** Characters of a response that are kept for messages. */
const maxTextLength = 200;

/** Posts bodies to one URL over one connection that is kept open. */
export class HttpPoster {
  private readonly options: HttpPosterOptions;
  private readonly agent: HttpAgent;

  constructor(options: HttpPosterOptions) {
    this.options = options;
    const settings = { keepAlive: true, maxSockets: 1 };
    // An agent with `ca: undefined` trusts the default certificates.
    this.agent =
      options.url.protocol === 'https:'
        ? new HttpsAgent({ ...settings, ...(options.ca === undefined ? {} : { ca: options.ca }) })
        : new HttpAgent(settings);
  }

  /** Resolves to the response, whatever its status. Rejects if there is none in time. Does not follow redirects. */
  post(body: string, headers: Readonly<Record<string, string>>): Promise<HttpResponse> {
    const { url, timeoutMs } = this.options;
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const bytes = Buffer.from(body);
    return new Promise((resolve, reject) => {
      const request = send(url, {
        method: 'POST',
        agent: this.agent,
        headers: { ...headers, 'content-length': String(bytes.length) },
        signal: AbortSignal.timeout(timeoutMs),
      });
      const fail = (error: Error) =>
        reject(error.name === 'TimeoutError' ? new Error(`No response within ${timeoutMs / 1_000} s`) : error);
      request.on('error', (error) => fail(error.cause instanceof Error ? error.cause : error));
      request.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          if (text.length < maxTextLength) text += chunk.slice(0, maxTextLength - text.length);
        });
        response.on('error', fail);
        response.on('end', () => {
          const { statusCode: status = 0, headers: received } = response;
          resolve({ status, retryAfter: received['retry-after'], text });
        });
      });
      request.end(bytes);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
