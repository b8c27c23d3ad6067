import { Code } from '@connectrpc/connect';
import type { HttpContext, HttpMethod } from './context';
import type { CrossOriginPolicy } from './cross-origin';
import { handleEventStream } from './event-stream';
import { sendJson, sendRefusal } from './failure-response';
import type { HttpRequest, HttpResponse } from './http-types';
import type { StaticPages } from './static-pages';
import type { StreamingProtocols } from './streaming-protocols';
import { findUnaryFormat, handleUnaryRequest } from './unary-request';

export interface RouterParts {
  readonly context: HttpContext;
  readonly streaming: StreamingProtocols;
  readonly crossOrigin: CrossOriginPolicy;
  readonly pages: StaticPages;
  readonly isServing: () => boolean;
}

/** Content types of the streaming Connect protocol and of gRPC-Web, whose messages have frames. */
const framedType = /^application\/(connect|grpc-web)(?:\+(json|proto))?$/;
const eventStreamType = 'text/event-stream';

/** Routes a request. Every refusal says in JSON what to do. */
export function routeRequest(parts: RouterParts, request: HttpRequest, response: HttpResponse): void {
  const { crossOrigin, pages, isServing } = parts;
  const path = request.url?.split('?', 1)[0] ?? '';
  if (path === '/healthz') sendHealth(request, response, true);
  else if (path === '/readyz') sendHealth(request, response, isServing());
  else if (!crossOrigin.admit(request, response)) refuseOrigin(response);
  else if (request.method === 'OPTIONS') crossOrigin.answerPreflight(response);
  else if (!pages.send(path, request, response)) routeCall(parts, path, request, response);
}

function routeCall(parts: RouterParts, path: string, request: HttpRequest, response: HttpResponse): void {
  const known = parts.context.methods.get(path);
  if (known === undefined) refusePath(parts.context, path, response);
  else {
    callMethod(parts, known, request, response).catch((err: unknown) => {
      parts.context.log.error({ method: path, err }, 'an HTTP request failed with an internal error');
      response.destroy();
    });
  }
}

async function callMethod(
  { context, streaming }: RouterParts,
  { method, format }: HttpMethod,
  request: HttpRequest,
  response: HttpResponse,
): Promise<void> {
  const exchange = { method, format, request, response };
  const isServerStream = method.kind === 'server stream' || method.kind === 'long server stream';
  const wantsEvents = isServerStream && acceptsEvents(request);
  if (request.method === 'GET' && method.kind === 'long server stream' && wantsEvents) {
    return await handleEventStream(context, exchange);
  }
  if (request.method !== 'POST') return refuseMethod(response, method.path, method.kind === 'long server stream');
  const mediaType = getMediaType(request);
  const unaryFormat = findUnaryFormat(mediaType);
  if (unaryFormat === 'json' && wantsEvents) return await handleEventStream(context, exchange);
  if (unaryFormat !== undefined && method.kind === 'unary') {
    return await handleUnaryRequest(context, exchange, unaryFormat);
  }
  const [, protocol, encoding] = framedType.exec(mediaType) ?? [];
  const isFramed =
    protocol === 'grpc-web' || (protocol === 'connect' && encoding !== undefined && method.kind !== 'unary');
  if (!isFramed) return refuseType(response, method.kind === 'unary', isServerStream);
  if (method.kind === 'bidi stream' && request.httpVersionMajor === 1) {
    const message = `${method.path} is a stream in both directions, which needs HTTP/2. Use HTTP/2 with TLS, or gRPC.`;
    return sendRefusal(response, 505, Code.Unimplemented, message, { connection: 'close' });
  }
  return await streaming.handle(exchange, encoding === 'json');
}

function sendHealth(request: HttpRequest, response: HttpResponse, isHealthy: boolean): void {
  const headers = { 'cache-control': 'no-store' };
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    sendRefusal(response, 405, Code.Unimplemented, 'Only GET and HEAD are allowed here.', { allow: 'GET, HEAD' });
  } else if (isHealthy) sendJson(response, 200, { status: 'SERVING' }, headers);
  else sendJson(response, 503, { status: 'NOT_SERVING' }, headers);
}

function refuseOrigin(response: HttpResponse): void {
  const message = 'Pages of this origin may not call the service; add the origin to http.cors_allowed_origins.';
  sendRefusal(response, 403, Code.PermissionDenied, message);
}

function refusePath({ methods }: HttpContext, path: string, response: HttpResponse): void {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const similar = [...methods.keys()].find((each) => each.toLowerCase().endsWith(`/${name}`));
  const advice =
    similar === undefined
      ? 'Methods are called by POST /package.Service/Method; /openapi.json lists them.'
      : `Did you mean ${similar}?`;
  sendRefusal(response, 404, Code.Unimplemented, `There is nothing at this path. ${advice}`);
}

function refuseMethod(response: HttpResponse, path: string, isWatch: boolean): void {
  const advice = isWatch ? ', or by GET with "Accept: text/event-stream"' : '';
  const message = `${path} is called by POST with a JSON body${advice}.`;
  sendRefusal(response, 405, Code.Unimplemented, message, { allow: isWatch ? 'GET, POST, OPTIONS' : 'POST, OPTIONS' });
}

function refuseType(response: HttpResponse, isUnary: boolean, isServerStream: boolean): void {
  const types = isUnary
    ? 'application/json, application/proto or application/grpc-web+proto'
    : 'application/connect+json, application/connect+proto or application/grpc-web+proto';
  const events = isServerStream ? ', or application/json with "Accept: text/event-stream" for server-sent events' : '';
  sendRefusal(response, 415, Code.Unimplemented, `Set the header Content-Type to ${types}${events}.`);
}

function acceptsEvents({ headers }: HttpRequest): boolean {
  return headers.accept?.split(',').some((type) => type.split(';', 1)[0]?.trim() === eventStreamType) ?? false;
}

/** Returns the content type in lower case, without parameters. The only charset of JSON is UTF-8. */
function getMediaType({ headers }: HttpRequest): string {
  return headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
