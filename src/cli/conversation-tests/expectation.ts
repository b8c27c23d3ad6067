import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { ByScenario, TurnSummary } from './turn-summary';

/** The expected decisions of a turn, by the keys of a conversation file. A key that is left out is not compared. */
export type Expectation = { readonly [Key in keyof TurnSummary]?: TurnSummary[Key] | undefined };

/** A decision that is not as expected. */
export interface Difference {
  /** A key of the expectation. */
  readonly key: string;
  /** The name of the scenario; "" for keys that are not by scenario. */
  readonly scenario: string;
  /** Undefined if nothing was expected. */
  readonly expected: unknown;
  /** Undefined if nothing was decided. */
  readonly actual: unknown;
}

const nameList = z.array(z.string());
const stringByScenario = z.record(z.string(), z.string());
const listByScenario = z.record(z.string(), z.array(z.string()));

const expectationShape = {
  started: nameList,
  resumed: nameList,
  continued: nameList,
  paused: stringByScenario,
  stays_paused: nameList,
  completed: stringByScenario,
  cancelled: stringByScenario,
  rejected: stringByScenario,
  missing_soft_fields: listByScenario,
  irreversible_done: listByScenario,
  at: stringByScenario,
  skipped: listByScenario,
  asks: listByScenario,
  confirms: z.record(z.string(), z.record(z.string(), z.json())),
  choices: nameList,
  hints: listByScenario,
  informs: listByScenario,
  silent: nameList,
  reprompts: nameList,
  deferred: nameList,
  primary: z.string(),
} satisfies { readonly [Key in keyof TurnSummary]: z.ZodType };

export const expectationSchema: z.ZodType<Expectation> = z.strictObject(expectationShape).partial();

/** The expectation with an empty value for each key that is left out: what it does not list must not happen. */
export function makeExact(expected: Expectation): Expectation {
  return { ...emptySummary, ...expected };
}

const emptySummary: TurnSummary = {
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
 * Compares the decisions of a turn with the expectation and returns the differences in the order of its keys. The value of a key is
 * compared as a whole: lists are ordered, and what a key does not list must not happen.
 */
export function findDifferences(expectation: Expectation, actual: TurnSummary): readonly Difference[] {
  return Object.entries(expectation).flatMap(([key, expectedValue]): readonly Difference[] => {
    if (expectedValue === undefined) return [];
    const actualValue: unknown = Reflect.get(actual, key);
    if (isByScenario(expectedValue) && isByScenario(actualValue)) {
      return compareByScenario(key, expectedValue, actualValue);
    }
    return isEqual(expectedValue, actualValue)
      ? []
      : [{ key, scenario: '', expected: expectedValue, actual: actualValue }];
  });
}

function compareByScenario(
  key: string,
  expectedValues: ByScenario<unknown>,
  actualValues: ByScenario<unknown>,
): readonly Difference[] {
  const scenarios = new Set([...Object.keys(expectedValues), ...Object.keys(actualValues)]);
  return [...scenarios].flatMap((scenario) => {
    const [expected, actual] = [expectedValues[scenario], actualValues[scenario]];
    return isEqual(expected, actual) ? [] : [{ key, scenario, expected, actual }];
  });
}

function isByScenario(value: unknown): value is ByScenario<unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Compares as JSON, because decoded messages have other prototypes than parsed files. */
function isEqual(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(toPlainJson(a), toPlainJson(b));
}

function toPlainJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

/** The names of the scenarios in an expectation. */
export function listNamedScenarios(expectation: Expectation): readonly string[] {
  return Object.values(expectation).flatMap((value: unknown): readonly string[] => {
    if (typeof value === 'string') return value === '' ? [] : [value];
    if (Array.isArray(value)) return value.filter((name) => typeof name === 'string');
    return isByScenario(value) ? Object.keys(value) : [];
  });
}
