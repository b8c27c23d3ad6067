import { status } from '@grpc/grpc-js';
import type { Any } from '../../../../gen/google/protobuf/any';
import {
  BadRequest,
  type BadRequest_FieldViolation,
  ErrorInfo,
  PreconditionFailure,
  RetryInfo,
} from '../../../../gen/google/rpc/error_details';
import type { Status } from '../../../../gen/google/rpc/status';
import type { FieldViolation, OrchestratorError } from '../../../core/model/orchestrator-error';
import { statusCodes } from './status-codes';

export const errorDomain = 'focal.orchestration.v1';

// Trailers of 8 KiB and more are refused by default by the clients of several languages, and then the whole error is lost.
// Base64 makes a third more of these, and the message and the other headers want their part.
const MOST_VIOLATION_BYTES = 4_096;
const LONGEST_FIELD = 300;
const LONGEST_DESCRIPTION = 500;
const LONGEST_MESSAGE = 400;
const LONGEST_METADATA = 200;

/**
 * The google.rpc.Status of an error: what a caller is told, in a header or in a stream. Violations that do not fit are
 * counted, not named.
 */
export function toRpcStatus(error: OrchestratorError, traceId: string): Status {
  const code = statusCodes[error.reason];
  const details = [errorInfoOf(error, traceId)];
  if (code === status.FAILED_PRECONDITION) details.push(preconditionFailureOf(error));
  if (error.violations.length > 0) details.push(badRequestOf(error.violations));
  if (error.retryAfterMs !== undefined) details.push(retryInfoOf(error.retryAfterMs));
  return { code, message: messageOf(error), details };
}

/** The sentence for people, with the first field that is wrong. */
function messageOf({ message, violations }: OrchestratorError): string {
  const [first] = violations;
  if (first === undefined || message.includes(first.field)) return cut(message, LONGEST_MESSAGE);
  const sentence = message.replace(/\.$/, '');
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : '';
  return `${cut(`${sentence}: ${first.field}: ${first.description}`, LONGEST_MESSAGE)}${more}`;
}

function errorInfoOf({ reason, metadata }: OrchestratorError, traceId: string): Any {
  const told = Object.entries(metadata).map(([key, value]) => [key, cut(value, LONGEST_METADATA)]);
  const traced = traceId === '' ? told : [...told, ['trace_id', traceId]];
  const info = ErrorInfo.encode({ reason, domain: errorDomain, metadata: Object.fromEntries(traced) });
  return any('ErrorInfo', info.finish());
}

/** What stands in the way: the session that the error is about, as all reasons with this status are. */
function preconditionFailureOf({ reason, message, metadata }: OrchestratorError): Any {
  const subject = cut(metadata['session_id'] ?? '', LONGEST_METADATA);
  const violations = [{ type: reason, subject, description: cut(message, LONGEST_MESSAGE) }];
  return any('PreconditionFailure', PreconditionFailure.encode({ violations }).finish());
}

function badRequestOf(violations: readonly FieldViolation[]): Any {
  const named: BadRequest_FieldViolation[] = [];
  let bytes = 0;
  for (const { field, description } of violations) {
    const violation = violationOf(cut(field, LONGEST_FIELD), cut(description, LONGEST_DESCRIPTION));
    bytes += Buffer.byteLength(violation.field) + Buffer.byteLength(violation.description) + 8;
    if (bytes > MOST_VIOLATION_BYTES) {
      const [first] = named;
      const rest = violations.length - named.length;
      named.push(violationOf(first?.field.split(/[.[]/)[0] ?? '', `and ${rest} more, which do not fit in here`));
      break;
    }
    named.push(violation);
  }
  return any('BadRequest', BadRequest.encode({ fieldViolations: named }).finish());
}

function violationOf(field: string, description: string): BadRequest_FieldViolation {
  return { field, description, reason: '', localizedMessage: undefined };
}

function retryInfoOf(milliseconds: number): Any {
  const seconds = Math.floor(milliseconds / 1_000);
  const nanos = Math.round((milliseconds - seconds * 1_000) * 1_000_000);
  return any('RetryInfo', RetryInfo.encode({ retryDelay: { seconds, nanos } }).finish());
}

function any(name: string, value: Uint8Array): Any {
  return { typeUrl: `type.googleapis.com/google.rpc.${name}`, value: Buffer.from(value) };
}

/** At most `length` UTF-16 units, and no half of a character, which a header cannot carry. */
function cut(text: string, length: number): string {
  const short = text.length > length ? `${text.slice(0, length - 3)}...` : text;
  return short.replace(/\p{Surrogate}/gu, '\u{fffd}');
}
