import { type CallOptions, type ClientUnaryCall, Metadata, type ServiceError } from '@grpc/grpc-js';
import { CallError } from './call-error';

/** What one call may set for itself. */
export interface CallSettings {
  /** Milliseconds until the call is given up; the connection's where it is left out. */
  readonly timeoutMs?: number;
  /** Sent with the call, beside the connection's own. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Gives the call up when it is aborted. */
  readonly signal?: AbortSignal;
}

/** What holds where a call sets nothing of its own. */
export type CallDefaults = Required<Pick<CallSettings, 'timeoutMs' | 'metadata'>>;

/** What a call came back with. */
export interface UnaryResult<Response> {
  readonly response: Response;
  /** What was told outside of the response. */
  readonly trailers: Metadata;
}

/** A method of a generated client. */
export type StubMethod<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

/** A method of a generated client as a promise. Rejects with CallError. */
export function unaryCall<Request, Response>(
  name: string,
  method: StubMethod<Request, Response>,
  defaults: CallDefaults,
): (request: Request, settings?: CallSettings) => Promise<UnaryResult<Response>> {
  return (request, settings = {}) =>
    new Promise((resolve, reject) => {
      const metadata = createMetadata(defaults, settings);
      const options = createCallOptions({ ...defaults, ...settings });
      let response: Response | undefined;
      const cancel = (): void => call.cancel();
      const call = method(request, metadata, options, (error, answer) => {
        settings.signal?.removeEventListener('abort', cancel);
        if (error) reject(new CallError(name, error));
        else response = answer;
      });
      // The status comes after the callback and carries the trailing metadata.
      call.on('status', (status) => {
        if (response !== undefined) resolve({ response, trailers: status.metadata });
      });
      if (settings.signal?.aborted) cancel();
      else settings.signal?.addEventListener('abort', cancel, { once: true });
    });
}

/** What is sent with a call. */
export function createMetadata(defaults: CallDefaults, settings: CallSettings = {}): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries({ ...defaults.metadata, ...settings.metadata })) metadata.set(key, value);
  return metadata;
}

/** The options of a call that begins now. */
export function createCallOptions({ timeoutMs }: CallSettings = {}): Partial<CallOptions> {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}
