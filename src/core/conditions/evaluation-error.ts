import { type CelError, celError, isCelError } from '@bufbuild/cel';

/** The error of a key that is not there: the condition misses data (3.3). One for all, as making an error is slow. */
export const missingKey: CelError = celError('@missing');

/**
 * Whether an evaluation failed for want of data. The library merges the errors of `&&` and `||` into a new one with the first
 * one's message and the others as its cause; what that one had as its cause is lost, so in the body of a macro a missing key may
 * hide behind another error, which is then reported.
 */
export function isMissingKey(error: CelError): boolean {
  if (error.message === missingKey.message) return true;
  return Array.isArray(error.cause) && error.cause.some((cause) => isCelError(cause) && isMissingKey(cause));
}

/** Errors of our own functions, whose words are safe to show. */
const own = 'condition: ';

/** An error of one of our own functions; the reason must hold no value of the customer. */
export function conditionError(reason: string): CelError {
  return celError(`${own}${reason}`);
}

/**
 * Why an evaluation failed, for the decision's report. Messages of the library may quote values of the customer ("cannot convert
 * '...'"), so only those are passed on that name nothing but operators and types.
 */
export function describeError({ message }: CelError): string {
  if (message.startsWith(own)) return message.slice(own.length);
  const overload = /^found no matching overload for '?(\S+?)'? applied to '(?:([\w.]+)\.)?\(([\w., ]*)\)'$/.exec(
    message,
  );
  if (overload !== null) {
    const [, name = '', target, parameters = ''] = overload;
    const types = [target, parameters].filter((type) => type !== undefined && type !== '').join(', ');
    return `there is no ${operatorName(name)} for (${types})`;
  }
  return quotable.test(message) ? message : 'a function cannot take the value that it is given';
}

const quotable =
  /^(?:type mismatch: [\w ,().]+|(?:int|uint) (?:divide|modulus) by zero|(?:int|uint) overflow during \S+|unsupported key type)$/;

/** `_>_` is `>` to the author. */
function operatorName(name: string): string {
  return `'${name === '_?_:_' ? '?:' : name.replace(/^[_@]+|_+$/g, '')}'`;
}
