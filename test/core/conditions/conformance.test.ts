// The conformance tests of the CEL specification, in the version that the CEL library depends on.
import { tests } from '@bufbuild/cel-spec/testdata/conformance.js';
import { compileCondition, defaultConditionLimits } from '../../../src/core/conditions';
import { buildVariables } from './build-variables';

type Suite = typeof tests;
type Case = NonNullable<Suite['tests']>[number]['original'];

/** Sections without messages, extensions and variables, with the number of cases that apply to conditions. */
const sections: [section: string, applicable: number][] = [
  ['basic', 28],
  ['comparisons', 324],
  ['conversions', 82],
  ['fields', 38],
  ['fp_math', 27],
  ['integer_math', 64],
  ['lists', 35],
  ['logic', 30],
  ['macros', 34],
  ['parse', 111],
  ['string', 47],
  ['timestamps', 71],
];

/** The library does not parse fields in backticks; `map['a-b']` is equivalent. */
const quotedField = /\.`/;

/** Findings that reject valid CEL: other variables, extension functions, messages, and patterns that are not literals. */
const rejectedByRule = new Set(['UNKNOWN_VARIABLE', 'UNKNOWN_FUNCTION', 'UNKNOWN_TYPE', 'PATTERN']);

function listCases(suite: Suite): readonly Case[] {
  return [...(suite.tests ?? []).map(({ original }) => original), ...(suite.suites ?? []).flatMap(listCases)];
}

/** Converts a case to a condition that is TRUE, or that fails if the case fails; undefined if a condition cannot express it. */
function toConditionText({ expr, value, evalError, bindings, container }: Case): string | undefined {
  if (bindings !== undefined || container !== undefined || quotedField.test(expr)) return undefined;
  if (evalError !== undefined) return expr;
  const literal = toLiteral(value);
  return literal === undefined ? undefined : `(${expr}) == ${literal}`;
}

function toLiteral(value: unknown): string | undefined {
  const [[kind, content] = []] = Object.entries(value ?? {});
  switch (kind) {
    case 'boolValue':
    case 'int64Value':
      return String(content);
    case 'uint64Value':
      return `${content}u`;
    case 'stringValue':
      return JSON.stringify(content);
    case 'doubleValue':
      return Number.isFinite(content) ? `double('${content}')` : undefined;
    case 'nullValue':
      return 'null';
    default:
      return undefined;
  }
}

describe('6: conditions follow the CEL specification', () => {
  const variables = buildVariables();
  // Depth and macro depth are limits of this service, not of the language.
  const limits = { ...defaultConditionLimits, maxDepth: 100, maxMacroDepth: 10 };

  test.each(sections)('%s: %i cases', (section, applicable) => {
    const failed: string[] = [];
    let ran = 0;
    for (const original of listCases(tests.suites?.find(({ name }) => name === section) ?? { name: section })) {
      const text = toConditionText(original);
      if (text === undefined) continue;
      const { condition, findings } = compileCondition(text, limits);
      if (findings.some(({ code }) => rejectedByRule.has(code))) continue;
      ran += 1;
      const result = condition?.evaluate(variables);
      const hasPassed = original['evalError'] === undefined ? result?.truth === 'TRUE' : result?.error !== undefined;
      if (!hasPassed) failed.push(`${original.name}: ${text} ${JSON.stringify(result ?? findings)}`);
    }
    expect(failed).toEqual([]);
    expect(ran).toBe(applicable);
  });
});
