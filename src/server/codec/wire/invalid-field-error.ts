import { OrchestratorError } from '../../../core/model/orchestrator-error';

/**
 * Creates the error for a message that cannot be converted to a domain type. The validation of the contract runs first, so a
 * caller sees this error only for constraints that the contract cannot express. `field` is a path of contract field names.
 */
export function createInvalidFieldError(field: string, description: string): OrchestratorError {
  return new OrchestratorError('INVALID_REQUEST', `${field} ${description}.`, { violations: [{ field, description }] });
}
