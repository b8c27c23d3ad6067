import { OrchestratorError } from '../../core/model/orchestrator-error';

/** Returns the reason of an OrchestratorError, or INTERNAL for an unexpected error. */
export function toFailureReason(error: unknown): string {
  return error instanceof OrchestratorError ? error.reason : 'INTERNAL';
}
