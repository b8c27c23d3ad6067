import { ProcessTurnRequest } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { OrchestratorError } from '../../../../src/core/model/orchestrator-error';
import { defaultServerOptions, toRequestLimits } from '../../../../src/server/grpc/server-options';
import { loadContract } from '../../../../src/server/grpc/validation/contract';
import {
  type RequestLimits,
  type RequestValidator,
  RequestValidators,
} from '../../../../src/server/grpc/validation/request-validator';

const contract = loadContract();
const path = '/focal.orchestration.v1.OrchestratorService/ProcessTurn';

/** Creates the validator of ProcessTurn with the given limits, and otherwise with the default limits. */
export function createTurnValidator(limits: Partial<RequestLimits> = {}): RequestValidator<ProcessTurnRequest> {
  const validators = new RequestValidators(contract, { ...toRequestLimits(defaultServerOptions), ...limits });
  return validators.forMethod(path, (bytes) => ProcessTurnRequest.decode(bytes), {
    getTenantId: ({ turn }) => turn?.tenantId,
  });
}

/** The fields of a request that violate the contract, or the reason if there are none. Undefined if the request is accepted. */
export type Rejection = readonly string[] | undefined;

/** Validates a request and returns why it is rejected; undefined if it is accepted. */
export function getRejection(validator: RequestValidator<ProcessTurnRequest>, bytes: Uint8Array): Rejection {
  try {
    validator(bytes).validate();
    return undefined;
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return error.violations.length > 0 ? error.violations.map(({ field }) => field) : [error.reason];
  }
}
