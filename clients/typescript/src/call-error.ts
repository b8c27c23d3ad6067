import { type ServiceError, status as statusCodes } from '@grpc/grpc-js';
import type { Any } from '../../../gen/google/protobuf/any';
import { BadRequest, ErrorInfo, RetryInfo } from '../../../gen/google/rpc/error_details';
import { Status } from '../../../gen/google/rpc/status';

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
  /** What the contract documents at the reason. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The trace in which the service told about the call; undefined where it traces nothing. */
  readonly traceId: string | undefined;
  /** Every field that was refused, in the order of the request. */
  readonly violations: readonly FieldViolation[];
  /** When a retry makes sense, in milliseconds from now; undefined where the service did not say. */
  readonly retryAfterMs: number | undefined;

  /** `cause` is what a call failed with, or what the answer to one turn of a stream holds. */
  constructor(method: string, cause: ServiceError | Status) {
    const { text, packed } = partsOf(cause);
    const details = detailsOf(packed);
    const status = statusCodes[cause.code] ?? `status ${cause.code}`;
    super(messageOf(method, status, details, text), { cause });
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

function messageOf(method: string, status: string, { reason, violations }: Details, text: string): string {
  const code = reason === '' || reason === status ? status : `${status}, ${reason}`;
  const fields = violations.map(({ field, description }) => (field === '' ? description : `${field}: ${description}`));
  const [first, ...more] = fields;
  const named = first === undefined || text.includes(first) ? '' : `: ${first}`;
  const sentence = named === '' ? text : text.replace(/\.$/, '');
  return `${method} failed (${code}): ${sentence}${named}${more.length > 0 ? ` (and ${more.length} more)` : ''}`;
}

/** What is told for people, and the details as they were packed. */
function partsOf(cause: ServiceError | Status): { readonly text: string; readonly packed: readonly Any[] } {
  if (!(cause instanceof Error)) return { text: cause.message, packed: cause.details };
  const [bytes] = cause.metadata?.get('grpc-status-details-bin') ?? [];
  return { text: cause.details, packed: bytes instanceof Uint8Array ? Status.decode(bytes).details : [] };
}

function detailsOf(packed: readonly Any[]): Details {
  const found = packed.map(({ typeUrl, value }) => ({ type: typeUrl.split('/').at(-1), value }));
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
