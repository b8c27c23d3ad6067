import type { ServiceDefinition } from '@grpc/grpc-js';
import { type EventLoopShare, noTenant } from '../../application/event-loop-share';
import type { Call } from '../../ports/call';
import type { EncodedRequest, EncodedResponse, OnMessage, RequestProcessor } from '../../ports/call-threads';
import type { RequestValidator, RequestValidators, ValidatedRequest } from '../validation/request-validator';
import type { AnyMessage, AnyMethod } from './method';
import type { Service, ServiceMethod } from './services';

type Process = (request: ValidatedRequest<AnyMessage>, call: Call, onMessage: OnMessage) => Promise<EncodedResponse>;

interface ProcessorMethod {
  readonly validate: RequestValidator<AnyMessage>;
  readonly decode: (bytes: Uint8Array) => AnyMessage;
  readonly process: Process;
}

/**
 * Processes requests as bytes, without a connection: only the validation and the handlers of the methods. The server that passes them on has
 * admitted the calls.
 */
export function createRequestProcessor(
  services: readonly Service[],
  validators: RequestValidators,
  share: Pick<EventLoopShare, 'startCall' | 'endCall'>,
): RequestProcessor {
  const methods = new Map(
    services.flatMap(({ methods: all }) =>
      all.map((each) => [each.definition.path, toMethod(each, validators)] as const),
    ),
  );
  const getMethod = (path: string): ProcessorMethod => {
    const method = methods.get(path);
    if (method === undefined) throw new Error(`The service has no method ${path}.`);
    return method;
  };
  return {
    async validate(path, bytes) {
      const validated = await getMethod(path).validate(bytes).validateInParts();
      return { path, bytes: validated.bytes, tenantId: validated.tenantId, sessionId: validated.sessionId };
    },
    async process({ path, bytes, tenantId, sessionId }: EncodedRequest, call, onMessage) {
      const { decode, process } = getMethod(path);
      share.startCall(tenantId ?? noTenant);
      try {
        return await process({ message: decode(bytes), bytes, tenantId, sessionId }, call, onMessage);
      } finally {
        share.endCall(tenantId ?? noTenant);
      }
    },
  };
}

function toMethod({ definition, method }: ServiceMethod, validators: RequestValidators): ProcessorMethod {
  const { path, requestDeserialize } = definition;
  return {
    validate: validators.forMethod(path, requestDeserialize, method),
    decode: (bytes) => requestDeserialize(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    process: toProcess(method, definition),
  };
}

function toProcess(method: AnyMethod, { responseSerialize }: ServiceDefinition[string]): Process {
  const serialize = (message: AnyMessage | Uint8Array): Uint8Array =>
    message instanceof Uint8Array ? message : responseSerialize(message);
  switch (method.kind) {
    case 'unary':
      return async (request, call) => {
        const { body, trailer } = await method.handle(request, call);
        return { body: serialize(body), trailer: toEntries(trailer?.getMap() ?? {}) };
      };
    case 'server stream':
      return async (request, call, onMessage) => {
        await method.handle(request, call, async (message) => onMessage(serialize(message)));
        return { body: noBytes, trailer: {} };
      };
    case 'bidi stream':
      return async (request, call) => ({ body: serialize(await method.handle(request, call)), trailer: {} });
    case 'long server stream':
      return () => Promise.reject(new Error('A long-lived stream is processed by the server itself.'));
  }
}

const noBytes = new Uint8Array();

function toEntries(trailer: Readonly<Record<string, string | Buffer>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(trailer).map(([name, value]) => [name, String(value)]));
}
