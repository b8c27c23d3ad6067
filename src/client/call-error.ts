import { type ServiceError, status as statusCodes } from '@grpc/grpc-js';
import { BadRequest, ErrorInfo, RetryInfo } from '../../gen/google/rpc/error_details';
import { Status } from '../../gen/google/rpc/status';

/** One field of a refused request. */
export interface FieldViolation {
  /** Path in the contract's field names. */
  readonly field: string;
  /** What is wrong and what is allowed. */
  readonly description: string;
}

/** What a failed call tells beside its status. */
interface Details {
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
}

/** A call that failed, with what google.rpc.Status tells about it. The message is one line. */
export class CallError extends Error {
  /** The method, for example `ProcessTurn`. */
  readonly method: string;
  /** Name of the gRPC status code, for example `INVALID_ARGUMENT`. */
  readonly status: string;
  /** The contract's ErrorReason without its prefix; "" where the error did not come from the service. */
  readonly reason: string;
  /** What the contract documents at the reason; `trace_id` is among it where the call was traced. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Every field that was refused, in the order of the request. */
  readonly violations: readonly FieldViolation[];
  /** When a retry makes sense, in milliseconds from now; undefined where the service did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(method: string, cause: ServiceError) {
    const details = detailsOf(cause);
    const status = statusCodes[cause.code] ?? `status ${cause.code}`;
    super(messageOf(method, status, details, cause.details), { cause });
    this.name = 'CallError';
    this.method = method;
    this.status = status;
    this.reason = details.reason;
    this.metadata = details.metadata;
    this.violations = details.violations;
    this.retryAfterMs = details.retryAfterMs;
  }
}

function messageOf(method: string, status: string, { reason, violations }: Details, text: string): string {
  const code = reason === '' || reason === status ? status : `${status}, ${reason}`;
  const fields = violations.map(({ field, description }) => (field === '' ? description : `${field}: ${description}`));
  const [first, ...more] = fields;
  const named = first === undefined || text.includes(first) ? '' : `: ${first}`;
  const sentence = named === '' ? text : text.replace(/\.$/, '');
  return `${method} failed (${code}): ${sentence}${named}${more.length > 0 ? ` (and ${more.length} more)` : ''}`;
}

function detailsOf(cause: ServiceError): Details {
  const [bytes] = cause.metadata?.get('grpc-status-details-bin') ?? [];
  const none = { reason: '', metadata: {}, violations: [], retryAfterMs: undefined };
  if (bytes === undefined || typeof bytes === 'string') return none;
  const found = Status.decode(bytes).details.map(({ typeUrl, value }) => ({ type: typeUrl.split('/').at(-1), value }));
  const one = <Message>(type: string, generated: { decode(bytes: Uint8Array): Message }): Message | undefined => {
    const detail = found.find((candidate) => candidate.type === `google.rpc.${type}`);
    return detail === undefined ? undefined : generated.decode(detail.value);
  };
  const info = one('ErrorInfo', ErrorInfo);
  const delay = one('RetryInfo', RetryInfo)?.retryDelay;
  return {
    reason: info?.reason ?? '',
    metadata: info?.metadata ?? {},
    violations: one('BadRequest', BadRequest)?.fieldViolations ?? [],
    retryAfterMs: delay === undefined ? undefined : delay.seconds * 1_000 + delay.nanos / 1_000_000,
  };
}
