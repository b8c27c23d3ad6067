import { Metadata } from '@grpc/grpc-js';
import type { Call } from '../../ports/call';
import type { CallThreads, EncodedResponse, OnMessage } from '../../ports/call-threads';
import type { ValidatedRequest } from '../validation/request-validator';
import type { AnyMessage, AnyMethod } from './method';

type Request = ValidatedRequest<AnyMessage>;
type ProcessInThread = (onMessage: OnMessage) => Promise<EncodedResponse>;

const ignore = (): void => undefined;

/** Makes a method pass heavy requests on to other threads. A long-lived stream stays here, because it mostly waits. */
export function useThreads(method: AnyMethod, path: string, threads: CallThreads): AnyMethod {
  /** Runs `here`, or `away` if a thread is to process the request. */
  const run = async <Result>(
    { bytes, tenantId, sessionId }: Request,
    call: Call,
    here: () => Promise<Result>,
    away: (process: ProcessInThread) => Promise<Result>,
  ): Promise<Result> => {
    const request = { path, bytes, tenantId, sessionId };
    const { thread, ready, leave } = threads.enter(request);
    try {
      if (thread === undefined) return await here();
      call.span.setAttributes({ 'orchestrator.heavy': true });
      if (ready !== undefined) await ready;
      return await away((onMessage) => thread.process(request, call, onMessage));
    } finally {
      leave();
    }
  };
  switch (method.kind) {
    case 'unary':
      return {
        ...method,
        handle: (request: Request, call: Call) =>
          run(
            request,
            call,
            () => method.handle(request, call),
            async (process) => {
              const { body, trailer } = await process(ignore);
              return { body, trailer: toMetadata(trailer) };
            },
          ),
      };
    case 'server stream':
      return {
        ...method,
        handle: (request, call, send) =>
          run(
            request,
            call,
            () => method.handle(request, call, send),
            async (process) => {
              let sending = Promise.resolve();
              await process((message) => {
                sending = sending.then(() => send(message));
                sending.catch(ignore); // It is awaited below.
              });
              await sending;
            },
          ),
      };
    case 'bidi stream':
      return {
        ...method,
        handle: (request: Request, call: Call) =>
          run(
            request,
            call,
            () => method.handle(request, call),
            async (process) => (await process(ignore)).body,
          ),
      };
    case 'long server stream':
      return method;
  }
}

function toMetadata(entries: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(entries)) metadata.set(name, value);
  return metadata;
}
