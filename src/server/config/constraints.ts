import { readFileSync } from 'node:fs';
import { types } from 'node:util';
import { z } from 'zod';
import { parseDuration } from './duration';

// Each constraint has one sentence that says what is allowed; it is the whole message, whatever is wrong with the value.

/** A whole number within bounds, both included. */
export function wholeNumber(min: number, max: number): z.ZodNumber {
  const error = `must be a whole number, ${min}..${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** A number within bounds, both included. */
export function boundedNumber(min: number, max: number): z.ZodNumber {
  const error = `must be a number, ${min}..${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
}

/** A switch. */
export function flag(): z.ZodBoolean {
  return z.boolean({ error: 'must be true or false' });
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.enum(words, { error: `must be one of ${words.map((word) => `"${word}"`).join(', ')}` });
}

/** Text within bounds of its length in characters, both included. */
export function text(min: number, max: number): z.ZodString {
  const error = min === 0 ? `must be text of at most ${max} characters` : `must be text of ${min} to ${max} characters`;
  return z.string({ error }).min(min, { error }).max(max, { error });
}

/** Text that a predicate accepts. */
export function textMatching(error: string, accepts: (value: string) => boolean): z.ZodString {
  return z.string({ error }).refine(accepts, { error });
}

/** A duration such as "30d" within bounds that are durations themselves, both included. Read as milliseconds. */
export function duration(min: string, max: string) {
  const error = `must be a duration, ${min}..${max}: a whole number with ms, s, m, h or d, for example "30d"`;
  const [least, most] = [parseDuration(min) ?? 0, parseDuration(max) ?? 0];
  return z.string({ error }).transform((value, context) => {
    const ms = parseDuration(value);
    if (ms !== undefined && ms >= least && ms <= most) return ms;
    context.addIssue(error);
    return z.NEVER;
  });
}

/** The path of a file, or nothing. Read as the text of the file, without a line break at its end. */
export function fileContent() {
  const error = 'must be empty or the path of a file with text in it';
  return z.string({ error }).transform((path, context) => {
    if (path === '') return '';
    try {
      const content = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
      if (content !== '') return content;
      context.addIssue(error);
    } catch (cause) {
      context.addIssue(`${error}; ${types.isNativeError(cause) ? cause.message : String(cause)}`);
    }
    return z.NEVER;
  });
}
