import type { FieldPlan, MessagePlan } from './message-plan';
import { wireTypes } from './wire-reader';

/** Up to this number, elements are compared in pairs, without a text for each. */
const maxComparedPairs = 4;

/**
 * Checks the repeated fields of one message as a whole in a fast walk: how many elements they have, and whether those of a `unique` list are
 * different. An element is compared by its bytes.
 */
export class CheckedLists {
  /** The bounds of the elements of each unique field: start and end alternate. */
  private readonly bounds = new Map<FieldPlan, number[]>();
  private canCompare = true;

  constructor(private readonly bytes: Uint8Array) {}

  /** Adds an occurrence of a unique field. `isElement` is false for a block of packed elements. */
  add(field: FieldPlan, start: number, end: number, isElement: boolean): void {
    const bounds = this.bounds.get(field) ?? [];
    this.bounds.set(field, bounds);
    if (!isElement) this.addBlock(bounds, start, end);
    else if (field.wireType === wireTypes.delimited) bounds.push(this.skipLength(start), end);
    else bounds.push(start, end);
    // A number can be written with more bytes than it needs.
    if (isElement && field.wireType === wireTypes.varint && end - start > 1) this.canCompare = false;
  }

  /** Returns the start of the content that follows a length. */
  private skipLength(start: number): number {
    let at = start;
    while ((this.bytes[at] ?? 0) > 0x7f) at++;
    return at + 1;
  }

  /** A block has a length and then its elements. Only elements of one byte, such as those of an enum, are compared. */
  private addBlock(bounds: number[], start: number, end: number): void {
    const length = this.bytes[start] ?? 0;
    if (length !== end - start - 1) this.canCompare = false;
    for (let at = start + 1; at < end; at++) {
      if ((this.bytes[at] ?? 0) > 0x7f) this.canCompare = false;
      bounds.push(at, at + 1);
    }
  }

  areValid({ checkedLists }: MessagePlan, counts: readonly number[]): boolean {
    if (!this.canCompare) return false;
    for (const { minCount, slot } of checkedLists) if ((counts[slot] ?? 0) < minCount) return false;
    for (const bounds of this.bounds.values()) if (!this.areDifferent(bounds)) return false;
    return true;
  }

  private areDifferent(bounds: readonly number[]): boolean {
    const count = bounds.length / 2;
    if (count <= maxComparedPairs) return this.areDifferentInPairs(bounds);
    const texts = new Set<string>();
    for (let index = 0; index < bounds.length; index += 2) texts.add(this.toText(bounds[index], bounds[index + 1]));
    return texts.size === count;
  }

  private areDifferentInPairs(bounds: readonly number[]): boolean {
    for (let first = 0; first < bounds.length; first += 2) {
      for (let second = first + 2; second < bounds.length; second += 2) {
        if (this.isEqual(bounds[first], bounds[first + 1], bounds[second], bounds[second + 1])) return false;
      }
    }
    return true;
  }

  private isEqual(start = 0, end = 0, otherStart = 0, otherEnd = 0): boolean {
    if (end - start !== otherEnd - otherStart) return false;
    for (let index = 0; index < end - start; index++) {
      if (this.bytes[start + index] !== this.bytes[otherStart + index]) return false;
    }
    return true;
  }

  private toText(start = 0, end = 0): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + start, end - start).toString('latin1');
  }
}
