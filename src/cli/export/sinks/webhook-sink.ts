import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { CloudEvent } from '../cloud-event';
import { EventsRefusedError, getMessage, type Sink, SinkUnavailableError } from '../sink';
import { HttpPoster, type HttpPosterOptions, type HttpResponse } from './http-post';

export interface WebhookSinkOptions extends HttpPosterOptions {
  /** Each signs every request, so that a receiver can change from one to another. `whsec_` and base64. */
  readonly secrets: readonly string[];
  /** The number of events of a request. Undefined: one event, not in an array. */
  readonly batchSize: number | undefined;
}

/** The formats of the HTTP protocol binding of CloudEvents. */
const singleType = 'application/cloudevents+json; charset=utf-8';
const batchType = 'application/cloudevents-batch+json; charset=utf-8';

/** Statuses below 500 after which a request is repeated: Request Timeout, Too Early, Too Many Requests. */
const temporaryStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

/** Creates a sink that posts events to a URL, signed as Standard Webhooks (https://www.standardwebhooks.com). Throws for an invalid secret. */
export function createWebhookSink({ secrets, batchSize, ...options }: WebhookSinkOptions): Sink {
  const poster = new HttpPoster(options);
  const signers = secrets.map((secret) => new Webhook(secret));
  return {
    name: `webhook ${options.url.origin}${options.url.pathname}`,
    batchSize: batchSize ?? 1,
    async write(events) {
      const body = JSON.stringify(batchSize === undefined ? events[0] : events);
      const id = createMessageId(events);
      const now = new Date();
      const headers = {
        'content-type': batchSize === undefined ? singleType : batchType,
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': signers.map((signer) => signer.sign(id, now, body)).join(' '),
      };
      check(await post(poster, body, headers));
    },
    async close() {
      poster.close();
    },
  };
}

async function post(
  poster: HttpPoster,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  try {
    return await poster.post(body, headers);
  } catch (error) {
    throw new SinkUnavailableError(getMessage(error));
  }
}

function check({ status, retryAfter, text }: HttpResponse): void {
  if (status >= 200 && status < 300) return;
  const message = `HTTP status ${status}${text === '' ? '' : `: ${text}`}`;
  if (status >= 500 || temporaryStatuses.has(status)) {
    throw new SinkUnavailableError(message, { retryAfterMs: parseRetryAfter(retryAfter, Date.now()) });
  }
  throw new EventsRefusedError(message);
}

/** Parses Retry-After, a number of seconds or an HTTP date. Returns milliseconds; 0 if there is none or it is not valid. */
export function parseRetryAfter(text: string | undefined, now: number): number {
  if (text === undefined) return 0;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}

/** The id of a request: that of its only event, else the same for the same events. */
function createMessageId(events: readonly CloudEvent[]): string {
  const [first] = events;
  if (events.length === 1 && first !== undefined) return first.id;
  const ids = events.map(({ id }) => id).join(' ');
  return `batch-${createHash('sha256').update(ids).digest('hex').slice(0, 32)}`;
}
