import { type CelError, type CelValue, isCelList, isCelMap } from '@bufbuild/cel';
import type { ConditionLimits } from './condition-limits';
import { conditionError } from './evaluation-error';

/**
 * What the evaluation under way may still do. An evaluation never waits for anything, so there is one at a time, and CEL
 * functions get nothing but their arguments: hence one counter for all.
 */
const allowance = { work: 0, listSize: 0 };

/** Begins an evaluation. */
export function resetBudget(limits: ConditionLimits): void {
  allowance.work = limits.maxWork;
  allowance.listSize = limits.maxListSize;
}

const tooMuchWork = conditionError('the evaluation takes too much work');
const tooLong = conditionError('a list is too long to go through');

/** Takes units of work; an error says that they are not left. */
export function charge(units: number): CelError | undefined {
  allowance.work -= units;
  return allowance.work < 0 ? tooMuchWork : undefined;
}

/** Takes the work of going through a list or map; an error where it is too long or the work is not left. */
export function chargeSize(size: number): CelError | undefined {
  return size > allowance.listSize ? tooLong : charge(size);
}

const charactersPerUnit = 64;
const comparedPerUnit = 4;

/** Takes the work of a function on an argument: one unit, and what comparing or going through all of it takes. */
export function chargeArgument(value: CelValue): CelError | undefined {
  return charge(1) ?? spendOnWhole(value);
}

function spendOnWhole(value: CelValue): CelError | undefined {
  if (typeof value === 'string') return charge(value.length / charactersPerUnit);
  if (!isCelList(value) && !isCelMap(value)) return undefined;
  const error = charge(value.size / comparedPerUnit);
  if (error !== undefined) return error;
  for (const part of value.values()) {
    const errorOfPart = spendOnWhole(part);
    if (errorOfPart !== undefined) return errorOfPart;
  }
  return undefined;
}

const scannedPerUnit = 32;

/** Takes the work of reading a field; beforehand, as reading what is not there is work too. */
export function chargeRead(): CelError | undefined {
  return charge(1);
}

/** Takes the work of converting a value that was read: only lists are looked through. */
export function chargeConversion(value: CelValue): CelError | undefined {
  return isCelList(value) ? charge(value.size / scannedPerUnit) : undefined;
}
