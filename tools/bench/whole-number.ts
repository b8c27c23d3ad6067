/** A number of a command line, at least 1. Throws an Error that says what is wrong. */
export function wholeNumber(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new Error(`${option} takes a whole number from 1 on, but there is “${text}”.`);
  return Number(text);
}
