import { type CelError, celError, isCelError } from '@bufbuild/cel';

/** The error for a missing key: the condition lacks data (3.3). A shared instance, because creating errors is slow. */
export const missingKey: CelError = celError('@missing');

/**
 * Whether an evaluation failed because data is missing. For `&&` and `||`, the library merges errors into a new error that has the message
 * of the first error and the other errors as its cause. The first error's own cause is lost, so in the body of a macro another error can
 * hide a missing key and is then reported instead.
 */
export function isMissingKey(error: CelError): boolean {
  if (error.message === missingKey.message) return true;
  return Array.isArray(error.cause) && error.cause.some((cause) => isCelError(cause) && isMissingKey(cause));
}

/** Marks errors of our own functions, whose messages are safe to show. */
const ownPrefix = 'condition: ';

/** An error of one of our own functions. The reason must not contain customer values. */
export function createConditionError(reason: string): CelError {
  return celError(`${ownPrefix}${reason}`);
}

/**
 * Describes why an evaluation failed, for the report of the decision. Messages of the library can quote customer values ("cannot convert
 * '...'"), so only messages that consist of operators and types are passed on.
 */
export function describeError({ message }: CelError): string {
  if (message.startsWith(ownPrefix)) return message.slice(ownPrefix.length);
  const overload = /^found no matching overload for '?(\S+?)'? applied to '(?:([\w.]+)\.)?\(([\w., ]*)\)'$/.exec(
    message,
  );
  if (overload !== null) {
    const [, name = '', ...types] = overload;
    return `${toNotation(name)} is not defined for (${types.filter(Boolean).join(', ')})`;
  }
  return safeMessage.test(message) ? message : 'a function received an invalid value';
}

const safeMessage =
  /^(?:type mismatch: [\w ,().]+|(?:int|uint) (?:divide|modulus) by zero|(?:int|uint) overflow during \S+|unsupported key type)$/;

/** Converts the internal name of an operator to its notation: `_>_` to `>`. */
function toNotation(name: string): string {
  return `'${name === '_?_:_' ? '?:' : name.replace(/[_@]/g, '')}'`;
}
