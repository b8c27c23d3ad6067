import type {
  handleBidiStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  Server,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { type AccessByName, accessTo, type ServiceAccess } from './access/method-access';
import type { Outgoing } from './calls/unary';
import type { RequestGuards, SentRequest } from './guard/request-guard';

interface Method<Request, Response, RequestStream extends boolean, ResponseStream extends boolean> {
  readonly requestStream: RequestStream;
  readonly responseStream: ResponseStream;
  requestDeserialize(bytes: Buffer): Request;
  responseSerialize(response: Response): Buffer;
}

type Handler<M> =
  M extends Method<infer Request, infer Response, false, false>
    ? handleUnaryCall<SentRequest<Request>, Outgoing<Response>>
    : M extends Method<infer Request, infer Response, false, true>
      ? handleServerStreamingCall<SentRequest<Request>, Outgoing<Response>>
      : M extends Method<infer Request, infer Response, true, true>
        ? handleBidiStreamingCall<SentRequest<Request>, Outgoing<Response>>
        : never;

/** Handlers for every method of a generated service, which get their requests guarded. */
export type GuardedHandlers<Service> = UntypedServiceImplementation & {
  [Name in keyof Service]: Handler<Service[Name]>;
};

/**
 * Adds a generated service to a server: each request goes through its method's guard, which also tells its tenant, and a response
 * that is bytes already goes out as it is.
 */
export function addGuardedService<Service extends ServiceDefinition>(
  server: Server,
  service: Service,
  guards: RequestGuards,
  access: ServiceAccess<Service> & AccessByName,
  handlers: GuardedHandlers<Service>,
): void {
  const guarded = Object.entries<ServiceDefinition[string]>(service).map(([name, method]) => {
    const guard = guards.guard(method.path, method.requestDeserialize, accessTo(access, name).tenantOf);
    return [name, { ...method, requestDeserialize: guard, responseSerialize: passingBytes(method.responseSerialize) }];
  });
  server.addService(Object.fromEntries(guarded), handlers);
}

function passingBytes<Response>(serialize: (response: Response) => Buffer) {
  return (response: Outgoing<Response>): Buffer => {
    if (!(response instanceof Uint8Array)) return serialize(response);
    return Buffer.from(response.buffer, response.byteOffset, response.byteLength);
  };
}
