import { type CelError, type CelValue, isCelList, isCelMap } from '@bufbuild/cel';
import type { ConditionLimits } from './condition';
import { createConditionError } from './evaluation-errors';

/**
 * The remaining budget of the current evaluation. A module variable is sufficient, because evaluations are synchronous and only one runs at
 * a time. CEL functions receive only their arguments, so the budget cannot be passed to them.
 */
const budget = { units: 0, listSize: 0 };

/** Resets the budget at the start of an evaluation. */
export function resetBudget(limits: ConditionLimits): void {
  budget.units = limits.maxWork;
  budget.listSize = limits.maxListSize;
}

const costExceeded = createConditionError('the evaluation exceeds its cost limit');
const listTooLong = createConditionError('a list exceeds the size limit');

/** Charges cost units; returns an error when the budget is exhausted. */
export function charge(units: number): CelError | undefined {
  budget.units -= units;
  return budget.units < 0 ? costExceeded : undefined;
}

/** Charges an iteration over a list or map; returns an error when it is too long or the budget is exhausted. */
export function chargeSize(size: number): CelError | undefined {
  return size > budget.listSize ? listTooLong : charge(size);
}

const charactersPerUnit = 64;
const comparedElementsPerUnit = 4;

/** Charges a function argument: one unit, plus the cost of comparing or scanning the whole value. */
export function chargeArgument(value: CelValue): CelError | undefined {
  return charge(1) ?? chargeContent(value);
}

function chargeContent(value: CelValue): CelError | undefined {
  if (typeof value === 'string') return charge(value.length / charactersPerUnit);
  if (!isCelList(value) && !isCelMap(value)) return undefined;
  const error = charge(value.size / comparedElementsPerUnit);
  if (error !== undefined) return error;
  for (const element of value.values()) {
    const elementError = chargeContent(element);
    if (elementError !== undefined) return elementError;
  }
  return undefined;
}

const convertedElementsPerUnit = 32;

/** Charges a field read. Call this before the read, because a read of a missing key has a cost too. */
export function chargeRead(): CelError | undefined {
  return charge(1);
}

/** Charges the conversion of a value that was read. Only lists have a cost, because maps are converted when their keys are read. */
export function chargeConversion(value: CelValue): CelError | undefined {
  return isCelList(value) ? charge(value.size / convertedElementsPerUnit) : undefined;
}
