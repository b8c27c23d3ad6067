import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Clock } from '../ports/clock';
import type { HttpRequest } from './http-types';

const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/**
 * Returns the deadline that the client sets, in milliseconds since 1970: by `Connect-Timeout-Ms`, or by `grpc-timeout` of gRPC-Web. Infinity
 * without one.
 *
 * @throws OrchestratorError INVALID_REQUEST if the header is invalid.
 */
export function readDeadline({ headers }: Pick<HttpRequest, 'headers'>, clock: Clock): number {
  const connect = headers['connect-timeout-ms'];
  if (connect !== undefined) {
    if (!/^\d{1,10}$/.test(String(connect))) throw createError('Connect-Timeout-Ms', 'must have 1 to 10 digits');
    return clock.now() + Number(connect);
  }
  const grpc = headers['grpc-timeout'];
  if (grpc === undefined) return Number.POSITIVE_INFINITY;
  const [, digits, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(String(grpc)) ?? [];
  if (digits === undefined) throw createError('grpc-timeout', 'must have 1 to 8 digits and a unit: H, M, S, m, u or n');
  return clock.now() + Number(digits) * (unitMs[unit] ?? 1);
}

function createError(field: string, description: string): OrchestratorError {
  return new OrchestratorError('INVALID_REQUEST', 'The request has an invalid header', {
    violations: [{ field, description }],
  });
}
