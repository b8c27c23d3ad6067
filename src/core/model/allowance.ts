import type { ConditionResult } from './condition-result';
import { OrchestratorError } from './orchestrator-error';

/** The kinds of work. The error of a call that needs too much work names the kind. */
export type WorkKind = 'conditions' | 'transitions' | 'steps' | 'compiled conditions' | 'checks';

/**
 * The work that may be done for a call, in units of about 0.1 microseconds. Code spends units before it does work that a caller can make
 * large, so that the work never exceeds the limit. The count does not depend on the machine, so that the same call always has the same
 * result.
 */
export class Allowance {
  protected spent = 0;

  constructor(
    /** The number of units; Infinity for no limit. */
    readonly limit: number,
    /** The setting that the error names. */
    private readonly setting = 'limits.turn_work',
  ) {}

  /** The units that are left; never negative. */
  get remaining(): number {
    return this.limit - this.spent;
  }

  /** The units that were spent; never more than the limit. */
  get used(): number {
    return this.spent;
  }

  /** @throws OrchestratorError WORK_LIMIT if fewer units are left. All of them then count as used. */
  spend(kind: WorkKind, units: number): void {
    if (units > this.remaining) this.exhaust(kind);
    this.spent += units;
  }

  /** Returns the result that an evaluation had before the work was paused; undefined if it is new. See PausableAllowance. */
  recall(_text: string): ConditionResult | undefined {
    return undefined;
  }

  /** Keeps the result of the evaluation for which `recall` has returned undefined. */
  remember(_text: string, _result: ConditionResult): void {
    // Only work that pauses runs again.
  }

  /** Refuses the call, because work of a kind needs more than what is left. */
  exhaust(kind: WorkKind): never {
    this.spent = this.limit;
    const { limit, setting } = this;
    throw new OrchestratorError('WORK_LIMIT', `${descriptions[kind]} ${remedies[kind]} The limit is ${setting}.`, {
      metadata: { work: kind, limit: String(limit), setting },
    });
  }
}

const descriptions: Readonly<Record<WorkKind, string>> = {
  conditions: 'The call needs too much work: the conditions that it evaluates are too expensive.',
  transitions: 'The call needs too much work: it looks at too many transitions.',
  steps: 'The call needs too much work: it passes through too many steps.',
  'compiled conditions': 'The call needs too much work: its definitions have too many conditions, or too long ones.',
  checks: 'The call needs too much work: its definitions are too large.',
};

const remedies: Readonly<Record<WorkKind, string>> = {
  conditions: 'Use fewer nested macros, shorter lists and texts, or fewer transitions.',
  transitions: 'Use fewer global and ANYTIME transitions, or fewer steps that a turn passes.',
  steps: 'Use fewer steps that one turn passes, or fewer active scenarios.',
  'compiled conditions': 'Use fewer or shorter conditions, or several scenarios.',
  checks: 'Use fewer steps and transitions, or several scenarios.',
};
