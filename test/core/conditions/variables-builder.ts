import type { ConditionVariables } from '../../../src/core/conditions';
import type { FieldValues, JsonObject } from '../../../src/core/model/json';

/** Fields written as an object. */
export function fields(object: JsonObject): FieldValues {
  return new Map(Object.entries(object));
}

/** Variables of an ordinary turn; state what matters. */
export function variables(stated: Partial<ConditionVariables> = {}): ConditionVariables {
  return {
    data: new Map(),
    customer: new Map(),
    session: new Map(),
    instance: new Map(),
    facts: new Map(),
    intent: 'refund',
    intent_score: 0.9,
    signal: '',
    outcome: '',
    changed: [],
    requested: [],
    visits: 1,
    attempts: 0,
    turn: 3,
    message: 'I want my money back',
    tone: 'polite',
    frustration: 'low',
    urgency: 'normal',
    ...stated,
  };
}

/** Variables with these known fields. */
export function knowing(data: JsonObject): ConditionVariables {
  return variables({ data: fields(data) });
}
