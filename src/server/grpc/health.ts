import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js';
import { HealthImplementation, type ServingStatusMap } from 'grpc-health-check';

const SERVICE = '/grpc.health.v1.Health/';
const WATCH = `${SERVICE}Watch`;

/** The name that is SERVING for as long as the process answers: who restarts on it must not do so as the store is away. */
const LIVENESS = 'liveness';
/** The same as "", for those who name what they ask. */
const READINESS = 'readiness';

/** Whether the path of a method is one of grpc.health.v1. */
export function isHealthCheck(path: string): boolean {
  return path.startsWith(SERVICE);
}

/**
 * grpc.health.v1. Readiness is told for the whole server (""), each of its services and the name `readiness`, and begins with
 * NOT_SERVING; liveness for the name `liveness`, and is always SERVING.
 */
export class Health {
  /** What readiness is told for. */
  private readonly services: readonly string[];
  private readonly implementation: HealthImplementation;
  private readonly watches = new Set<ServerInterceptingCallInterface>();

  constructor(services: readonly string[]) {
    this.services = ['', READINESS, ...services];
    const begin: ServingStatusMap = Object.fromEntries(this.services.map((service) => [service, 'NOT_SERVING']));
    this.implementation = new HealthImplementation({ ...begin, [LIVENESS]: 'SERVING' });
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
  readonly trackWatches: ServerInterceptor = (method, call) => {
    if (method.path !== WATCH) return call instanceof ServerInterceptingCall ? call : new ServerInterceptingCall(call);
    return new ServerInterceptingCall(call, {
      start: (next) => {
        this.watches.add(call);
        next({ onCancel: () => this.watches.delete(call) });
      },
    });
  };
}
