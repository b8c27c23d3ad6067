/** One thing that is wrong with, or noteworthy in, a scenario. ERROR refuses it, WARNING informs. */
export interface ScenarioFinding {
  readonly severity: 'ERROR' | 'WARNING';
  /** Stable, upper snake case. */
  readonly code: string;
  /** What is wrong and what to do, in a sentence. */
  readonly message: string;
  /** Path into the scenario in the contract's field names, for example `steps[2].transitions[0].condition`. */
  readonly fieldPath: string;
  /** "" where none is concerned. */
  readonly stepId: string;
  /** "" where none is concerned. */
  readonly transitionId: string;
  /** Within a condition, from 1; 0 where there is none. */
  readonly line: number;
  readonly column: number;
}
