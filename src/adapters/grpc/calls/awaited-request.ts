import { type ServerInterceptingCallInterface, status } from '@grpc/grpc-js';

/**
 * Ends a call of grpc-js with DEADLINE_EXCEEDED whose caller begins a request and does not finish it in time: no handler runs by
 * then, so that no other bound would ever end it. To be given the innermost call of a method with one request: see
 * explainTransportErrors.
 */
export function awaitRequest(call: ServerInterceptingCallInterface, timeoutMs: number): void {
  const { start } = call;
  call.start = function (listener) {
    const overdue = setTimeout(() => {
      this.sendStatus({ code: status.DEADLINE_EXCEEDED, details: 'The request did not come to its end in time.' });
    }, timeoutMs);
    start.call(this, {
      onReceiveMetadata: (metadata) => listener.onReceiveMetadata(metadata),
      onReceiveMessage: (message) => listener.onReceiveMessage(message),
      onReceiveHalfClose() {
        clearTimeout(overdue);
        listener.onReceiveHalfClose();
      },
      onCancel() {
        clearTimeout(overdue);
        listener.onCancel();
      },
    });
  };
}
