import type { CelInput } from '@bufbuild/cel';
import { toCelMap, toCelValue } from './cel-value';
import type { ConditionVariables } from './condition-variables';

/** Variables as CEL takes them, by name. */
export type Bindings = Record<string, CelInput>;

const conversions: {
  readonly [Name in keyof ConditionVariables]: (variables: ConditionVariables) => CelInput;
} = {
  data: ({ data }) => toCelMap(data),
  customer: ({ customer }) => toCelMap(customer),
  session: ({ session }) => toCelMap(session),
  instance: ({ instance }) => toCelMap(instance),
  facts: ({ facts }) => toCelMap(facts),
  intent: ({ intent }) => intent,
  intent_score: ({ intent_score }) => intent_score,
  signal: ({ signal }) => signal,
  outcome: ({ outcome }) => outcome,
  changed: ({ changed }) => toCelValue(changed),
  requested: ({ requested }) => toCelValue(requested),
  visits: ({ visits }) => countOf(visits),
  attempts: ({ attempts }) => countOf(attempts),
  turn: ({ turn }) => countOf(turn),
  message: ({ message }) => message,
  tone: ({ tone }) => tone,
  frustration: ({ frustration }) => frustration,
  urgency: ({ urgency }) => urgency,
};

const conversionsByName: ReadonlyMap<string, (variables: ConditionVariables) => CelInput> = new Map(
  Object.entries(conversions),
);

/**
 * Makes the conversion of the variables that an expression reads, by their names. One or two of eighteen are usual, and fields are
 * views, so converting them anew each time costs less than remembering them.
 */
export function createBinder(names: readonly string[]): (variables: ConditionVariables) => Bindings {
  const wanted = names.flatMap((name) => {
    const convert = conversionsByName.get(name);
    return convert === undefined ? [] : [{ name, convert }];
  });
  return (variables) => {
    const bindings: Bindings = {};
    for (const { name, convert } of wanted) bindings[name] = convert(variables);
    return bindings;
  };
}

/** An int to CEL; what is no whole number stays the double that it is. */
function countOf(count: number): CelInput {
  return Number.isInteger(count) ? BigInt(count) : count;
}
