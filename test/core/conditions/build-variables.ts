import type { ConditionVariables } from '../../../src/core/conditions';
import type { FieldValues, JsonObject } from '../../../src/core/model/json';

export function toFields(object: JsonObject): FieldValues {
  return new Map(Object.entries(object));
}

/** Builds the variables of a typical turn, with overrides. */
export function buildVariables(overrides: Partial<ConditionVariables> = {}): ConditionVariables {
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
    attempts_total: 0,
    turn: 3,
    message: 'I want my money back',
    tone: 'polite',
    frustration: 'low',
    urgency: 'normal',
    language: 'en',
    ...overrides,
  };
}

/** Builds variables with the given known data. */
export function knownVariables(data: JsonObject): ConditionVariables {
  return buildVariables({ data: toFields(data) });
}
