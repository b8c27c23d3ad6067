import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js';
import { HealthImplementation, type ServingStatusMap } from 'grpc-health-check';

const WATCH = '/grpc.health.v1.Health/Watch';

/** grpc.health.v1 for the whole server ("") and each of its services. Begins with NOT_SERVING. */
export class Health {
  private readonly services: readonly string[];
  private readonly implementation: HealthImplementation;
  private readonly watches = new Set<ServerInterceptingCallInterface>();

  constructor(services: readonly string[]) {
    this.services = ['', ...services];
    const begin: ServingStatusMap = Object.fromEntries(this.services.map((service) => [service, 'NOT_SERVING']));
    this.implementation = new HealthImplementation(begin);
  }

  addToServer(server: Parameters<HealthImplementation['addToServer']>[0]): void {
    this.implementation.addToServer(server);
  }

  setServing(serving: boolean): void {
    for (const service of this.services) this.implementation.setStatus(service, serving ? 'SERVING' : 'NOT_SERVING');
  }

  /** Ends the streams of those who watch: they would keep the server from shutting down, and have nothing more to learn. */
  endWatches(): void {
    for (const call of this.watches)
      call.sendStatus({ code: status.UNAVAILABLE, details: 'The server is shutting down.' });
  }

  /** Notes who watches. */
  readonly noteWatches: ServerInterceptor = (method, call) => {
    if (method.path !== WATCH) return call instanceof ServerInterceptingCall ? call : new ServerInterceptingCall(call);
    return new ServerInterceptingCall(call, {
      start: (next) => {
        this.watches.add(call);
        next({ onCancel: () => this.watches.delete(call) });
      },
    });
  };
}
