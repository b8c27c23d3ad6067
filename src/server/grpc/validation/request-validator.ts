import { create, type DescMessage, fromBinary, toBinary } from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';
import { createValidator, type Validator } from '@bufbuild/protovalidate';
import { type FieldViolation, OrchestratorError } from '../../../core/model/orchestrator-error';
import { type Contract, getRequestSchema } from './contract';
import { passesFastValidation } from './fast-validation';
import { type MessagePlan, MessagePlanner } from './message-plan';
import { validateWire, type WireFindings, type WireLimits } from './wire-validation';

/** Bounds of a request. */
export interface RequestLimits extends WireLimits {
  /** Bytes of a message. */
  readonly maxMessageBytes: number;
  /** Elements of a repeated field, by its full name; where the contract allows less that holds. */
  readonly maxElements: ReadonlyMap<string, number>;
}

/** A request that keeps the contract. */
export interface ValidatedRequest<Request> {
  readonly message: Request;
  /** What the message was decoded from: the request as it was sent, its parts merged where it came in parts. */
  readonly bytes: Uint8Array;
  /** The tenant that the message names; undefined where it has none. */
  readonly tenantId: string | undefined;
}

/**
 * A request as it was sent, not looked at yet: whoever is not let in costs no decoding, and grpc-js would answer an exception of a
 * deserializer with INTERNAL, before a handler, a span or a trace id exists.
 */
export interface RawRequest<Request> {
  /** Whatever they are. */
  readonly bytes: Uint8Array;
  /** Decodes and checks it, anew each time. Throws an OrchestratorError that says why it is refused. */
  validate(): ValidatedRequest<Request>;
}

/** Takes the requests of one method. Never throws. */
export type RequestValidator<Request> = (bytes: Uint8Array) => RawRequest<Request>;

/** Makes guards from the contract's own annotations (`buf.validate`). One a server. */
export class RequestValidators {
  private readonly planner: MessagePlanner;
  private readonly validator: Validator;
  private readonly contract: Contract;
  private readonly limits: RequestLimits;

  constructor(contract: Contract, limits: RequestLimits) {
    this.contract = contract;
    this.limits = limits;
    this.planner = new MessagePlanner(limits.maxElements);
    this.validator = createValidator({ registry: contract.registry });
  }

  /**
   * The guard of a method. `decode` is what the generated code does, `tenantOf` tells whose data a request is about. Everything
   * that is compiled on first use is compiled here, so that the first caller does not wait for it and a broken annotation keeps
   * the server from starting.
   */
  forMethod<Request>(
    path: string,
    decode: (bytes: Buffer) => Request,
    tenantOf: (message: Request) => string | undefined,
  ): RequestValidator<Request> {
    const schema = getRequestSchema(this.contract, path);
    const plan = this.planner.getPlan(schema);
    const warm = this.validator.validate(schema, create(schema));
    if (warm.kind === 'error') throw warm.error;
    const accept = (bytes: Uint8Array): ValidatedRequest<Request> => {
      try {
        const checked = this.checked(schema, plan, bytes);
        const message = decode(asBuffer(checked));
        return { message, bytes: checked, tenantId: tenantOf(message) };
      } catch (error) {
        throw error instanceof OrchestratorError ? error : undecodable(error);
      }
    };
    return (bytes) => ({ bytes, validate: () => accept(bytes) });
  }

  /** The bytes to decode. */
  private checked(schema: DescMessage, plan: MessagePlan, sent: Uint8Array): Uint8Array {
    if (sent.length > this.limits.maxMessageBytes) throw tooLarge(sent.length, this.limits.maxMessageBytes);
    return passesFastValidation(plan, sent, this.limits) ? sent : this.lookCloser(schema, plan, sent);
  }

  /** Names everything that is wrong; the bytes to decode where nothing is. */
  private lookCloser(schema: DescMessage, plan: MessagePlan, sent: Uint8Array): Uint8Array {
    const wire = validateWire(plan, sent, this.limits);
    if (wire.exceedsLimits) throw invalid(wire.violations);
    const message = this.parse(schema, sent, wire);
    const violations = this.violations(schema, message, wire.violations);
    if (violations.length > 0) throw invalid(violations);
    // The two decoders treat parts differently, so what was checked is what is decoded.
    return wire.hasSplitMessages ? toBinary(schema, message) : sent;
  }

  private parse(schema: DescMessage, bytes: Uint8Array, wire: WireFindings) {
    try {
      return fromBinary(schema, bytes, { readUnknownFields: false });
    } catch (error) {
      // A value that is too deep for the decoder was found before; say that.
      if (wire.violations.length > 0) throw invalid(wire.violations);
      throw error;
    }
  }

  /** What the walk found, then what the annotations say of fields that it did not name already. */
  private violations(
    schema: DescMessage,
    message: ReturnType<typeof fromBinary>,
    found: readonly FieldViolation[],
  ): readonly FieldViolation[] {
    const result = this.validator.validate(schema, message);
    switch (result.kind) {
      case 'valid':
        return found;
      case 'error':
        throw new OrchestratorError('INTERNAL', 'The contract could not be enforced.', { cause: result.error });
      case 'invalid': {
        const named = new Set(found.map(({ field }) => field));
        const checked = result.violations.map((violation) => ({
          field: pathToString(violation.field),
          description: `${violation.forKey ? 'the key ' : ''}${violation.message}`,
        }));
        return [...found, ...checked.filter(({ field }) => !named.has(field))];
      }
    }
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function invalid(violations: readonly FieldViolation[]): OrchestratorError {
  return new OrchestratorError('INVALID_REQUEST', 'The request breaks the contract', { violations });
}

function tooLarge(size: number, limit: number): OrchestratorError {
  return new OrchestratorError('TOO_LARGE', `The request has ${size} bytes; at most ${limit} are allowed.`);
}

function undecodable(cause: unknown): OrchestratorError {
  const why = cause instanceof Error ? cause.message : 'unknown';
  return new OrchestratorError('UNDECODABLE_REQUEST', `The request could not be decoded: ${why}.`, { cause });
}
