import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-base';

const instrumentationPrefix = 'grpc.';

/**
 * Gives rpc spans the name of the semantic conventions, `package.Service/Method`; the instrumentation puts a `grpc.` before
 * it. (https://opentelemetry.io/docs/specs/semconv/rpc/)
 */
export class RpcSpanNameProcessor implements SpanProcessor {
  onStart(span: Span, _context: Context): void {
    if (span.name.startsWith(instrumentationPrefix)) span.updateName(span.name.slice(instrumentationPrefix.length));
  }

  onEnd(_span: ReadableSpan): void {}

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
