import type { Closers } from '../closers';
import type { BenchServer } from '../servers/bench-server';

/** One size of what an experiment lets grow, with everything started that it needs. */
export interface Variant {
  readonly name: string;
  readonly servers: readonly BenchServer[];
  readonly connections: number;
  /** What was found while it was set up, by heading with the unit. */
  readonly found: Readonly<Record<string, number>>;
}

/** How large it may become. */
export interface Extent {
  /** The largest sizes too, which take their time and memory. */
  readonly full: boolean;
  /** Sizes of a few, for the tests. */
  readonly short: boolean;
}

/** Something that grows, while the same turns are sent. */
export interface Experiment {
  readonly name: string;
  /** Starts all sizes, the smallest first; the others are compared with it. */
  readonly start: (extent: Extent, closers: Closers) => Promise<readonly Variant[]>;
}

/** The sizes of an extent. */
export function sizesOf(extent: Extent, usual: readonly number[], fullOnly: readonly number[] = []): readonly number[] {
  if (extent.short) return usual.map((_, index) => (index + 1) * 2);
  return extent.full ? [...usual, ...fullOnly] : usual;
}
