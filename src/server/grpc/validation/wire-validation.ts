import type { FieldViolation } from '../../../core/model/orchestrator-error';
import { FieldPath } from './field-path';
import { delimited, type FieldPlan, fixed64, type MessagePlan } from './message-plan';
import { isUnsafeKey } from './unsafe-key';
import { MalformedMessageError, WireReader } from './wire-reader';

/** Bounds that hold for every request, whatever its type. */
export interface WireLimits {
  /** How deep objects and lists of one JSON value may nest. */
  readonly maxJsonDepth: number;
  /** How many JSON values a request may hold, the ones within others included. */
  readonly maxJsonValues: number;
}

/** What a walk over the bytes found. */
export interface WireFindings {
  readonly violations: readonly FieldViolation[];
  /** A single message field comes more than once, which the wire format allows: its parts have to be merged. */
  readonly hasSplitMessages: boolean;
  /** Decoding would build far more than the contract allows. */
  readonly exceedsLimits: boolean;
}

const MOST_VIOLATIONS = 200;

/**
 * Walks over a request's bytes before anything is decoded. It finds what the two decoders that come after it would read
 * differently, drop without a word or pay dearly for: wire types that do not fit the field, messages in parts, the map key
 * `__proto__`, JSON values that are empty, NaN, infinite, too deep or too many, and lists beyond the contract's bound.
 *
 * @throws MalformedWire where the bytes are no message of that type.
 */
export function validateWire(plan: MessagePlan, bytes: Uint8Array, limits: WireLimits): WireFindings {
  const walk = new WireWalk(bytes, limits);
  walk.message(plan, bytes.length, 0);
  return walk;
}

class WireWalk implements WireFindings {
  readonly violations: FieldViolation[] = [];
  hasSplitMessages = false;
  exceedsLimits = false;

  private readonly reader: WireReader;
  private readonly path: FieldPath;
  private readonly limits: WireLimits;
  private jsonValues = 0;
  /** Depth of the path where the JSON value begins that the walk is in. */
  private jsonRoot = 0;

  constructor(bytes: Uint8Array, limits: WireLimits) {
    this.reader = new WireReader(bytes);
    this.path = new FieldPath(bytes);
    this.limits = limits;
  }

  message(plan: MessagePlan, end: number, jsonDepth: number): void {
    const { reader } = this;
    const counts = plan.repeatedFieldCount === 0 ? undefined : new Array<number>(plan.repeatedFieldCount).fill(0);
    let seen = 0;
    while (reader.pos < end) {
      const tag = reader.uint32();
      const number = tag >>> 3;
      const wireType = tag & 7;
      const field = number < plan.fields.length ? plan.fields[number] : undefined;
      if (field === undefined) {
        if (number === 0) throw new MalformedMessageError('it holds the field number 0');
        reader.skip(wireType, end);
      } else if (counts !== undefined && field.isRepeated) {
        const index = counts[field.slot] ?? 0;
        counts[field.slot] = index + this.repeated(field, index, wireType, end, jsonDepth);
      } else {
        const bit = 1 << field.slot;
        if ((seen & bit) !== 0 && (field.message !== undefined || plan.kind === 'json value'))
          this.hasSplitMessages = true;
        seen |= bit;
        this.single(field, wireType, end, jsonDepth);
      }
    }
    if (reader.pos !== end) throw new MalformedMessageError('a value is longer than what holds it');
    if (plan.kind === 'json value') this.jsonValue(seen);
    // An entry without a value stands for the empty JSON value, which is none.
    if (plan.kind === 'map entry' && (seen & 2) === 0 && plan.fields[2]?.message?.kind === 'json value')
      this.jsonValue(0);
  }

  private single(field: FieldPlan, wireType: number, end: number, jsonDepth: number): void {
    this.expect(wireType, field);
    if (field.message === undefined) {
      this.scalar(field, end);
      return;
    }
    const contentEnd = this.reader.delimitedEnd(end);
    this.path.enter(field.name);
    this.content(field, field.message, contentEnd, jsonDepth);
    this.path.leave();
  }

  /** Reads one occurrence of a repeated field; returns how many elements it held. */
  private repeated(field: FieldPlan, index: number, wireType: number, end: number, jsonDepth: number): number {
    if (wireType === delimited && field.isPackable) return this.packed(field, index, end);
    this.expect(wireType, field);
    if (index === field.maxCount) this.exceeds(field);
    if (field.message?.kind === 'map entry') this.path.enterEntry(field.name);
    else this.path.enterElement(field.name, index);
    if (field.message === undefined) this.scalar(field, end);
    else this.content(field, field.message, this.reader.delimitedEnd(end), jsonDepth);
    this.path.leave();
    return 1;
  }

  private packed(field: FieldPlan, index: number, end: number): number {
    const { reader } = this;
    const blockEnd = reader.delimitedEnd(end);
    let count = 0;
    for (; reader.pos < blockEnd; count++) {
      if (index + count === field.maxCount) this.exceeds(field);
      this.path.enterElement(field.name, index + count);
      this.scalar(field, blockEnd);
      this.path.leave();
    }
    return count;
  }

  private content(field: FieldPlan, message: MessagePlan, end: number, jsonDepth: number): void {
    if (message.kind === 'json value' && jsonDepth === 0) this.jsonRoot = this.path.depth;
    const depth = field.isJsonContainer ? jsonDepth + 1 : jsonDepth;
    if (depth > this.limits.maxJsonDepth) {
      const root = this.path.toText(this.jsonRoot);
      if (this.violations.at(-1)?.field !== root) {
        this.violate(root, `must not nest objects and lists more than ${this.limits.maxJsonDepth} levels deep`);
      }
      this.reader.pos = end;
      return;
    }
    this.message(message, end, depth);
  }

  private scalar(field: FieldPlan, end: number): void {
    const { reader } = this;
    if (field.isMapKey && field.wireType === delimited) {
      this.key(reader.delimitedEnd(end));
      return;
    }
    reader.skip(field.wireType, end);
    if (field.isFloat && reader.isInfiniteOrNaN(reader.pos, field.wireType === fixed64 ? 8 : 4)) {
      if (!field.isRepeated) this.path.enter(field.name);
      this.violate(this.path.toText(), 'must be a finite number, not NaN or an infinity');
      if (!field.isRepeated) this.path.leave();
    }
  }

  private key(end: number): void {
    const { reader } = this;
    this.path.setKey(reader.pos, end);
    if (isUnsafeKey(reader.bytes, reader.pos, end))
      this.violate(this.path.toText(), 'the key __proto__ is not allowed');
    reader.pos = end;
  }

  /** At the end of a JSON value of which the kinds in `seen` came. */
  private jsonValue(seen: number): void {
    if (seen === 0) this.violate(this.path.toText(), 'must hold a JSON value; set null_value for null');
    this.jsonValues++;
    if (this.jsonValues === this.limits.maxJsonValues + 1) {
      this.exceedsLimits = true;
      this.violate(
        this.path.toText(this.jsonRoot),
        `a request must hold at most ${this.limits.maxJsonValues} JSON values`,
      );
    }
  }

  private exceeds(field: FieldPlan): void {
    this.exceedsLimits = true;
    this.path.enter(field.name);
    this.violate(this.path.toText(), `must contain no more than ${field.maxCount} item(s)`);
    this.path.leave();
  }

  private expect(wireType: number, field: FieldPlan): void {
    if (wireType === field.wireType) return;
    this.path.enter(field.name);
    throw new MalformedMessageError(`${this.path.toText()} has wire type ${wireType}, not ${field.wireType}`);
  }

  private violate(field: string, description: string): void {
    if (this.violations.length < MOST_VIOLATIONS) this.violations.push({ field, description });
  }
}
