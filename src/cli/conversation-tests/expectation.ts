import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { keyForms } from './expectation-keys';
import type { ByScenario } from './summary-values';
import type { TurnSummary } from './turn-summary';

type SummaryKey = keyof TurnSummary;
type MapKey = { [Key in SummaryKey]: TurnSummary[Key] extends ByScenario<unknown> ? Key : never }[SummaryKey];

/** The expected decisions of a turn, with the keys of a conversation file. An omitted key is not compared. */
export type Expectation = { readonly [Key in SummaryKey]?: TurnSummary[Key] | undefined } & {
  /** Has the same type as the key without the suffix, but the whole map is compared. */
  readonly [Key in MapKey as `${Key}_exactly`]?: TurnSummary[Key] | undefined;
};

/** A decision that differs from the expectation. */
export interface Difference {
  /** A key of the expectation. */
  readonly key: string;
  /** The name of the scenario, or of the field for rejected values; "" for keys without names. */
  readonly scenario: string;
  /** Undefined if nothing was expected. */
  readonly expected: unknown;
  /** Undefined if the turn has no such decision. */
  readonly actual: unknown;
}

const exactSuffix = '_exactly';

const formsByKey = new Map(Object.entries(keyForms));

const expectationShape = Object.fromEntries(
  [...formsByKey].flatMap(([key, { schema, empty }]) =>
    isByScenario(empty)
      ? [
          [key, schema],
          [`${key}${exactSuffix}`, schema],
        ]
      : [[key, schema]],
  ),
);

/** All keys of an expectation. */
export const expectationKeys: readonly string[] = Object.keys(expectationShape);

export const expectationSchema: z.ZodType<Expectation> = z.strictObject(expectationShape).partial();

/**
 * Compares the decisions of a turn with the expectation. Returns the differences in the order of its keys. Lists are compared
 * as a whole and in order. In a map, only the expected scenarios are compared and, for `confirms` and `known_values`, only the
 * expected fields. The whole map is compared if the expected map is empty, if its key ends in `_exactly`, or if the expectation
 * is exact. In an exact expectation, the value of an omitted key must be empty, unless the key is a detail.
 */
export function findDifferences(expectation: Expectation, actual: TurnSummary, isExact = false): readonly Difference[] {
  const expected = Object.entries(expectation).filter(([, value]) => value !== undefined);
  const givenKeys = new Set(expected.map(([key]) => getSummaryKey(key)));
  const emptyValues = [...formsByKey]
    .filter(([key, { isDetail }]) => !isDetail && !givenKeys.has(key))
    .map(([key, { empty }]): [string, unknown] => [key, empty]);
  return [...expected, ...(isExact ? emptyValues : [])].flatMap(([key, expectedValue]): readonly Difference[] => {
    const actualValue: unknown = Reflect.get(actual, getSummaryKey(key));
    if (isByScenario(expectedValue) && isByScenario(actualValue)) {
      const isWhole = isExact || key.endsWith(exactSuffix) || isEmpty(expectedValue);
      return compareByScenario(key, expectedValue, actualValue, isWhole);
    }
    return isEqual(expectedValue, actualValue)
      ? []
      : [{ key, scenario: '', expected: expectedValue, actual: actualValue }];
  });
}

/** Returns the key of the turn summary to compare with a key of an expectation. */
function getSummaryKey(key: string): string {
  return key.endsWith(exactSuffix) ? key.slice(0, -exactSuffix.length) : key;
}

function compareByScenario(
  key: string,
  expectedValues: ByScenario<unknown>,
  actualValues: ByScenario<unknown>,
  isWhole: boolean,
): readonly Difference[] {
  const scenarios = new Set([...Object.keys(expectedValues), ...(isWhole ? Object.keys(actualValues) : [])]);
  const matches = isWhole ? isEqual : containsExpected;
  return [...scenarios].flatMap((scenario) => {
    const [expected, actual] = [expectedValues[scenario], actualValues[scenario]];
    return matches(expected, actual) ? [] : [{ key, scenario, expected, actual }];
  });
}

/** Whether the value of a scenario is as expected. If values are grouped by field, only the expected fields are compared. */
function containsExpected(expected: unknown, actual: unknown): boolean {
  if (!isByScenario(expected) || !isByScenario(actual) || isEmpty(expected)) return isEqual(expected, actual);
  return Object.entries(expected).every(([field, value]) => isEqual(value, actual[field]));
}

function isByScenario(value: unknown): value is ByScenario<unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

/** Compares values as JSON, because decoded messages and parsed files have different prototypes. */
function isEqual(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(toPlainJson(a), toPlainJson(b));
}

function toPlainJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}

/** The names of the scenarios in an expectation. */
export function listNamedScenarios(expectation: Expectation): readonly string[] {
  return Object.entries(expectation).flatMap(([key, value]: [string, unknown]): readonly string[] => {
    if (formsByKey.get(getSummaryKey(key))?.hasNames !== true) return [];
    if (typeof value === 'string') return value === '' ? [] : [value];
    if (Array.isArray(value)) return value.filter((name) => typeof name === 'string');
    return isByScenario(value) ? Object.keys(value) : [];
  });
}
