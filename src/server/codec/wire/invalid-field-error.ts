import { OrchestratorError } from '../../../core/model/orchestrator-error';

/**
 * The error for a message that says what the domain has no words for. The contract's own checks come first, so a caller sees
 * this one only where they have a gap. `field` is a path in the contract's field names.
 */
export function invalidFieldError(field: string, description: string): OrchestratorError {
  return new OrchestratorError('INVALID_REQUEST', `${field} ${description}.`, { violations: [{ field, description }] });
}
