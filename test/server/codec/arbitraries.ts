import fc from 'fast-check';
import type { FieldValues, JsonValue } from '../../../src/core/model/json';
import type {
  Relationship,
  Scenario,
  ScenarioStep,
  StepTransition,
  StoredScenario,
} from '../../../src/core/model/scenario';
import type { Delivery, StepOutcome, Turn } from '../../../src/core/model/turn';
import { deliveredType } from '../../../src/server/codec/wire/decision-enums';
import type { EnumTable } from '../../../src/server/codec/wire/enum-table';
import * as enums from '../../../src/server/codec/wire/enums';

/** Valid names that often cause defects: properties of Object.prototype, array indexes, and the empty name. */
export const unsafeNames = [
  'constructor',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
  'valueOf',
  '1',
  '10',
  '2',
  '',
];

export const text = fc.string({ unit: 'binary', maxLength: 12 });
const nonEmptyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
export const name = fc.oneof(
  fc.constantFrom(...unsafeNames),
  text.filter((key) => key !== '__proto__'),
);
export const names = fc.array(name, { maxLength: 4 });
export const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
export const priority = fc.integer({ min: -1_000_000, max: 1_000_000 });
export const score = fc.double({ min: 0, max: 1, noNaN: true });
/** Milliseconds since 1970, up to the year 9999. */
export const time = fc.integer({ min: 0, max: 253_402_300_799_999 });
/** Milliseconds, up to ten years. */
export const duration = fc.integer({ min: 0, max: 315_360_000_000 });
export const boolean = fc.boolean();

export const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.oneof(fc.constant(null), boolean, fc.double({ noNaN: true, noDefaultInfinity: true }), text),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3 }),
  ),
})).value;

export function optional<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.option(value, { nil: undefined });
}

export function shortArray<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> {
  return fc.array(value, { maxLength: 3 });
}

export function stringMap<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<ReadonlyMap<string, Value>> {
  return fc.array(fc.tuple(name, value), { maxLength: 5 }).map((entries) => new Map(entries));
}

/** Generates every name that the table encodes, including values that are added to the contract later. */
export function anyName<Name extends string>(table: EnumTable<Name, number>): fc.Arbitrary<Name> {
  const numbers = Object.values<number>(table.toProto);
  return fc.constantFrom(...numbers.map((number) => table.fromProto(number)));
}

export const fields: fc.Arbitrary<FieldValues> = stringMap(json);

export const outcomeKind = anyName(enums.stepOutcomeKind);

export const scope = anyName(enums.variableScope);

export const stepOutcome: fc.Arbitrary<StepOutcome> = fc.record({
  instanceId: text,
  stepId: text,
  actionKey: text,
  kind: outcomeKind,
  toolId: text,
  results: fields,
});

/** Identifies a contribution by key, or by instance and type, or the CHOICE (section 12). */
const delivery: fc.Arbitrary<Delivery> = fc
  .tuple(
    fc.oneof(
      fc.record({ instanceId: nonEmptyText, contributionType: anyName(deliveredType), actionKey: fc.constant('') }),
      fc.record({ instanceId: fc.constant(''), contributionType: fc.constant(undefined), actionKey: nonEmptyText }),
      fc.constant({ instanceId: '', contributionType: 'CONFIRM' as const, actionKey: '' }),
    ),
    anyName(enums.deliveryStatus),
  )
  .map(([target, status]) => ({ ...target, status }));

/** Numbers that a 32-bit float can represent. */
const embedding = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 3 });

export const turn: fc.Arbitrary<Turn> = fc
  .record({
    tenantId: text,
    agentId: text,
    sessionId: text,
    turnId: text,
    occurredAt: time,
    trigger: anyName(enums.turnTrigger),
    situation: fc.record({
      message: text,
      language: text,
      signals: shortArray(
        fc.record({
          signal: anyName(enums.scenarioSignal),
          scenarioIds: names,
          allInstances: boolean,
        }),
      ),
      intent: text,
      canonicalIntentLabel: text,
      canonicalIntentScore: score,
      previousIntent: text,
      intentChanged: boolean,
      topicChanged: boolean,
      tone: text,
      sentiment: text,
      frustrationLevel: anyName(enums.frustrationLevel),
      urgency: anyName(enums.urgency),
      facts: fields,
      requestedFields: names,
      candidateVariables: shortArray(
        fc.record({
          name,
          value: json,
          scope,
          scenarioId: text,
          operation: anyName(enums.variableOperation),
          declined: boolean,
        }),
      ),
      embedding,
    }),
    candidates: shortArray(fc.record({ scenarioId: text, score, reasoning: text })),
    appliedRules: shortArray(
      fc.record({
        ruleId: text,
        scope: anyName(enums.ruleScope),
        scopeId: text,
        scopeScenarioId: text,
        priority,
      }),
    ),
    customerData: fields,
    stepOutcomes: shortArray(stepOutcome),
    sessionVariables: fields,
    deliveries: shortArray(delivery),
    supersedesTurnId: text,
    customerId: text,
  })
  // Only a message replaces a message.
  .map((turn) => (turn.trigger === 'MESSAGE' ? turn : { ...turn, supersedesTurnId: '' }));

const transition: fc.Arbitrary<StepTransition> = fc.record({
  transitionId: text,
  targetStepId: text,
  priority,
  trigger: anyName(enums.transitionTrigger),
  intentLabel: text,
  condition: text,
  conditionFields: names,
  outcomes: shortArray(anyName(enums.visitOutcome)),
  conditionText: text,
  conditionEmbedding: embedding,
  clears: names,
  returns: boolean,
  afterMs: optional(duration),
  description: text,
});

const step: fc.Arbitrary<ScenarioStep> = fc.record({
  stepId: name,
  name: text,
  description: text,
  collectsProfileFields: names,
  optionalFields: names,
  calls: optional(fc.record({ scenarioId: text, reuseCompleted: boolean, returns: names })),
  isCheckpoint: boolean,
  checkpointDescription: text,
  performsAction: boolean,
  isRequiredAction: boolean,
  requiresConfirmation: optional(boolean),
  confirmsFields: names,
  confirmsNothing: boolean,
  toolBindings: shortArray(
    fc.record({
      toolId: text,
      timing: anyName(enums.toolTiming),
      variableNames: names,
      dependsOn: names,
      effect: optional(anyName(enums.toolEffect)),
    }),
  ),
  toolIds: names,
  templateIds: names,
  speak: anyName(enums.speakMode),
  canSkip: optional(boolean),
  isTerminal: boolean,
  ending: anyName(enums.ending),
  reachableFromAnywhere: boolean,
  isRecovery: optional(boolean),
  priority,
  maxLoopCount: optional(uint32),
  maxAttempts: optional(uint32),
  blocksStarts: boolean,
  remindAfterMs: optional(duration),
  maxReminders: uint32,
  transitions: shortArray(transition),
});

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  scenarioId: text,
  name: text,
  description: text,
  triggerDescription: text,
  tags: names,
  enabled: boolean,
  priority,
  entryStepId: text,
  steps: shortArray(step),
  globalTransitions: shortArray(transition),
  requiredFields: shortArray(fc.record({ fieldName: text, level: anyName(enums.requirementLevel), description: text })),
  persistedFields: names,
  localFields: names,
  entryCondition: text,
  completionCondition: text,
  cancelCondition: text,
  exclusive: boolean,
  maxLoopCount: optional(uint32),
  maxAttempts: optional(uint32),
  restartThreshold: optional(score),
  askBeforeStart: boolean,
  maxStartsPerSession: optional(uint32),
  idleTimeoutMs: optional(duration),
  idleAction: anyName(enums.idleAction),
  whenNotAddressed: anyName(enums.whenNotAddressed),
  whenDisplaced: anyName(enums.whenDisplaced),
  resume: anyName(enums.resumeMode),
  migrationPolicy: anyName(enums.migrationPolicy),
  migrationStepMap: stringMap(text),
});

export const storedScenario: fc.Arbitrary<StoredScenario> = fc.record({
  scenario,
  version: uint32,
  contentHash: text,
  storedAt: time,
});

export const relationship: fc.Arbitrary<Relationship> = fc.record({
  kind: anyName(enums.relationshipKind),
  sourceType: anyName(enums.relationshipSource),
  sourceId: text,
  targetScenarioId: text,
  weight: score,
  startDependency: boolean,
});
