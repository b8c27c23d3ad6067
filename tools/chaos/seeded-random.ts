/** A seeded pseudorandom number generator (mulberry32). */
export class SeededRandom {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** Returns an integer from 0 (inclusive) to `bound` (exclusive). */
  nextInt(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  /** Returns true with a probability from 0 to 1. */
  nextBoolean(probability: number): boolean {
    return this.next() < probability;
  }

  /** Picks an element. Throws if the list is empty. */
  pick<T>(list: readonly T[]): T {
    const picked = list[this.nextInt(list.length)];
    if (picked === undefined) throw new Error('Cannot pick from an empty list.');
    return picked;
  }

  /** Returns a UUID of version 4. */
  nextUuid(): string {
    const hex = Array.from({ length: 32 }, () => this.nextInt(16).toString(16)).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** Creates an independent generator, so that calls to one do not change the values of the other. */
  fork(): SeededRandom {
    return new SeededRandom(this.nextInt(0x1_0000_0000));
  }
}
