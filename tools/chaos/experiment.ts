import type { Violation } from './violation';

/** How an experiment is run. */
export interface Conditions {
  /** The same seed sends the same turns; when they meet what is done to the servers differs from run to run. */
  readonly seed: number;
  /** Told how far it is; `what` is a few words. */
  readonly progress: (what: string) => void;
}

/** What an experiment did and found. */
export interface Outcome {
  /** What was done, counted as it was done, in the order in which it is told. */
  readonly counts: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
}

/** One thing that is shown. Its parameters say how often things are done; there are two sets of them. */
export interface Experiment {
  /** Its number in docs/consistency.md. */
  readonly number: number;
  readonly name: string;
  /** The whole of it. */
  readonly full: (conditions: Conditions) => Promise<Outcome>;
  /** Of a few seconds, for the tests; left out where that cannot be. */
  readonly short?: (conditions: Conditions) => Promise<Outcome>;
}
