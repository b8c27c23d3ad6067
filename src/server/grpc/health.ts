import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js';
import { HealthImplementation, type ServingStatusMap } from 'grpc-health-check';
import { healthPath } from './middleware/health-path';

const watchPath = `${healthPath}Watch`;

/**
 * Service name for liveness probes. Always SERVING while the process responds, so that an unavailable store does not cause
 * restarts.
 */
const livenessName = 'liveness';
/** Service name for readiness probes. An alias of "". */
const readinessName = 'readiness';

/**
 * Implements grpc.health.v1. Readiness is reported for the server (""), for each of its services, and for the name `readiness`;
 * it starts as NOT_SERVING. Liveness is reported for the name `liveness` and is always SERVING.
 */
export class Health {
  private readonly readinessNames: readonly string[];
  private readonly implementation: HealthImplementation;
  private readonly watches = new Set<ServerInterceptingCallInterface>();

  constructor(services: readonly string[]) {
    this.readinessNames = ['', readinessName, ...services];
    const initial: ServingStatusMap = Object.fromEntries(this.readinessNames.map((name) => [name, 'NOT_SERVING']));
    this.implementation = new HealthImplementation({ ...initial, [livenessName]: 'SERVING' });
  }

  addToServer(server: Parameters<HealthImplementation['addToServer']>[0]): void {
    this.implementation.addToServer(server);
  }

  setServing(isServing: boolean): void {
    for (const name of this.readinessNames) this.implementation.setStatus(name, isServing ? 'SERVING' : 'NOT_SERVING');
  }

  /** Ends the open Watch streams, which would prevent the server from shutting down. */
  endWatches(): void {
    for (const call of this.watches)
      call.sendStatus({ code: status.UNAVAILABLE, details: 'The server is shutting down.' });
  }

  /** Records the open Watch streams. */
  readonly trackWatches: ServerInterceptor = (method, call) => {
    if (method.path !== watchPath) {
      return call instanceof ServerInterceptingCall ? call : new ServerInterceptingCall(call);
    }
    return new ServerInterceptingCall(call, {
      start: (next) => {
        this.watches.add(call);
        next({ onCancel: () => this.watches.delete(call) });
      },
    });
  };
}
