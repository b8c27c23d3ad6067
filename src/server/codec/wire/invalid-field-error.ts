import { OrchestratorError } from '../../../core/model/orchestrator-error';

/**
 * Creates the error for a message that cannot be converted to a domain type. The validation of the contract runs first, so a
 * caller sees this error only for constraints that the contract cannot express. `field` is a path of contract field names.
 */
export function createInvalidFieldError(field: string, description: string): OrchestratorError {
  return new InvalidFieldError(field, description);
}

class InvalidFieldError extends OrchestratorError {
  constructor(field: string, description: string) {
    super('INVALID_REQUEST', `${field} ${description}.`, { violations: [{ field, description }] });
  }
}

/**
 * The error for a value that only a newer contract defines. In a stored record, it means that a newer release wrote the record
 * (RECORD_TOO_NEW).
 */
export class NewerContractError extends InvalidFieldError {}
