import type { ConditionLimits } from './condition-limits';

/**
 * What the evaluation under way may still do. An evaluation never waits for anything, so there is one at a time, and CEL
 * functions get nothing but their arguments: hence one counter for all.
 */
const allowance = { work: 0, listSize: 0 };

/** Begins an evaluation. */
export function startWork(limits: ConditionLimits): void {
  allowance.work = limits.maxWork;
  allowance.listSize = limits.maxListSize;
}

/** Takes units of work; what is said instead of doing it is why it may not be done. */
export function refusalOfWork(units: number): string | undefined {
  allowance.work -= units;
  return allowance.work < 0 ? 'the evaluation takes too much work' : undefined;
}

/** Takes the work of going through a list or map. */
export function refusalOfSize(size: number): string | undefined {
  return size > allowance.listSize ? `a list has more than ${allowance.listSize} elements` : refusalOfWork(size);
}
