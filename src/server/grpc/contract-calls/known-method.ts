import { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { ContractMethod } from '../../ports/contract-calls';
import { createBidiStreamHandler } from '../methods/bidi-stream-handler';
import type { HandlerDependencies } from '../methods/dependencies';
import type { AnyMessage, AnyMethod } from '../methods/method';
import { createLongServerStreamHandler, createServerStreamHandler } from '../methods/server-stream-handler';
import { type ServiceMethod, serializeMessageOrBytes } from '../methods/services';
import { readTurnId } from '../methods/turn-id-reader';
import { createUnaryRun, type RunUnary } from '../methods/unary-handler';
import { type Contract, getRequestSchema } from '../validation/contract';
import type { RequestValidator, RequestValidators } from '../validation/request-validator';
import type { StreamCall } from './stream-call';

/** A method of the contract with what processes its calls. */
export interface KnownMethod extends ContractMethod {
  readonly validate: RequestValidator<AnyMessage>;
  readonly serialize: (response: AnyMessage | Uint8Array) => Uint8Array;
  /** Rejects with NOT_IMPLEMENTED if the method is not unary. */
  readonly runUnary: RunUnary<AnyMessage, AnyMessage>;
  /** Throws NOT_IMPLEMENTED if the method is unary. */
  readonly handleStream: (stream: StreamCall) => void;
}

export interface KnownMethodDependencies {
  readonly contract: Contract;
  readonly validators: RequestValidators;
  readonly handlers: HandlerDependencies;
}

export function toKnownMethod(
  { definition, method }: ServiceMethod,
  { contract, validators, handlers }: KnownMethodDependencies,
): KnownMethod {
  const { path, requestDeserialize, responseSerialize } = definition;
  return {
    path,
    kind: method.kind,
    ...(hasTurn(contract, path) ? { readTurnId } : {}),
    validate: validators.forMethod(path, requestDeserialize, method),
    serialize: serializeMessageOrBytes(responseSerialize),
    ...createRunners(method, handlers),
  };
}

function createRunners(
  method: AnyMethod,
  handlers: HandlerDependencies,
): Pick<KnownMethod, 'runUnary' | 'handleStream'> {
  const refuse = (): never => {
    throw new OrchestratorError('NOT_IMPLEMENTED', `The method is a ${method.kind}.`);
  };
  switch (method.kind) {
    case 'unary':
      return { runUnary: createUnaryRun(method, handlers), handleStream: refuse };
    case 'server stream':
      return { runUnary: refuse, handleStream: createServerStreamHandler(method, handlers) };
    case 'long server stream':
      return { runUnary: refuse, handleStream: createLongServerStreamHandler(method, handlers) };
    case 'bidi stream':
      return { runUnary: refuse, handleStream: createBidiStreamHandler(method, handlers) };
  }
}

/** Whether the requests of a method have a turn in the field 1, as `readTurnId` expects. */
function hasTurn(contract: Contract, path: string): boolean {
  const [first] = getRequestSchema(contract, path).fields;
  return first?.number === 1 && first.message?.typeName === 'focal.orchestration.v1.Turn';
}
