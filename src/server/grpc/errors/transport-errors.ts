import { status } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../core/model/orchestrator-error';

/**
 * Maps a status that grpc-js itself produced to an error, by its code and text; undefined for every other status. Tests provoke
 * each of these errors in grpc-js, so that they fail if an update changes a text.
 */
export function toTransportError(code: status, details: string): OrchestratorError | undefined {
  return mappings[code]?.(details);
}

const mappings: Partial<Record<status, (details: string) => OrchestratorError | undefined>> = {
  [status.DEADLINE_EXCEEDED]: () => new OrchestratorError('DEADLINE', 'The deadline was exceeded.'),
  [status.RESOURCE_EXHAUSTED]: (details) => new OrchestratorError('TOO_LARGE', `${details}.`),
  [status.INTERNAL](details) {
    if (/deserializing|decompress/.test(details)) {
      return new OrchestratorError('UNDECODABLE_REQUEST', 'The request could not be decompressed or deserialized.');
    }
    return /grpc-timeout/.test(details) ? new OrchestratorError('INVALID_REQUEST', `${details}.`) : undefined;
  },
  // gRPC uses this status for a unary method that receives no message or more than one, and for an unknown compression.
  [status.UNIMPLEMENTED]: (details) =>
    details.startsWith('Received ') ? new OrchestratorError('NOT_IMPLEMENTED', `${details}.`) : undefined,
};
