import type { CelInput } from '@bufbuild/cel';
import { celFieldsOf, celValueOf } from './cel-value';
import type { ConditionVariables } from './condition-variables';

/** Variables as CEL takes them, by name. */
export type Bindings = Record<string, CelInput>;

const conversions: {
  readonly [Name in keyof ConditionVariables]: (variables: ConditionVariables) => CelInput;
} = {
  data: ({ data }) => celFieldsOf(data),
  customer: ({ customer }) => celFieldsOf(customer),
  session: ({ session }) => celFieldsOf(session),
  instance: ({ instance }) => celFieldsOf(instance),
  facts: ({ facts }) => celFieldsOf(facts),
  intent: ({ intent }) => intent,
  intent_score: ({ intent_score }) => intent_score,
  signal: ({ signal }) => signal,
  outcome: ({ outcome }) => outcome,
  changed: ({ changed }) => celValueOf(changed),
  requested: ({ requested }) => celValueOf(requested),
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
export function binderOf(names: readonly string[]): (variables: ConditionVariables) => Bindings {
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
