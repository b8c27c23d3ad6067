import { type ServerInterceptingCallInterface, status } from '@grpc/grpc-js';
import type { Metrics } from '../../ports/metrics';

/**
 * Counts and times a call of grpc-js until its status, also one that grpc-js sends by itself, or until its caller gives up. To be
 * given the innermost call, before any other hook: see explainTransportErrors.
 *
 * @param path `/package.Service/Method`
 */
export function measureCall(call: ServerInterceptingCallInterface, path: string, metrics: Metrics): void {
  const { start, sendStatus } = call;
  let ended: ((status: string) => void) | undefined = metrics.startCall(path.slice(1));
  const end = (name: string): void => {
    ended?.(name);
    ended = undefined;
  };
  call.sendStatus = function (sent) {
    end(status[sent.code ?? status.UNKNOWN]);
    sendStatus.call(this, sent);
  };
  call.start = function (listener) {
    start.call(this, {
      onReceiveMetadata: (metadata) => listener.onReceiveMetadata(metadata),
      onReceiveMessage: (message) => listener.onReceiveMessage(message),
      onReceiveHalfClose: () => listener.onReceiveHalfClose(),
      onCancel() {
        // Also told after each status.
        end(status[status.CANCELLED]);
        listener.onCancel();
      },
    });
  };
}
