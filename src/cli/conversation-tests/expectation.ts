import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { ByScenario, TurnSummary } from './turn-summary';

/** What has to happen in a turn, in the words of a conversation file. A key that is left out says nothing about its kind. */
export type Expectation = { readonly [Key in keyof TurnSummary]?: TurnSummary[Key] | undefined };

/** One thing that did not happen as expected. */
export interface Difference {
  /** What it is about: a key of the expectation. */
  readonly key: string;
  /** The scenario that it is about; "" where the expectation is not by scenario. */
  readonly scenario: string;
  /** Undefined: it was not to happen. */
  readonly expected: unknown;
  /** Undefined: it did not happen. */
  readonly actual: unknown;
}

const names = z.array(z.string());
const words = z.record(z.string(), z.string());
const lists = z.record(z.string(), z.array(z.string()));

/** The form of an expectation, key by key; each may be left out. */
const shape = {
  started: names,
  resumed: names,
  continued: names,
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
  confirms: z.record(z.string(), z.record(z.string(), z.json())),
  choices: names,
  hints: lists,
  informs: lists,
  silent: names,
  reprompts: names,
  deferred: names,
  primary: z.string(),
} satisfies { readonly [Key in keyof TurnSummary]: z.ZodType };

export const expectationSchema: z.ZodType<Expectation> = z.strictObject(shape).partial();

/** The expectation with nothing of the kinds that it leaves out: what is not listed must not happen. */
export function makeExact(expected: Expectation): Expectation {
  return { ...nothing, ...expected };
}

const nothing: TurnSummary = {
  started: [],
  resumed: [],
  continued: [],
  paused: {},
  stays_paused: [],
  completed: {},
  cancelled: {},
  rejected: {},
  missing_soft_fields: {},
  irreversible_done: {},
  at: {},
  skipped: {},
  asks: {},
  confirms: {},
  choices: [],
  hints: {},
  informs: {},
  silent: [],
  reprompts: [],
  deferred: [],
  primary: '',
};

/**
 * What differs from the expectation, in its order; empty where everything is as expected. A key that is given is compared whole:
 * lists have an order, and what it does not name must not happen.
 */
export function findDifferences(expected: Expectation, happened: TurnSummary): readonly Difference[] {
  return Object.entries(expected).flatMap(([key, wanted]): readonly Difference[] => {
    if (wanted === undefined) return [];
    const got: unknown = Reflect.get(happened, key);
    if (isByScenario(wanted) && isByScenario(got)) return byScenario(key, wanted, got);
    return isDeepStrictEqual(plain(wanted), plain(got)) ? [] : [{ key, scenario: '', expected: wanted, actual: got }];
  });
}

function byScenario(key: string, wanted: ByScenario<unknown>, got: ByScenario<unknown>): readonly Difference[] {
  const scenarios = new Set([...Object.keys(wanted), ...Object.keys(got)]);
  return [...scenarios].flatMap((scenario) => {
    const [expected, actual] = [wanted[scenario], got[scenario]];
    return isDeepStrictEqual(plain(expected), plain(actual)) ? [] : [{ key, scenario, expected, actual }];
  });
}

function isByScenario(value: unknown): value is ByScenario<unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As JSON: what was decoded has other prototypes than what was written. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

/** The scenarios that an expectation names. */
export function listNamedScenarios(expected: Expectation): readonly string[] {
  return Object.values(expected).flatMap((value: unknown): readonly string[] => {
    if (typeof value === 'string') return value === '' ? [] : [value];
    if (Array.isArray(value)) return value.filter((name) => typeof name === 'string');
    return isByScenario(value) ? Object.keys(value) : [];
  });
}
