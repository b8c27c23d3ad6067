import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { getSessionId, sessionIdAttribute } from './session-context';

/** Changes spans when they start. */
abstract class StartProcessor implements SpanProcessor {
  abstract onStart(span: Span, parentContext: Context): void;

  onEnd(_span: ReadableSpan): void {}

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

const instrumentationPrefix = 'grpc.';

/**
 * Renames RPC spans to `package.Service/Method`, as the semantic conventions require. The instrumentation prefixes the name with
 * `grpc.`. (https://opentelemetry.io/docs/specs/semconv/rpc/)
 */
export class RpcSpanNameProcessor extends StartProcessor {
  onStart(span: Span): void {
    if (span.name.startsWith(instrumentationPrefix)) span.updateName(span.name.slice(instrumentationPrefix.length));
  }
}

/** Adds the id of the session to every span that starts within its work, also to spans of the instrumentation. */
export class SessionIdProcessor extends StartProcessor {
  onStart(span: Span, parentContext: Context): void {
    const sessionId = getSessionId(parentContext);
    if (sessionId !== undefined) span.setAttribute(sessionIdAttribute, sessionId);
  }
}
