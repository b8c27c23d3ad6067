import type { JsonObject } from '@bufbuild/protobuf';
import type { ContractCall } from '../ports/contract-calls';
import type { Exchange, HttpContext } from './context';
import { EventWriter } from './event-writer';
import { sendFailure, toFailureBody } from './failure-response';
import { applyIdempotencyKey } from './idempotency-key';
import { parseJsonObject } from './message-formats';
import { queryToRequest } from './query-request';
import { readBody } from './read-body';
import { resumptions } from './resumption';
import { runCall } from './run-call';

/**
 * Answers a request for server-sent events: each message is an event with its JSON. The event has an id if the stream can be resumed after it;
 * a browser sends the last id when it connects again. The event `failed` has the error of the stream, and `end` follows the last message.
 */
export function handleEventStream(context: HttpContext, exchange: Exchange): Promise<void> {
  const { request, response, method, format } = exchange;
  const events = new EventWriter(response, context.heartbeatIntervalMs);
  return runCall(
    context,
    exchange,
    async (call) => {
      const json = await readRequest(context, exchange, call);
      const bytes = applyIdempotencyKey(request, method, format.requestFromValue(json, false));
      const resumption = resumptions.get(method.path);
      await call.runServerStream(bytes, {
        open: () => events.open(),
        send(encoded, onSent) {
          const message = format.responseToJson(encoded);
          events.write({ id: resumption?.getEventId(message, json), data: JSON.stringify(message) }, onSent);
        },
      });
      events.end({ type: 'end', data: '{}' });
    },
    (failure) => {
      if (!response.headersSent) return sendFailure(response, failure, context.registry);
      events.end({ type: 'failed', data: JSON.stringify(toFailureBody(failure, context.registry).json) });
    },
  );
}

/** Reads the request from the body or, for GET, from the query, and continues after the last event that the client has. */
async function readRequest(
  context: HttpContext,
  { request, method, format }: Exchange,
  call: ContractCall,
): Promise<JsonObject> {
  const json =
    request.method === 'GET'
      ? queryToRequest(request.url?.split('?')[1] ?? '', format.descriptor.input)
      : parseJsonObject(await readBody(request, call, context.maxMessageBytes));
  call.endReceiving();
  const lastEventId = request.headers['last-event-id'];
  const resumption = resumptions.get(method.path);
  return lastEventId === undefined || resumption === undefined
    ? json
    : resumption.resumeAfter(String(lastEventId), json);
}
