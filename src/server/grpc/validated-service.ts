import type {
  handleBidiStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  Server,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { type AccessByName, accessTo, type ServiceAccess } from './middleware/method-access';
import type { MessageOrBytes } from './middleware/unary';
import type { RawRequest, RequestValidators } from './validation/request-validator';

interface Method<Request, Response, RequestStream extends boolean, ResponseStream extends boolean> {
  readonly requestStream: RequestStream;
  readonly responseStream: ResponseStream;
  requestDeserialize(bytes: Buffer): Request;
  responseSerialize(response: Response): Buffer;
}

type Handler<M> =
  M extends Method<infer Request, infer Response, false, false>
    ? handleUnaryCall<RawRequest<Request>, MessageOrBytes<Response>>
    : M extends Method<infer Request, infer Response, false, true>
      ? handleServerStreamingCall<RawRequest<Request>, MessageOrBytes<Response>>
      : M extends Method<infer Request, infer Response, true, true>
        ? handleBidiStreamingCall<RawRequest<Request>, MessageOrBytes<Response>>
        : never;

/** Handlers for every method of a generated service, which get their requests guarded. */
export type ServiceHandlers<Service> = UntypedServiceImplementation & {
  [Name in keyof Service]: Handler<Service[Name]>;
};

/**
 * Adds a generated service to a server: each request goes through its method's guard, which also tells its tenant, and a response
 * that is bytes already goes out as it is.
 */
export function addValidatedService<Service extends ServiceDefinition>(
  server: Server,
  service: Service,
  guards: RequestValidators,
  access: ServiceAccess<Service> & AccessByName,
  handlers: ServiceHandlers<Service>,
): void {
  const guarded = Object.entries<ServiceDefinition[string]>(service).map(([name, method]) => {
    const guard = guards.forMethod(method.path, method.requestDeserialize, accessTo(access, name).tenantOf);
    return [name, { ...method, requestDeserialize: guard, responseSerialize: passingBytes(method.responseSerialize) }];
  });
  server.addService(Object.fromEntries(guarded), handlers);
}

function passingBytes<Response>(serialize: (response: Response) => Buffer) {
  return (response: MessageOrBytes<Response>): Buffer => {
    if (!(response instanceof Uint8Array)) return serialize(response);
    return Buffer.from(response.buffer, response.byteOffset, response.byteLength);
  };
}
