import { type CelError, type CelValue, isCelList, isCelMap } from '@bufbuild/cel';
import type { Allowance } from '../model/allowance';
import type { ConditionLimits } from './condition';
import { createConditionError } from './evaluation-errors';

/**
 * The remaining budget of the current evaluation. A module variable is sufficient, because evaluations are synchronous and only one runs at
 * a time. CEL functions receive only their arguments, so the budget cannot be passed to them.
 */
const budget = { units: 0, listSize: 0, isExhausted: false, refusals: 0 };

/** Resets the budget at the start of an evaluation, to the units of the limit or to those that the allowance of the call has left. */
export function resetBudget(limits: ConditionLimits, { remaining }: Pick<Allowance, 'remaining'>): void {
  budget.units = Math.min(limits.maxWork, remaining);
  budget.listSize = limits.maxListSize;
  budget.isExhausted = false;
  budget.refusals = 0;
}

/** The units that an evaluation costs in addition to those that its parts charge: binding its variables and reporting its result. */
const evaluationCost = 10;

/** The units of a part that is refused because the budget is exhausted. A macro continues after the error, once for each element. */
const refusalCost = 4;

/**
 * Spends what the evaluation has used.
 *
 * @throws OrchestratorError WORK_LIMIT if the evaluation needed more than the call had left.
 */
export function spendEvaluation(limits: ConditionLimits, allowance: Allowance): void {
  const { remaining } = allowance;
  if (budget.isExhausted && remaining < limits.maxWork) allowance.exhaust('conditions');
  const charged = Math.min(limits.maxWork, remaining) - budget.units;
  allowance.spend('conditions', evaluationCost + charged + budget.refusals * refusalCost);
}

const costExceeded = createConditionError('the evaluation exceeds its cost limit');
const listTooLong = createConditionError('a list exceeds the size limit');

/** Charges cost units; returns an error when the budget is exhausted. */
export function charge(units: number): CelError | undefined {
  if (budget.isExhausted || units > budget.units) {
    // The remaining units count as unused, because the refused work is not done.
    budget.isExhausted = true;
    budget.refusals += 1;
    return costExceeded;
  }
  budget.units -= units;
  return undefined;
}

/** Charges an iteration over a list or map; returns an error when it is too long or the budget is exhausted. */
export function chargeSize(size: number): CelError | undefined {
  return size > budget.listSize ? listTooLong : charge(size);
}

const charactersPerUnit = 32;
const comparedElementsPerUnit = 4;

/** Charges a function argument: one unit, plus the cost of comparing or scanning the whole value. */
export function chargeArgument(value: CelValue): CelError | undefined {
  return charge(1) ?? chargeContent(value);
}

function chargeContent(value: CelValue): CelError | undefined {
  if (typeof value === 'string') return charge(value.length / charactersPerUnit);
  if (!isCelList(value) && !isCelMap(value)) return undefined;
  // Reading the size of a large map is expensive, so it is not read when the budget is exhausted.
  const error = charge(1) ?? charge(value.size / comparedElementsPerUnit);
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

/**
 * Charges the conversion of a value that was read, and one scan of it by a function. Maps have no cost here, because they are converted when
 * their keys are read.
 */
export function chargeConversion(value: CelValue): CelError | undefined {
  if (typeof value === 'string') return charge(value.length / charactersPerUnit);
  return isCelList(value) ? charge(value.size / convertedElementsPerUnit) : undefined;
}

/** Charges one scan of an argument that can be long, by a function that does not look inside its elements. */
export function chargeScan(value: CelValue): CelError | undefined {
  return isCelMap(value) ? (charge(1) ?? charge(value.size / convertedElementsPerUnit)) : chargeConversion(value);
}
