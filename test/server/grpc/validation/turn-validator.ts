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

/** The validator of ProcessTurn, with the default limits except those given. */
export function createTurnValidator(limits: Partial<RequestLimits> = {}): RequestValidator<ProcessTurnRequest> {
  const validators = new RequestValidators(contract, { ...toRequestLimits(defaultServerOptions), ...limits });
  return validators.forMethod(
    path,
    (bytes) => ProcessTurnRequest.decode(bytes),
    ({ turn }) => turn?.tenantId,
  );
}

/** Whether a request is rejected, and why: the fields that violate the contract, or the reason if there are none. */
export type Rejection = readonly string[] | undefined;

/** Validates a request: undefined if it is accepted, otherwise its invalid fields, or its reason without fields. */
export function reject(validator: RequestValidator<ProcessTurnRequest>, bytes: Uint8Array): Rejection {
  try {
    validator(bytes).validate();
    return undefined;
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return error.violations.length > 0 ? error.violations.map(({ field }) => field) : [error.reason];
  }
}
