// The cases of the CEL specification are a dependency of the CEL library, in its own version.
import { tests } from '@bufbuild/cel-spec/testdata/conformance.js';
import { compileCondition, defaultConditionLimits } from '../../../src/core/conditions';
import { variables } from './variables-builder';

type Suite = typeof tests;
type Case = NonNullable<Suite['tests']>[number]['original'];

/** Sections that need no messages, no extensions and no variables of other names, with how many of their cases apply. */
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

/** The library does not parse fields in backticks; `map['a-b']` says the same. */
const quotedField = /\.`/;

/** What a condition refuses by rule: unknown names, other variables, messages, patterns that are no literal. */
const refusedByRule = new Set(['UNKNOWN_VARIABLE', 'UNKNOWN_FUNCTION', 'UNKNOWN_TYPE', 'PATTERN']);

function casesOf(suite: Suite): readonly Case[] {
  return [...(suite.tests ?? []).map(({ original }) => original), ...(suite.suites ?? []).flatMap(casesOf)];
}

/** A case as a condition that is TRUE, or that fails where the case does; undefined where a condition cannot say it. */
function textOf({ expr, value, evalError, bindings, container }: Case): string | undefined {
  if (bindings !== undefined || container !== undefined || quotedField.test(expr)) return undefined;
  if (evalError !== undefined) return expr;
  const literal = literalOf(value);
  return literal === undefined ? undefined : `(${expr}) == ${literal}`;
}

function literalOf(value: unknown): string | undefined {
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

describe('6 conditions: conditions are Common Expression Language', () => {
  const given = variables();
  // Depth and macro depth are limits of ours, not of the language.
  const limits = { ...defaultConditionLimits, maxDepth: 100, maxMacroDepth: 10 };

  test.each(sections)('the specification’s cases of %s: %i', (section, applicable) => {
    const failed: string[] = [];
    let ran = 0;
    for (const original of casesOf(tests.suites?.find(({ name }) => name === section) ?? { name: section })) {
      const text = textOf(original);
      if (text === undefined) continue;
      const { condition, findings } = compileCondition(text, limits);
      if (findings.some(({ code }) => refusedByRule.has(code))) continue;
      ran += 1;
      const result = condition?.evaluate(given);
      const ok = original['evalError'] === undefined ? result?.truth === 'TRUE' : result?.error !== undefined;
      if (!ok) failed.push(`${original.name}: ${text} ${JSON.stringify(result ?? findings)}`);
    }
    expect(failed).toEqual([]);
    expect(ran).toBe(applicable);
  });
});
