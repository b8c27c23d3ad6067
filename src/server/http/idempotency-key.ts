import { OrchestratorError } from '../../core/model/orchestrator-error';
import { normalizeUuid } from '../../core/model/uuid';
import type { ContractMethod } from '../ports/contract-calls';
import type { HttpRequest } from './http-types';

const headerName = 'idempotency-key';
const uuidLength = 36;
/** Tags of the field `turn` of a request, and of `turn_id` in a turn. */
const turnTag = 0x0a;
const turnIdTag = 0x22;

/**
 * Uses the header Idempotency-Key as the turn_id of a request without one.
 *
 * @throws OrchestratorError INVALID_REQUEST if the key is not a UUID, is not the turn_id of the request, or if requests have no turn.
 */
export function applyIdempotencyKey(request: HttpRequest, method: ContractMethod, bytes: Uint8Array): Uint8Array {
  const header = request.headers[headerName];
  if (header === undefined) return bytes;
  const key = normalizeUuid(String(header).trim());
  if (method.kind === 'bidi stream' || method.readTurnId === undefined) {
    throw createError(`is for ProcessTurn and StreamTurn; remove the header from calls of ${method.path}`);
  }
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key)) throw createError('must be a UUID');
  const turnId = method.readTurnId(bytes);
  if (turnId === key) return bytes;
  if (turnId !== '') throw createError('is not the turn_id of the request; send one of them, or the same');
  // The last part of a message is merged with the parts before it.
  const part = [turnTag, uuidLength + 2, turnIdTag, uuidLength];
  return Buffer.concat([bytes, Buffer.from(part), Buffer.from(key, 'latin1')]);
}

function createError(description: string): OrchestratorError {
  const violations = [{ field: 'Idempotency-Key', description }];
  return new OrchestratorError('INVALID_REQUEST', 'The request has an invalid header', { violations });
}
