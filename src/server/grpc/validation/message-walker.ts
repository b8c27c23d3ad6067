import { getUuidSpelling, isUnsafeKey, isUtf8Text, lowerCaseUuids } from './byte-checks';
import { CheckedLists } from './checked-lists';
import { allowsNumber, type TimestampConstraint } from './field-constraints';
import { type FieldPlan, isJsonEntryWithoutValue, type MessagePlan } from './message-plan';
import { overrun, WireReader, wireTypes } from './wire-reader';
import type { WireLimits, WireReport } from './wire-report';

const { varint, fixed64, delimited, fixed32 } = wireTypes;

/** Thrown to stop a fast walk. All requests share one object, because creating an error with a stack trace is slow. */
export const fullValidationRequired = new Error('The request needs full validation.');

/** Thrown to end a full walk early: the rest of a request with too many parts is not looked at. */
export const tooManyParts = new Error('The request has too many parts.');

const secondsTag = (1 << 3) | varint;
const nanosTag = (2 << 3) | varint;
const nanosPerSecond = 1e9;

/**
 * Walks over the bytes of a request without decoding them. Without a report it is a fast walk: it also checks the constraints
 * of single values, and stops at the first value that needs full validation. With a report it is a full walk: it collects
 * every violation with its path, and leaves the constraints of single values to protovalidate.
 */
export class MessageWalker extends WireReader {
  private readonly view: DataView;
  private readonly limits: WireLimits;
  private readonly report: WireReport | undefined;
  private jsonValues = 0;
  /** The positions of the UUIDs that contain capitals. */
  private capitalUuids: number[] | undefined;
  private parts = 0;

  constructor(bytes: Uint8Array, limits: WireLimits, report: WireReport | undefined) {
    super(bytes);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.limits = limits;
    this.report = report;
  }

  walk(plan: MessagePlan): void {
    this.walkMessage(plan, this.bytes.length, 0);
  }

  /** Returns the bytes with every UUID in lower case: the same array if they are already. Called after the walk. */
  getNormalizedBytes(): Uint8Array {
    return this.capitalUuids === undefined ? this.bytes : lowerCaseUuids(this.bytes, this.capitalUuids);
  }

  private walkMessage(plan: MessagePlan, end: number, jsonDepth: number): void {
    if (plan.needsFullValidation) this.stopFastWalk();
    const { fields } = plan;
    const isJson = plan.kind === 'json value';
    const counts = plan.repeatedFieldCount === 0 ? undefined : new Array<number>(plan.repeatedFieldCount).fill(0);
    const lists =
      plan.checkedLists.length === 0 || this.report !== undefined ? undefined : new CheckedLists(this.bytes);
    let seen = 0;
    this.countPart(plan);
    while (this.pos < end) {
      const tag = this.readUint32();
      const number = tag >>> 3;
      const field = number < fields.length ? fields[number] : undefined;
      if (field === undefined) {
        if (number === 0) throw this.createMalformedError('it contains the field number 0');
        this.skip(tag & 7, end);
      } else if (counts !== undefined && field.isRepeated) {
        const count = counts[field.slot] ?? 0;
        const start = this.pos;
        counts[field.slot] = count + this.walkRepeated(field, count, tag & 7, end, jsonDepth);
        if (lists !== undefined && field.isUnique) lists.add(field, start, this.pos, (tag & 7) === field.wireType);
      } else {
        const bit = 1 << field.slot;
        if (seen !== 0 && (isJson || (field.message !== undefined && (seen & bit) !== 0))) {
          this.noteRepeatedOccurrence((seen & bit) !== 0);
        }
        seen |= bit;
        this.walkSingular(field, tag & 7, end, jsonDepth);
      }
    }
    if (this.pos !== end) throw this.createMalformedError(overrun);
    if ((seen & plan.requiredFieldBits) !== plan.requiredFieldBits) this.stopFastWalk();
    // Two spellings of a UUID are the same element, which only full validation notices.
    if (lists !== undefined && (this.capitalUuids !== undefined || !lists.areValid(plan, counts ?? [])))
      this.stopFastWalk();
    if (isJson) this.endJsonValue(seen);
    else if (this.report !== undefined && isJsonEntryWithoutValue(plan, seen)) this.endJsonValue(0);
  }

  private walkSingular(field: FieldPlan, wireType: number, end: number, jsonDepth: number): void {
    if (wireType !== field.wireType) this.rejectWireType(field, wireType);
    if (field.message === undefined) {
      this.checkScalar(field, end);
      return;
    }
    const contentEnd = this.readDelimitedEnd(end);
    this.report?.path.enter(field.name);
    this.walkContent(field, field.message, contentEnd, jsonDepth);
    this.report?.path.leave();
  }

  /** Reads one occurrence of a repeated field and returns the number of elements in it. */
  private walkRepeated(field: FieldPlan, index: number, wireType: number, end: number, jsonDepth: number): number {
    if (wireType === delimited && field.isPackable) return this.walkPacked(field, index, end);
    if (wireType !== field.wireType) this.rejectWireType(field, wireType);
    if (index === field.maxCount) this.requireReport().addTooManyElements(field);
    if (index >= field.maxCount) {
      // The request is refused for this list, so the elements above its limit are not looked at.
      this.skip(wireType, end);
      this.countPart();
      return 1;
    }
    const { report } = this;
    if (report !== undefined) {
      if (field.message?.kind === 'map entry') report.path.enterEntry(field.name);
      else report.path.enterElement(field.name, index);
    }
    if (field.message === undefined) {
      this.checkScalar(field, end);
      this.countPart();
    } else this.walkContent(field, field.message, this.readDelimitedEnd(end), jsonDepth);
    report?.path.leave();
    return 1;
  }

  private walkPacked(field: FieldPlan, index: number, end: number): number {
    const blockEnd = this.readDelimitedEnd(end);
    let count = 0;
    for (; this.pos < blockEnd; count++) {
      if (index + count === field.maxCount) this.requireReport().addTooManyElements(field);
      this.report?.path.enterElement(field.name, index + count);
      this.checkScalar(field, blockEnd);
      this.report?.path.leave();
    }
    return count;
  }

  private walkContent(field: FieldPlan, message: MessagePlan, end: number, jsonDepth: number): void {
    const { report } = this;
    if (report === undefined) {
      const { constraint } = field;
      if (constraint.kind === 'unsupported') throw fullValidationRequired;
      if (constraint.kind === 'timestamp') {
        this.checkTimestamp(constraint, end);
        return;
      }
    } else if (message.kind === 'json value' && jsonDepth === 0) report.enterJsonRoot();
    const depth = field.isJsonContainer ? jsonDepth + 1 : jsonDepth;
    if (depth > this.limits.maxJsonDepth) {
      this.requireReport().addTooDeep(this.limits.maxJsonDepth);
      this.pos = end;
      return;
    }
    this.walkMessage(message, end, depth);
  }

  private checkScalar(field: FieldPlan, end: number): void {
    switch (field.wireType) {
      case varint: {
        const value = this.readInt32();
        if (this.pos > end) throw this.createMalformedError(overrun);
        if (this.report === undefined && !allowsNumber(field.constraint, value)) throw fullValidationRequired;
        break;
      }
      case fixed64:
        this.pos += 8;
        if (this.pos > end) throw this.createMalformedError(overrun);
        if (field.isFloat) this.checkFloat(field, this.view.getFloat64(this.pos - 8, true));
        break;
      case fixed32:
        this.pos += 4;
        if (this.pos > end) throw this.createMalformedError(overrun);
        if (field.isFloat) this.checkFloat(field, this.view.getFloat32(this.pos - 4, true));
        break;
      case delimited:
        this.checkText(field, this.readDelimitedEnd(end));
        break;
    }
  }

  private checkFloat(field: FieldPlan, value: number): void {
    if (!Number.isFinite(value)) {
      const report = this.requireReport();
      const description = 'must be a finite number, not NaN or an infinity';
      if (field.isRepeated) report.add(description);
      else report.addAt(field, description);
    } else if (this.report === undefined && !allowsNumber(field.constraint, value)) throw fullValidationRequired;
  }

  /** Checks a string or bytes. */
  private checkText(field: FieldPlan, end: number): void {
    const start = this.pos;
    this.pos = end;
    if (field.isMapKey) {
      this.report?.path.setKey(start, end);
      if (isUnsafeKey(this.bytes, start, end)) this.requireReport().add('the key __proto__ is not allowed');
    }
    if (this.report === undefined) {
      if (!this.allowsText(field, start, end)) throw fullValidationRequired;
    } else if (field.isUuid) this.readUuid(start, end);
  }

  /** Returns whether the bytes are a UUID, and notes the position of one with capitals. */
  private readUuid(start: number, end: number): boolean {
    const spelling = getUuidSpelling(this.bytes, start, end);
    if (spelling === 'with capitals') {
      this.capitalUuids ??= [];
      this.capitalUuids.push(start);
    }
    return spelling !== 'no uuid';
  }

  private allowsText({ constraint, isUuid, isText }: FieldPlan, start: number, end: number): boolean {
    const length = end - start;
    switch (constraint.kind) {
      case 'uuid':
        return length === 0 ? constraint.allowsEmpty : this.readUuid(start, end);
      case 'string':
        if (length < constraint.minBytes || length > constraint.maxBytes) return false;
        if (isUuid) this.readUuid(start, end);
        break;
      case 'none':
        break;
      case 'number':
      case 'enum':
      case 'timestamp':
      case 'unsupported':
        return false;
    }
    return !isText || isUtf8Text(this.bytes, start, end);
  }

  /** Checks a google.protobuf.Timestamp in a fast walk. */
  private checkTimestamp(constraint: TimestampConstraint, end: number): void {
    let seconds = 0;
    let nanos = 0;
    while (this.pos < end) {
      const tag = this.bytes[this.pos++];
      if (tag === secondsTag) seconds = this.readUint49();
      else if (tag === nanosTag) nanos = this.readInt32();
      else throw fullValidationRequired;
    }
    const isInRange = seconds >= constraint.minSeconds && seconds < constraint.maxSeconds;
    if (this.pos !== end || nanos < 0 || nanos >= nanosPerSecond || !isInRange) throw fullValidationRequired;
  }

  /** Counts a message that is not part of a JSON value, or an element of a list. */
  private countPart(plan?: MessagePlan): void {
    if (plan?.kind === 'json value') return;
    this.parts++;
    if (this.parts <= this.limits.maxParts) return;
    this.requireReport().addTooManyParts(this.limits.maxParts);
    throw tooManyParts;
  }

  /** Called at the end of a JSON value. `seen` has one bit for each kind of value that occurred. */
  private endJsonValue(seen: number): void {
    if (seen === 0) this.requireReport().add('must contain a JSON value; set null_value for null');
    this.jsonValues++;
    if (this.jsonValues === this.limits.maxJsonValues + 1) {
      this.requireReport().addTooManyJsonValues(this.limits.maxJsonValues);
    }
  }

  /**
   * Called when a message field occurs again, or when a JSON value has a second kind. Only occurrences of the same field are
   * merged.
   */
  private noteRepeatedOccurrence(isSameField: boolean): void {
    const report = this.requireReport();
    if (isSameField) report.hasSplitMessages = true;
  }

  private rejectWireType(field: FieldPlan, wireType: number): never {
    const report = this.requireReport();
    report.path.enter(field.name);
    throw this.createMalformedError(`${report.path.toText()} has wire type ${wireType}, not ${field.wireType}`);
  }

  protected override createMalformedError(description: string): Error {
    return this.report === undefined ? fullValidationRequired : super.createMalformedError(description);
  }

  /** Returns the report of a full walk. Stops a fast walk, because only full validation describes violations. */
  private requireReport(): WireReport {
    if (this.report === undefined) throw fullValidationRequired;
    return this.report;
  }

  private stopFastWalk(): void {
    if (this.report === undefined) throw fullValidationRequired;
  }
}
