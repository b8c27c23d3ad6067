import { create, type DescMessage, fromBinary, toBinary } from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';
import { type FieldViolation, OrchestratorError } from '../../../core/model/orchestrator-error';
import { eventLoopShare, noTenant } from '../../application/event-loop-share';
import { createTooLargeError } from '../../application/too-large';
import type { CallThreads, RequestProcessor } from '../../ports/call-threads';
import { type Contract, getRequestSchema } from './contract';
import { type MessagePlan, MessagePlanner } from './message-plan';
import type { WireFindings, WireLimits } from './wire-report';
import { findWireViolations, validateFast } from './wire-validation';

export interface RequestLimits extends WireLimits {
  /** Maximum size of a message, in bytes. */
  readonly maxMessageBytes: number;
  /** Maximum number of elements of a repeated field, by full field name. A lower limit in the contract takes precedence. */
  readonly maxElements: ReadonlyMap<string, number>;
}

/** A request that satisfies the contract. */
export interface ValidatedRequest<Request> {
  readonly message: Request;
  /**
   * The bytes that the message was decoded from: the bytes as sent, with every UUID in lower case, or the merged message if it was sent
   * in parts.
   */
  readonly bytes: Uint8Array;
  /** The tenant in the request; undefined for messages without one. */
  readonly tenantId: string | undefined;
  /** The session in the request; undefined or "" if there is none. */
  readonly sessionId: string | undefined;
}

/** Reads from a request what it is about. */
export interface RequestReader<Request> {
  /** Returns the tenant whose data the request is about; undefined for messages without a tenant, which access no tenant's data. */
  readonly getTenantId: (request: Request) => string | undefined;
  /** Returns the session that the request is about; undefined or "" if there is none. Absent for methods without sessions. */
  readonly getSessionId?: (request: Request) => string | undefined;
}

/**
 * A request as sent, before validation. Decoding waits until the call is admitted. The deserializer cannot decode it,
 * because grpc-js answers an exception there with INTERNAL, before a handler, a span or a trace id exists.
 */
export interface RawRequest<Request> {
  readonly bytes: Uint8Array;
  /**
   * Decodes and validates the request. Repeats the work on each invocation.
   *
   * @throws OrchestratorError INVALID_REQUEST, UNDECODABLE_REQUEST or TOO_LARGE.
   */
  validate(): ValidatedRequest<Request>;
  /**
   * Like `validate`, but full validation of a large request waits for other work of the event loop between its steps. Throws or rejects with
   * the same errors.
   */
  validateInParts(): ValidatedRequest<Request> | Promise<ValidatedRequest<Request>>;
}

/** Wraps the bytes of a request of one method. Never throws. */
export type RequestValidator<Request> = (bytes: Uint8Array) => RawRequest<Request>;

/** Creates validators from the `buf.validate` annotations of the contract. Create one per server. */
export class RequestValidators {
  private readonly planner: MessagePlanner;
  private readonly contract: Contract;
  private readonly limits: RequestLimits;

  /** Without `threads`, all requests are validated on this thread. */
  constructor(
    contract: Contract,
    limits: RequestLimits,
    private readonly threads?: Pick<CallThreads, 'findValidator'>,
  ) {
    this.contract = contract;
    this.limits = limits;
    this.planner = new MessagePlanner(limits.maxElements);
  }

  /**
   * Creates the validator of a method. `decode` is the generated decoder. Compiles all constraints immediately, so that the first call is
   * not slow and an invalid annotation prevents the start.
   */
  forMethod<Request>(
    path: string,
    decode: (bytes: Buffer) => Request,
    { getTenantId, getSessionId }: RequestReader<Request>,
  ): RequestValidator<Request> {
    const schema = getRequestSchema(this.contract, path);
    const plan = this.planner.getPlan(schema);
    const compiled = this.contract.validator.validate(schema, create(schema));
    if (compiled.kind === 'error') throw compiled.error;
    const toRequest = (bytes: Uint8Array): ValidatedRequest<Request> => {
      const message = decode(toBuffer(bytes));
      return { message, bytes, tenantId: getTenantId(message), sessionId: getSessionId?.(message) };
    };
    const validate = (bytes: Uint8Array): ValidatedRequest<Request> => {
      try {
        const valid = this.findValidBytes(plan, bytes);
        return toRequest(valid ?? runSteps(this.validateFully(schema, plan, bytes)));
      } catch (error) {
        throw toRequestError(error);
      }
    };
    const validateInParts = async (bytes: Uint8Array): Promise<ValidatedRequest<Request>> => {
      try {
        const valid = this.findValidBytes(plan, bytes);
        return toRequest(valid ?? (await runStepsInParts(this.validateFully(schema, plan, bytes))));
      } catch (error) {
        throw toRequestError(error);
      }
    };
    const validateInThread = async (thread: RequestProcessor, sent: Uint8Array): Promise<ValidatedRequest<Request>> => {
      const { bytes, tenantId, sessionId } = await thread.validate(path, sent);
      return {
        bytes,
        tenantId,
        sessionId,
        get message() {
          return decode(toBuffer(bytes));
        },
      };
    };
    return (bytes) => ({
      bytes,
      validate: () => validate(bytes),
      validateInParts: () => {
        if (bytes.length < minBytesInParts) return validate(bytes);
        const thread = this.threads?.findValidator(bytes.length);
        return thread === undefined ? validateInParts(bytes) : validateInThread(thread, bytes);
      },
    });
  }

  /** Returns the bytes to decode if fast validation accepts the request. */
  private findValidBytes(plan: MessagePlan, sent: Uint8Array): Uint8Array | undefined {
    this.checkSize(sent.length);
    return validateFast(plan, sent, this.limits);
  }

  private checkSize(size: number): void {
    const maxSize = this.limits.maxMessageBytes;
    if (size <= maxSize) return;
    const advice = 'Send a smaller message.';
    throw createTooLargeError({ subject: 'The request', limit: 'max_message_bytes', size, maxSize, advice });
  }

  /** Returns the bytes to decode, or throws an error that lists every violation. Yields between its steps. */
  private *validateFully(schema: DescMessage, plan: MessagePlan, sent: Uint8Array): Generator<void, Uint8Array> {
    const findings = findWireViolations(plan, sent, this.limits);
    if (findings.exceedsLimits) throw createInvalidRequestError(findings.violations);
    yield;
    const message = this.parse(schema, findings);
    yield;
    const violations = this.addConstraintViolations(schema, message, findings.violations);
    if (violations.length > 0) throw createInvalidRequestError(violations);
    // The two decoders merge the parts of a message differently, so the validated message is encoded again for the second one.
    return findings.hasSplitMessages ? toBinary(schema, message) : findings.normalizedBytes;
  }

  private parse(schema: DescMessage, { violations, normalizedBytes }: WireFindings) {
    try {
      return fromBinary(schema, normalizedBytes, { readUnknownFields: false });
    } catch (error) {
      // For a message that exceeds the depth limit of the decoder, the walk has already described the violation.
      if (violations.length > 0) throw createInvalidRequestError(violations);
      throw error;
    }
  }

  /** Adds the violations of annotations, for fields that are not listed yet. */
  private addConstraintViolations(
    schema: DescMessage,
    message: ReturnType<typeof fromBinary>,
    found: readonly FieldViolation[],
  ): readonly FieldViolation[] {
    const result = this.contract.validator.validate(schema, message);
    switch (result.kind) {
      case 'valid':
        return found;
      case 'error':
        throw new OrchestratorError('INTERNAL', 'A constraint of the contract could not be evaluated.', {
          cause: result.error,
        });
      case 'invalid': {
        const listed = new Set(found.map(({ field }) => field));
        const violations = result.violations.map((violation) => ({
          field: pathToString(violation.field),
          description: `${violation.forKey ? 'the key ' : ''}${violation.message}`,
        }));
        return [...found, ...violations.filter(({ field }) => !listed.has(field))];
      }
    }
  }
}

/** Below this size full validation takes a few milliseconds. */
const minBytesInParts = 16_384;

function runSteps<Result>(steps: Generator<void, Result>): Result {
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

/** Runs one step in each iteration of the event loop. */
async function runStepsInParts<Result>(steps: Generator<void, Result>): Promise<Result> {
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    // Its tenant is not known, because the request is invalid.
    await eventLoopShare.waitForNextIteration(noTenant);
  }
}

function toRequestError(error: unknown): OrchestratorError {
  return error instanceof OrchestratorError ? error : createUndecodableError(error);
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function createInvalidRequestError(violations: readonly FieldViolation[]): OrchestratorError {
  return new OrchestratorError('INVALID_REQUEST', 'The request violates the contract', { violations });
}

function createUndecodableError(cause: unknown): OrchestratorError {
  const description = cause instanceof Error ? cause.message : 'unknown error';
  return new OrchestratorError('UNDECODABLE_REQUEST', `The request could not be decoded: ${description}.`, { cause });
}
