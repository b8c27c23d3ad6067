import type { OrchestratorError } from '../../../core/model/orchestrator-error';
import { createTooLargeError } from '../../application/too-large';
import type { Call } from '../../ports/call';
import type { ValidatedRequest } from '../validation/request-validator';
import type { AnyMessage, AnyMethod } from './method';

/**
 * Makes a method with a computed answer fail with TOO_LARGE if the answer exceeds `maxResponseBytes`. Returns every other method unchanged.
 */
export function boundAnswer(
  method: AnyMethod,
  serialize: (answer: AnyMessage) => Uint8Array,
  maxResponseBytes: number,
): AnyMethod {
  if (method.kind !== 'unary' || !method.isComputed) return method;
  return {
    ...method,
    async handle(request: ValidatedRequest<AnyMessage>, call: Call) {
      const { body, ...rest } = await method.handle(request, call);
      const bytes = body instanceof Uint8Array ? body : serialize(body);
      if (bytes.length > maxResponseBytes) throw createAnswerError(bytes.length, maxResponseBytes);
      return { ...rest, body: bytes };
    },
  };
}

function createAnswerError(size: number, maxSize: number): OrchestratorError {
  return createTooLargeError({
    subject: 'The answer',
    limit: 'max_response_bytes',
    size,
    maxSize,
    advice: 'Send a smaller request.',
  });
}
