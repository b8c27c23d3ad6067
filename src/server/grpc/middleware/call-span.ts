import { errorMonitor } from 'node:events';
import { status } from '@grpc/grpc-js';
import type { Span } from '../../ports/span';
import type { Telemetry } from '../../ports/telemetry';
import type { ServerCall } from './call-context';

/** Ends the span of a call with its status code. */
export function endCallSpan(span: Span, code: status): void {
  if (!span.isRecording) return;
  if (code !== status.OK) span.setFailed();
  span.setAttributes({ 'rpc.grpc.status_code': code });
  span.end();
}

/**
 * Starts the span of a stream. It ends when grpc-js has taken over its last message, or with the status of the error that ends it. grpc-js emits errors
 * of its own, too, such as a message that cannot be decoded.
 */
export function startStreamSpan({ telemetry }: { readonly telemetry: Telemetry }, stream: ServerCall): Span {
  const span = telemetry.startCall(stream.getPath(), stream.metadata);
  if (!span.isRecording) return span;
  stream.once('finish', () => endCallSpan(span, status.OK));
  stream.once(errorMonitor, ({ code = status.UNKNOWN }: { readonly code?: status }) => endCallSpan(span, code));
  return span;
}
