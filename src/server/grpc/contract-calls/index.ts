import type { ContractCall, ContractCalls, IncomingCall } from '../../ports/contract-calls';
import { noSpan } from '../../ports/span';
import { toOrchestratorError } from '../errors/call-error';
import type { Service } from '../methods/services';
import { type KnownMethod, type KnownMethodDependencies, toKnownMethod } from './known-method';
import { type CallEnvironment, StartedCall } from './started-call';
import { toCallFailure } from './to-call-failure';

/** Creates the entrance for calls of another transport. Their limits are those of the gRPC calls, which they share. */
export function createContractCalls(
  services: readonly Service[],
  deps: KnownMethodDependencies,
  environment: CallEnvironment,
): ContractCalls {
  const methods = new Map<string, KnownMethod>(
    services
      .flatMap((service) => service.methods)
      .map((method) => [method.definition.path, toKnownMethod(method, deps)] as const),
  );
  return {
    methods,
    toFailure: (thrown) => toCallFailure(toOrchestratorError(thrown, 'HTTP', noSpan, environment), ''),
    async start(incoming: IncomingCall): Promise<ContractCall> {
      const { path } = incoming.method;
      const method = methods.get(path);
      if (method === undefined) throw new Error(`The service has no method ${path}.`);
      return await StartedCall.start(method, incoming, environment);
    },
  };
}
