import { Allowance } from './allowance';
import type { ConditionResult } from './condition-result';

/** Thrown by work that pauses. Nothing in the core catches it. */
export class WorkPaused extends Error {
  override readonly name = 'WorkPaused';
}

/** The result of an evaluation, and the units that it cost. */
interface Evaluation {
  readonly text: string;
  readonly units: number;
  readonly result: ConditionResult;
}

/**
 * The allowance of work that pauses. The work must be pure: it throws `WorkPaused`, and is started again with the same input after `resume`.
 * Evaluations of conditions, which are the expensive part, return what they returned before and cost the same, so that the work continues where
 * it was paused and has the same result as without a pause.
 */
export class PausableAllowance extends Allowance {
  private readonly evaluations: Evaluation[] = [];
  /** The number of evaluations since the last start. */
  private position = 0;
  /** The units of the evaluations that were recalled since the last start. */
  private recalled = 0;
  /** The units at the start of the evaluation that is running. */
  private startedAt = 0;
  /** The units of the new evaluations since the last start. */
  private evaluated = 0;

  constructor(
    limit: number,
    /** The units of new evaluations after which the work pauses. A part has at least one new evaluation. */
    private readonly unitsPerPart: number,
  ) {
    super(limit);
  }

  /** The units of the work that was done since the last start. */
  get usedInPart(): number {
    return this.used - this.recalled;
  }

  /** Prepares the work to be started again. */
  resume(): void {
    this.spent = 0;
    this.position = 0;
    this.recalled = 0;
    this.evaluated = 0;
  }

  /** @throws WorkPaused if the evaluation is new and the part is over. */
  override recall(text: string): ConditionResult | undefined {
    const known = this.evaluations[this.position];
    if (known === undefined) {
      if (this.evaluated > 0 && this.evaluated >= this.unitsPerPart) throw new WorkPaused();
      this.startedAt = this.used;
      return undefined;
    }
    if (known.text !== text) throw new Error('Work that was paused is not pure: it evaluates another condition.');
    this.position += 1;
    this.spent += known.units;
    this.recalled += known.units;
    return known.result;
  }

  override remember(text: string, result: ConditionResult): void {
    const units = this.used - this.startedAt;
    this.evaluations.push({ text, units, result });
    this.position += 1;
    this.evaluated += units;
  }
}
