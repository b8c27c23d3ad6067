import { type ServiceError, status as statusCodes } from '@grpc/grpc-js';
import type { Any } from '../../../gen/google/protobuf/any';
import { BadRequest, ErrorInfo, RetryInfo } from '../../../gen/google/rpc/error_details';
import { Status } from '../../../gen/google/rpc/status';

/** A field of a refused request. */
export interface FieldViolation {
  /** Field path in the names of the contract. */
  readonly field: string;
  /** The problem and the allowed values. */
  readonly description: string;
}

/** The unpacked details of google.rpc.Status. */
interface ErrorDetails {
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
}

/** A failed call, with the details of google.rpc.Status. The message is one line. */
export class CallError extends Error {
  /** The method, for example `ProcessTurn`. */
  readonly method: string;
  /** The name of the gRPC status code, for example `INVALID_ARGUMENT`. */
  readonly status: string;
  /** The contract's ErrorReason without its prefix; "" if the error did not come from the service. */
  readonly reason: string;
  /** The metadata that the contract documents for the reason. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The trace id of the call in the service; undefined if the service does not record traces. */
  readonly traceId: string | undefined;
  /** The invalid fields, in the order of the request. */
  readonly violations: readonly FieldViolation[];
  /** The delay in milliseconds after which to retry; undefined if the service does not suggest one. */
  readonly retryAfterMs: number | undefined;

  /** `cause` is the error of a call, or the status of one turn of a stream. */
  constructor(method: string, cause: ServiceError | Status) {
    const { text, packedDetails } = readStatus(cause);
    const details = unpackDetails(packedDetails);
    const status = statusCodes[cause.code] ?? `status ${cause.code}`;
    super(formatMessage(method, status, details, text), { cause });
    this.name = 'CallError';
    this.method = method;
    this.status = status;
    this.reason = details.reason;
    this.metadata = details.metadata;
    this.traceId = details.metadata['trace_id'];
    this.violations = details.violations;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/**
 * Whether a call ended because its connection broke, with a status other than UNAVAILABLE, which the channel itself retries. Such an
 * error has no ErrorInfo, because the service did not send it. grpc-js reports it as CANCELLED, or as INTERNAL with the code of the
 * HTTP/2 reset.
 */
export function isBrokenConnection(error: unknown, signal: AbortSignal | undefined): error is CallError {
  if (!(error instanceof CallError) || error.reason !== '' || signal?.aborted) return false;
  if (error.status === 'INTERNAL') return error.message.includes('RST_STREAM');
  return error.status === 'CANCELLED';
}

function formatMessage(method: string, status: string, { reason, violations }: ErrorDetails, text: string): string {
  const code = reason === '' || reason === status ? status : `${status}, ${reason}`;
  const fields = violations.map(({ field, description }) => (field === '' ? description : `${field}: ${description}`));
  const [first, ...others] = fields;
  const violation = first === undefined || text.includes(first) ? '' : `: ${first}`;
  const sentence = violation === '' ? text : text.replace(/\.$/, '');
  const rest = others.length > 0 ? ` (and ${others.length} more)` : '';
  return `${method} failed (${code}): ${sentence}${violation}${rest}`;
}

function readStatus(cause: ServiceError | Status): { readonly text: string; readonly packedDetails: readonly Any[] } {
  if (!(cause instanceof Error)) return { text: cause.message, packedDetails: cause.details };
  const [bytes] = cause.metadata?.get('grpc-status-details-bin') ?? [];
  return { text: cause.details, packedDetails: bytes instanceof Uint8Array ? Status.decode(bytes).details : [] };
}

function unpackDetails(packedDetails: readonly Any[]): ErrorDetails {
  const unpack = <Message>(type: string, generated: { decode(bytes: Uint8Array): Message }): Message | undefined => {
    const detail = packedDetails.find(({ typeUrl }) => typeUrl.split('/').at(-1) === `google.rpc.${type}`);
    return detail === undefined ? undefined : generated.decode(detail.value);
  };
  const info = unpack('ErrorInfo', ErrorInfo);
  const delay = unpack('RetryInfo', RetryInfo)?.retryDelay;
  return {
    reason: info?.reason ?? '',
    metadata: info?.metadata ?? {},
    violations: unpack('BadRequest', BadRequest)?.fieldViolations ?? [],
    retryAfterMs: delay === undefined ? undefined : delay.seconds * 1_000 + delay.nanos / 1_000_000,
  };
}
