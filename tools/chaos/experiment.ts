/** The inputs of an experiment. */
export interface ExperimentContext {
  /** The same seed produces the same turns. The order of turns and faults differs from run to run. */
  readonly seed: number;
  readonly reportProgress: (text: string) => void;
}

/** One fault or load pattern, in two sizes. */
export interface Experiment {
  /** The number in docs/consistency.md. */
  readonly number: number;
  readonly name: string;
  readonly full: (context: ExperimentContext) => Promise<Outcome>;
  /** A form for the tests that takes a few seconds; undefined if the experiment has no short form. */
  readonly short?: (context: ExperimentContext) => Promise<Outcome>;
}

/** The counts and violations of an experiment. */
export interface Outcome {
  /** The figures of the report by label, in the order of the report. */
  readonly counts: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
}

export type ViolationKind =
  | 'lost' // an acknowledged turn is not recorded
  | 'duplicate' // a turn was applied more than once
  | 'gap' // the revisions are not 1, 2, 3 ...
  | 'replay' // a retry got different bytes, or was not marked as a replay
  | 'response' // the recorded response differs from the acknowledged one, or from the decision of the rules
  | 'state' // the session is not the result of its recorded turns
  | 'status' // a call failed with a status that clients are not expected to retry
  | 'expectation'; // a condition of this experiment does not hold

/** A broken guarantee. */
export interface Violation {
  readonly kind: ViolationKind;
  /** One line with the place and the problem. */
  readonly text: string;
}
