import type { ServerHttp2Session } from 'node:http2';

/** grpc-js sends this text with the GOAWAY for a connection that has reached its maximum age. */
const maxAgeText = 'max_age';

const controllers = new WeakMap<object, AbortController>();

/** Lets `getAgeSignal` notice when grpc-js replaces the connection because of its age. */
export function watchAge(session: ServerHttp2Session): void {
  const { goaway } = session;
  session.goaway = (code, lastStreamId, data) => {
    goaway.call(session, code, lastStreamId, data);
    if (data === undefined || Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString() !== maxAgeText)
      return;
    getController(session).abort();
  };
}

/** Returns a signal that is aborted when the connection of a call has reached its maximum age; undefined for a call without a connection. */
export function getAgeSignal(call: object): AbortSignal | undefined {
  const session = findSession(call);
  return session && getController(session).signal;
}

function getController(session: object): AbortController {
  const existing = controllers.get(session);
  if (existing !== undefined) return existing;
  const controller = new AbortController();
  controllers.set(session, controller);
  return controller;
}

/** The call of a handler wraps those of the interceptors. The innermost one has the HTTP/2 stream. These fields of grpc-js are private. */
function findSession(call: object): object | undefined {
  let inner: unknown = Reflect.get(call, 'call');
  while (isObject(inner) && isObject(Reflect.get(inner, 'nextCall'))) inner = Reflect.get(inner, 'nextCall');
  const stream: unknown = isObject(inner) ? Reflect.get(inner, 'stream') : undefined;
  const session: unknown = isObject(stream) ? Reflect.get(stream, 'session') : undefined;
  return isObject(session) ? session : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
