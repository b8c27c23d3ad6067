import { readFileSync } from 'node:fs';
import { types } from 'node:util';
import { z } from 'zod';

// The building blocks of the schema. Each constraint has one message that states what is allowed. The message is the same for
// every kind of invalid value.

/** A whole number from `min` to `max`, both inclusive. */
export function wholeNumber(min: number, max: number): z.ZodNumber {
  const error = `must be a whole number, ${min}..${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** A whole number from `min` to `max`, both inclusive, or the word "auto". */
export function wholeNumberOrAuto(min: number, max: number) {
  const error = `must be "auto" or a whole number, ${min}..${max}`;
  return z.union([z.literal('auto'), z.int({ error }).min(min, { error }).max(max, { error })], { error });
}

/** A number from `min` to `max`, both inclusive. */
export function boundedNumber(min: number, max: number): z.ZodNumber {
  const error = `must be a number, ${min}..${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
}

export function flag(): z.ZodBoolean {
  return z.boolean({ error: 'must be true or false' });
}

/** One of a fixed set of strings. */
export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, { error: `must be one of ${values.map((value) => `"${value}"`).join(', ')}` });
}

/** A string of `min` to `max` characters, both inclusive. */
export function text(min: number, max: number): z.ZodString {
  const error =
    min === 0 ? `must be a string of at most ${max} characters` : `must be a string of ${min} to ${max} characters`;
  return z.string({ error }).min(min, { error }).max(max, { error });
}

/** A string that satisfies a predicate. */
export function textMatching(error: string, isValid: (value: string) => boolean): z.ZodString {
  return z.string({ error }).refine(isValid, { error });
}

/** A duration such as "30d", parsed to milliseconds. The bounds are durations too, both inclusive. */
export function duration(min: string, max: string) {
  const error = `must be a duration, ${min}..${max}: a whole number followed by ms, s, m, h or d, for example "30d"`;
  const [minMs, maxMs] = [parseDuration(min) ?? 0, parseDuration(max) ?? 0];
  return z.string({ error }).transform((value, context) => {
    const ms = parseDuration(value);
    if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
    context.addIssue(error);
    return z.NEVER;
  });
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses a duration such as "30d" to milliseconds; undefined if the text is not a duration. */
function parseDuration(value: string): number | undefined {
  const match = /^(\d{1,15})(ms|s|m|h|d)$/.exec(value);
  const unit = unitMs[match?.[2] ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

const textFile = 'must be empty or the path of a non-empty text file';

/** An empty string or the path of a text file. Parsed to the content of the file without its final line break. */
export function fileContent() {
  return z.string({ error: textFile }).transform((path, context) => {
    const { content, problem } = readTextFile(path);
    if (problem !== undefined) context.addIssue(problem);
    return content;
  });
}

/** An empty string or the path of a text file that is not empty. The service reads the file again when it changes. */
export function readableFile() {
  return z.string({ error: textFile }).superRefine((path, context) => {
    const { problem } = readTextFile(path);
    if (problem !== undefined) context.addIssue(problem);
  });
}

function readTextFile(path: string): { readonly content: string; readonly problem?: string } {
  if (path === '') return { content: '' };
  try {
    const content = removeFinalLineBreak(readFileSync(path, 'utf8'));
    return content === '' ? { content, problem: textFile } : { content };
  } catch (cause) {
    return { content: '', problem: `${textFile}; ${types.isNativeError(cause) ? cause.message : String(cause)}` };
  }
}

/** Removes the line break at the end of a file, which editors add. */
export function removeFinalLineBreak(content: string): string {
  return content.replace(/\r?\n$/, '');
}

/** A rule across several keys of a section. It runs even if another key is invalid, so values may have the wrong type. */
export interface SectionRule<Fields> {
  /** The key that the problem is reported for. */
  readonly key: keyof Fields & string;
  readonly error: string;
  holds(fields: Fields): boolean;
}

export function withRules<Section extends z.ZodObject>(
  section: Section,
  rules: readonly SectionRule<z.infer<Section>>[],
): Section {
  return rules.reduce(
    (checked, { key, error, holds }) => checked.refine(holds, { when: always, path: [key], error }),
    section,
  );
}

/** Runs a refinement even if another key is invalid, so that all problems are reported together. */
export const always = () => true;

/** Whether a key has a value other than the empty string and the empty list. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);
}

/** Whether an address is reachable from this machine only. Every other host name counts as reachable from other machines. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Whether requests to a URL are sent in plain text to another machine. False for everything that is not an http:// URL. */
export function isPlainTextUrl(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !isLoopback(hostname.replace(/^\[|\]$/g, ''));
}
