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

const errorDomain = 'focal.orchestration.v1';

// By default, the clients of several languages reject trailing metadata of 8 KiB and more, and the whole error is lost. Base64
// adds a third to these bytes, and the message and the other headers need space as well.
const maxViolationBytes = 4_096;
/** Maximum bytes of the tags and lengths of a violation. */
const violationOverheadBytes = 8;
// Maximum lengths in UTF-16 code units.
const maxFieldLength = 300;
const maxDescriptionLength = 500;
const maxMessageLength = 400;
const maxMetadataLength = 200;
/** Maximum bytes of the keys and values of the metadata of an ErrorInfo, without the trace id and the number of omitted entries. */
const maxMetadataBytes = 1_024;
/**
 * Maximum bytes of the message in the header grpc-message, where it is percent-encoded. There, a character that is not ASCII has up
 * to 12 bytes.
 */
const maxEncodedMessageBytes = 600;
const ellipsis = '...';

/**
 * Converts an error to the google.rpc.Status that the client receives in a header or in a stream. Field violations that do not fit
 * are counted, not listed.
 */
export function toRpcStatus(error: OrchestratorError, traceId: string): Status {
  const code = statusCodes[error.reason];
  const details = [toErrorInfo(error, traceId)];
  if (code === status.FAILED_PRECONDITION) details.push(toPreconditionFailure(error));
  if (error.violations.length > 0) details.push(toBadRequest(error.violations));
  if (error.retryAfterMs !== undefined) details.push(toRetryInfo(error.retryAfterMs));
  return { code, message: formatMessage(error), details };
}

/** Formats the message of the error with the first field violation. */
function formatMessage({ message, violations }: OrchestratorError): string {
  const [first] = violations;
  if (first === undefined || message.includes(first.field)) return truncateMessage(message);
  const sentence = message.replace(/\.$/, '');
  const rest = violations.length > 1 ? ` (and ${violations.length - 1} more)` : '';
  return `${truncateMessage(`${sentence}: ${first.field}: ${first.description}`)}${rest}`;
}

function toErrorInfo({ reason, metadata }: OrchestratorError, traceId: string): Any {
  const listed = boundMetadata(metadata);
  const withTraceId = traceId === '' ? listed : { ...listed, trace_id: traceId };
  return toAny('ErrorInfo', ErrorInfo.encode({ reason, domain: errorDomain, metadata: withTraceId }).finish());
}

/** Truncates the values, and keeps the entries that fit. The number of the others is the entry `omitted_entries`. */
function boundMetadata(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const listed: [string, string][] = [];
  let bytes = 0;
  let omittedCount = 0;
  for (const [key, value] of Object.entries(metadata)) {
    const text = truncate(value, maxMetadataLength);
    const entryBytes = Buffer.byteLength(key) + Buffer.byteLength(text);
    if (bytes + entryBytes > maxMetadataBytes) omittedCount += 1;
    else {
      bytes += entryBytes;
      listed.push([key, text]);
    }
  }
  if (omittedCount > 0) listed.push(['omitted_entries', String(omittedCount)]);
  return Object.fromEntries(listed);
}

/** Creates a detail that names the session that violates the precondition, or the kind of the record that cannot be read. */
function toPreconditionFailure({ reason, message, metadata }: OrchestratorError): Any {
  const subject = truncate(metadata['session_id'] ?? metadata['record'] ?? '', maxMetadataLength);
  const violations = [{ type: reason, subject, description: truncateMessage(message) }];
  return toAny('PreconditionFailure', PreconditionFailure.encode({ violations }).finish());
}

function toBadRequest(violations: readonly FieldViolation[]): Any {
  const listed: BadRequest_FieldViolation[] = [];
  let bytes = 0;
  for (const { field, description } of violations) {
    const violation = createViolation(truncate(field, maxFieldLength), truncate(description, maxDescriptionLength));
    bytes += Buffer.byteLength(violation.field) + Buffer.byteLength(violation.description) + violationOverheadBytes;
    if (bytes > maxViolationBytes) {
      const root = listed[0]?.field.split(/[.[]/)[0] ?? '';
      const rest = violations.length - listed.length;
      listed.push(createViolation(root, `${rest} more ${rest === 1 ? 'violation is' : 'violations are'} not listed`));
      break;
    }
    listed.push(violation);
  }
  return toAny('BadRequest', BadRequest.encode({ fieldViolations: listed }).finish());
}

function createViolation(field: string, description: string): BadRequest_FieldViolation {
  return { field, description, reason: '', localizedMessage: undefined };
}

function toRetryInfo(milliseconds: number): Any {
  const seconds = Math.floor(milliseconds / 1_000);
  const nanos = Math.round((milliseconds - seconds * 1_000) * 1_000_000);
  return toAny('RetryInfo', RetryInfo.encode({ retryDelay: { seconds, nanos } }).finish());
}

function toAny(name: string, value: Uint8Array): Any {
  return { typeUrl: `type.googleapis.com/google.rpc.${name}`, value: Buffer.from(value) };
}

/** Truncates a text to `length` UTF-16 code units and replaces unpaired surrogates, which a header cannot contain. */
function truncate(text: string, length: number): string {
  const short = text.length > length ? text.slice(0, length - ellipsis.length) + ellipsis : text;
  return short.replace(/\p{Surrogate}/gu, '\u{fffd}');
}

/** Truncates a text to `maxMessageLength` UTF-16 code units and to `maxEncodedMessageBytes` bytes in percent-encoding. */
function truncateMessage(text: string): string {
  const message = truncate(text, maxMessageLength);
  if (encodeURI(message).length <= maxEncodedMessageBytes) return message;
  let bytes = ellipsis.length;
  let end = 0;
  for (const character of message) {
    bytes += encodeURI(character).length;
    if (bytes > maxEncodedMessageBytes) break;
    end += character.length;
  }
  return message.slice(0, end) + ellipsis;
}
