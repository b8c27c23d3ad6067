import { status } from '@grpc/grpc-js';
import type { Metrics } from '../../ports/metrics';
import type { TransportHook } from './transport-interceptor';

/** Counts and times calls until their status is sent, by a handler or by grpc-js, or until the client cancels. */
export function measureCalls(metrics: Metrics): TransportHook {
  return (call, { path }) => {
    if (!metrics.isEnabled) return;
    const { start, sendStatus } = call;
    let endMeasurement: ((status: string) => void) | undefined = metrics.startCall(path.slice(1));
    const end = (name: string): void => {
      endMeasurement?.(name);
      endMeasurement = undefined;
    };
    call.sendStatus = function (statusObject) {
      end(status[statusObject.code ?? status.UNKNOWN]);
      sendStatus.call(this, statusObject);
    };
    call.start = function (listener) {
      start.call(this, {
        onReceiveMetadata: (metadata) => listener.onReceiveMetadata(metadata),
        onReceiveMessage: (message) => listener.onReceiveMessage(message),
        onReceiveHalfClose: () => listener.onReceiveHalfClose(),
        onCancel() {
          // grpc-js also calls onCancel after each status.
          end(status[status.CANCELLED]);
          listener.onCancel();
        },
      });
    };
  };
}
