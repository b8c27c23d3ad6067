import type { CelInput } from '@bufbuild/cel';
import type { Fields, JsonValue } from '../model/json';
import { toCelMap, toCelValue } from './cel-value';

interface VariableDefinition<Kind extends string, Value> {
  readonly kind: Kind;
  /** The description of the variable in docs/conditions.md. */
  readonly description: string;
  readonly toCel: (value: Value) => CelInput;
}

type Define<Kind extends string, Value> = (description: string) => VariableDefinition<Kind, Value>;

/**
 * A map of JSON values; its numbers are doubles. Reading a missing key makes the condition UNKNOWN. A top-level null counts as a missing
 * key (0.4); a null inside a value is an ordinary value.
 */
const fields: Define<'FIELDS', Fields> = (description) => ({ kind: 'FIELDS', description, toCel: toCelMap });

/** A JSON value of any type. */
const json: Define<'JSON', JsonValue> = (description) => ({ kind: 'JSON', description, toCel: toCelValue });

const text: Define<'TEXT', string> = (description) => ({ kind: 'TEXT', description, toCel: (value) => value });

const names: Define<'NAMES', readonly string[]> = (description) => ({ kind: 'NAMES', description, toCel: toCelValue });

/** An int, so that `turn + 1 > 3` is valid. */
const count: Define<'COUNT', number> = (description) => ({
  kind: 'COUNT',
  description,
  toCel: (value) => (Number.isInteger(value) ? BigInt(value) : value),
});

/** A double, so that `intent_score * 100.0` is valid. */
const score: Define<'SCORE', number> = (description) => ({ kind: 'SCORE', description, toCel: (value) => value });

/**
 * Every variable of a condition, in the order of section 6. The type `ConditionVariables`, the conversion to CEL and the checks of names
 * and types derive from this table. When you add a row, the compiler reports every place that must provide the value.
 */
export const conditionVariables = {
  data: fields('Known data of the instance, all sources merged (0.4).'),
  customer: fields('Profile fields of the customer, as sent with the turn.'),
  session: fields('Variables of the session.'),
  instance: fields('Variables of the instance: the results of its tools.'),
  intent: text('Canonical intent label, else the raw intent, else "".'),
  intent_score: score('Score of the canonical intent label, 0..1.'),
  signal: text('Signal that reached this instance, for example "PAUSE"; "" if none did.'),
  outcome: text(
    'Outcome of this visit: "confirmed" or "declined"; "succeeded" or "failed" for its action or call, "cancelled" for its call; "" if there is none.',
  ),
  changed: names('Fields that became known, changed or were cleared this turn.'),
  requested: names('Fields that the customer asked about.'),
  facts: fields('Facts of the situation.'),
  visits: count('Visits of this step.'),
  attempts: count(
    'Attempts since the instance entered this step, or since a field that its scenario collects became known or changed (0.8).',
  ),
  attempts_total: count('Attempts of the instance since it started (0.8).'),
  turn: count('MESSAGE turns of the session, this one included.'),
  message: text('Message of the customer.'),
  tone: text('Tone of the message.'),
  frustration: text('Frustration of the customer: "low", "medium" or "high"; "" if unknown.'),
  urgency: text('Urgency: "low", "normal", "high" or "critical".'),
  language: text('Language of the message, for example "de-CH"; "" if unknown.'),
};

/** Every variable of the rule of a field (section 10, `valid`). */
export const fieldRuleVariables = {
  value: json('The value to check, normalized to the type of the field.'),
  data: fields('Known data, with the values of this turn that were accepted before.'),
};

const allVariables = { ...conditionVariables, ...fieldRuleVariables };

type Definitions = typeof allVariables;
export type VariableName = keyof Definitions;
export type VariableKind = Definitions[VariableName]['kind'];

type VariablesOf<Names extends VariableName> = {
  readonly [Name in Names]: Parameters<Definitions[Name]['toCel']>[0];
};

/** The values of all variables for one evaluation of a condition. They must not change while they are in use. */
export type ConditionVariables = VariablesOf<keyof typeof conditionVariables>;

/** The values of all variables for one evaluation of the rule of a field. */
export type FieldRuleVariables = VariablesOf<keyof typeof fieldRuleVariables>;

/** The variables of an expression that was checked: those that it reads are present. */
export type EvaluationVariables = Pick<ConditionVariables, 'data'> & Partial<VariablesOf<VariableName>>;

/** The names that the conditions of scenarios may use, in the order in which messages list them. */
export const conditionVariableNames: readonly string[] = Object.keys(conditionVariables);

/** The names that the rules of fields may use. */
export const fieldRuleVariableNames: readonly string[] = Object.keys(fieldRuleVariables);

/** Returns the kind of a variable; undefined if there is no variable of that name. */
export function getVariableKind(name: string): VariableKind | undefined {
  return isVariableName(name) ? allVariables[name].kind : undefined;
}

export function isVariableName(name: string): name is VariableName {
  return Object.hasOwn(allVariables, name);
}

/** Whether conditions of scenarios have a variable of that name. */
export function isConditionVariableName(name: string): name is keyof ConditionVariables {
  return Object.hasOwn(conditionVariables, name);
}

type Binder = (variables: EvaluationVariables) => CelInput;

const definitions: {
  readonly [Name in VariableName]: Pick<VariableDefinition<string, VariablesOf<Name>[Name]>, 'toCel'>;
} = allVariables;

function bind<Name extends VariableName>(name: Name): Binder {
  const { toCel } = definitions[name];
  return (variables) => {
    const value: VariablesOf<Name>[Name] | undefined = variables[name];
    return value === undefined ? null : toCel(value);
  };
}

/** Variables in CEL form, by name. */
export type Bindings = Record<string, CelInput>;

/**
 * Returns a function that converts the named variables to CEL. Conditions typically read one or two variables and maps are views, so
 * converting again for each evaluation is cheaper than caching.
 */
export function createBinder(readNames: readonly string[]): (variables: EvaluationVariables) => Bindings {
  const binders = readNames.filter(isVariableName).map((name) => ({ name, toCel: bind(name) }));
  return (variables) => {
    const bindings: Bindings = {};
    for (const { name, toCel } of binders) bindings[name] = toCel(variables);
    return bindings;
  };
}
