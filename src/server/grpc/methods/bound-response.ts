import type { OrchestratorError } from '../../../core/model/orchestrator-error';
import { createTooLargeError } from '../../application/too-large';
import type { Call } from '../../ports/call';
import type { ValidatedRequest } from '../validation/request-validator';
import type { AnyMessage, AnyMethod } from './method';

/**
 * Makes a method with a computed response fail with TOO_LARGE if the response exceeds `maxResponseBytes`. Returns every other method unchanged.
 */
export function boundResponse(
  method: AnyMethod,
  serialize: (response: AnyMessage) => Uint8Array,
  maxResponseBytes: number,
): AnyMethod {
  if (method.kind !== 'unary' || !method.isComputed) return method;
  return {
    ...method,
    async handle(request: ValidatedRequest<AnyMessage>, call: Call) {
      const { body, ...rest } = await method.handle(request, call);
      const bytes = body instanceof Uint8Array ? body : serialize(body);
      if (bytes.length > maxResponseBytes) throw createResponseTooLargeError(bytes.length, maxResponseBytes);
      return { ...rest, body: bytes };
    },
  };
}

function createResponseTooLargeError(size: number, maxSize: number): OrchestratorError {
  return createTooLargeError({
    subject: 'The response',
    limit: 'max_response_bytes',
    size,
    maxSize,
    advice: 'Send a smaller request, or ask the operator to raise the limit.',
  });
}
