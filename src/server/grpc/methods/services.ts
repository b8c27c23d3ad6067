import type { Server, ServiceDefinition } from '@grpc/grpc-js';
import { OrchestratorServiceService } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceService } from '../../../../gen/focal/orchestration/v1/scenario_service';
import { SessionServiceService } from '../../../../gen/focal/orchestration/v1/session_service';
import type { Scope } from '../../ports/authenticator';
import type { CallThreads } from '../../ports/call-threads';
import type { RequestValidators } from '../validation/request-validator';
import { boundResponse } from './bound-response';
import { createHandler } from './create-handler';
import type { HandlerDependencies, MethodDependencies } from './dependencies';
import type { AnyMethod, MessageOrBytes, ServiceMethods } from './method';
import { createOrchestratorMethods } from './orchestrator-methods';
import { createScenarioMethods } from './scenario-methods';
import { createSessionMethods } from './session-methods';
import { useThreads } from './use-threads';

/** A generated method definition with its literal. */
export interface ServiceMethod {
  readonly name: string;
  readonly definition: ServiceDefinition[string];
  readonly method: AnyMethod;
}

export interface Service {
  /** Full name, `package.Service`. */
  readonly name: string;
  readonly methods: readonly ServiceMethod[];
}

export interface ServiceDependencies extends MethodDependencies {
  /** Threads that process heavy requests; undefined if there are none. */
  readonly threads?: CallThreads | undefined;
}

/** Creates every service of the contract. */
export function createServices(deps: ServiceDependencies): readonly Service[] {
  return [
    defineService(OrchestratorServiceService, createOrchestratorMethods(deps), deps),
    defineService(SessionServiceService, createSessionMethods(deps), deps),
    defineService(ScenarioServiceService, createScenarioMethods(deps), deps),
  ];
}

function defineService<Definition extends ServiceDefinition>(
  definition: Definition,
  literals: ServiceMethods<Definition> & Readonly<Record<string, AnyMethod>>,
  { maxResponseBytes, threads }: Pick<ServiceDependencies, 'maxResponseBytes' | 'threads'>,
): Service {
  const methods = Object.entries<ServiceDefinition[string]>(definition).map(([name, generated]) => {
    const method = literals[name];
    if (method === undefined) throw new Error(`The method ${generated.path} has no literal.`);
    const bounded = boundResponse(method, generated.responseSerialize, maxResponseBytes);
    return {
      name,
      definition: generated,
      method: threads === undefined ? bounded : useThreads(bounded, generated.path, threads),
    };
  });
  return { name: methods[0]?.definition.path.split('/')[1] ?? '', methods };
}

/** Returns the scope that each method of the contract requires, by method path. */
export function getScopesByPath(services: readonly Service[]): ReadonlyMap<string, Scope> {
  return new Map(
    services.flatMap(({ methods }) =>
      methods.map(({ definition, method }) => [definition.path, method.scope] as const),
    ),
  );
}

/** Adds services to a server, with validators for their requests and handlers for their methods. */
export function addServices(
  server: Server,
  services: readonly Service[],
  validators: RequestValidators,
  deps: HandlerDependencies,
): void {
  for (const { methods } of services) {
    const definitions = methods.map(({ name, definition, method }) => {
      const { path, requestDeserialize, responseSerialize } = definition;
      const requests = validators.forMethod(path, requestDeserialize, method);
      const serialize = serializeMessageOrBytes(responseSerialize);
      return [name, { ...definition, requestDeserialize: requests, responseSerialize: serialize }];
    });
    const handlers = methods.map(({ name, method }) => [name, createHandler(method, deps)]);
    server.addService(Object.fromEntries(definitions), Object.fromEntries(handlers));
  }
}

/** Passes encoded bytes on unchanged and serializes messages. */
export function serializeMessageOrBytes<Response>(serialize: (response: Response) => Buffer) {
  return (response: MessageOrBytes<Response>): Buffer => {
    if (!(response instanceof Uint8Array)) return serialize(response);
    return Buffer.from(response.buffer, response.byteOffset, response.byteLength);
  };
}
