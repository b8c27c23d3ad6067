/** What stands in a log line in place of a value of a customer. */
export const redacted = '[redacted]';

/** Fields that hold what customers said or who they are, or that let somebody in. */
const sensitiveWords: readonly (readonly string[])[] = [
  ['candidate', 'variables'],
  ['customer'],
  ['customer', 'data'],
  ['data'],
  ['facts'],
  ['instance', 'variables'],
  ['known', 'values'],
  ['message'],
  ['patch'],
  ['request'],
  ['response'],
  ['results'],
  ['session', 'variables'],
  ['situation'],
  ['value'],
  ['values'],
  ['variables'],
  ['api', 'key'],
  ['authorization'],
  ['bearer'],
  ['credential'],
  ['credentials'],
  ['password'],
  ['private', 'key'],
  ['secret'],
  ['token'],
  ['url'],
];

const sensitiveNames: ReadonlySet<string> = new Set(
  sensitiveWords.flatMap((words) => [
    words.join('_'),
    words.map((word, at) => (at === 0 ? word : capital(word))).join(''),
  ]),
);

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/**
 * Whether a field is named as values of customers and secrets are, in snake_case or camelCase. The pipeline logs none of
 * them; this is the second lock.
 */
export function isSensitiveField(name: string): boolean {
  return sensitiveNames.has(name);
}
