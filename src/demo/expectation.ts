import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { TurnSummary } from './turn-summary';

const names = z.array(z.string()).default([]);
const words = z.record(z.string(), z.string()).default({});
const lists = z.record(z.string(), z.array(z.string())).default({});

/** What a conversation file expects of a turn. A key that is left out expects nothing of its kind. */
export const expectationSchema: z.ZodType<TurnSummary> = z.strictObject({
  started: names,
  resumed: names,
  paused: words,
  stays_paused: names,
  completed: words,
  cancelled: words,
  rejected: words,
  missing_soft_fields: lists,
  irreversible_done: lists,
  at: words,
  skipped: lists,
  asks: lists,
  confirms: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  acts: lists,
  informs: lists,
  silent: names,
  reprompts: names,
  deferred: names,
  primary: z.string().default(''),
});

/** What differs from the expectation, a line each; empty where everything is as expected. Lists have an order. */
export function unmetExpectations(expected: TurnSummary, happened: TurnSummary): readonly string[] {
  return Object.entries(expected).flatMap(([key, wanted]) => {
    const got: unknown = Reflect.get(happened, key);
    return isDeepStrictEqual(plain(wanted), plain(got))
      ? []
      : [`${key}: expected ${JSON.stringify(wanted)}, but it is ${JSON.stringify(got)}`];
  });
}

/** As JSON: what was decoded has other prototypes than what was written. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

/** The scenarios that an expectation names. */
export function namedScenarios(expected: TurnSummary): readonly string[] {
  return Object.values(expected).flatMap((value: unknown): string[] => {
    if (typeof value === 'string') return value === '' ? [] : [value];
    if (Array.isArray(value)) return value.filter((name) => typeof name === 'string');
    return typeof value === 'object' && value !== null ? Object.keys(value) : [];
  });
}
