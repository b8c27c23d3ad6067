import type { Exchange, HttpContext } from './context';
import { sendFailure, sendJson } from './failure-response';
import { applyIdempotencyKey } from './idempotency-key';
import { readBody } from './read-body';
import { runCall } from './run-call';

/** The content types of a request with one message (Connect protocol, unary). */
const unaryTypes = {
  'application/json': 'json',
  'application/proto': 'binary',
} as const;

export type UnaryFormat = (typeof unaryTypes)[keyof typeof unaryTypes];

/** Returns the format of a request with one message; undefined for another content type. */
export function findUnaryFormat(mediaType: string): UnaryFormat | undefined {
  return mediaType === 'application/json' || mediaType === 'application/proto' ? unaryTypes[mediaType] : undefined;
}

/**
 * Answers a request of the unary Connect protocol, which is also plain JSON by POST. It is answered here and not by connect-node, which costs
 * several times as much (ADR 0027). A binary response has the bytes that the method returns.
 */
export function handleUnaryRequest(
  context: HttpContext,
  exchange: Exchange,
  requestFormat: UnaryFormat,
): Promise<void> {
  const { request, response, method, format } = exchange;
  return runCall(
    context,
    exchange,
    async (call) => {
      const body = await readBody(request, call, context.maxMessageBytes);
      // A client of Connect may be newer than the server. In JSON that a person has written, an unknown field is a mistake.
      const ignoresUnknown = request.headers['connect-protocol-version'] !== undefined;
      const bytes = requestFormat === 'json' ? format.requestFromJson(body, ignoresUnknown) : body;
      const { body: answer, trailer } = await call.runUnary(applyIdempotencyKey(request, method, bytes));
      const headers = toTrailerHeaders(trailer);
      if (requestFormat === 'json') return sendJson(response, 200, format.responseToJson(answer), headers);
      response.writeHead(200, {
        'content-type': 'application/proto',
        'content-length': String(answer.length),
        ...headers,
      });
      response.end(answer);
    },
    (failure) => sendFailure(response, failure, context.registry),
  );
}

/** The unary Connect protocol sends trailers as headers with a prefix. */
function toTrailerHeaders(trailer: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(trailer).map(([name, value]) => [`trailer-${name}`, value]));
}
