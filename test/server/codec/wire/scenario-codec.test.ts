import fc from 'fast-check';
import {
  Relationship as RelationshipMessage,
  Scenario as ScenarioMessage,
} from '../../../../gen/focal/orchestration/v1/scenario';
import type { Scenario } from '../../../../src/core/model/scenario';
import {
  findingToProto,
  relationshipFromProto,
  relationshipToProto,
  scenarioFromProto,
  scenarioToProto,
  storedScenarioFromProto,
  storedScenarioToProto,
} from '../../../../src/server/codec/wire/scenario-codec';
import { relationship, scenario, storedScenario } from '../arbitraries';
import { type DeepPartial, encodeAndDecode } from '../partial-message';

/** Converts a definition that sets only the given fields. */
function receive(fields: DeepPartial<ScenarioMessage>): Scenario {
  return scenarioFromProto(encodeAndDecode(ScenarioMessage, fields));
}

describe('scenarios', () => {
  it('are equal after conversion in both directions', () => {
    fc.assert(fc.property(scenario, (value) => expect(scenarioFromProto(scenarioToProto(value))).toEqual(value)));
  });

  it('are equal after conversion in both directions if they have a version', () => {
    fc.assert(
      fc.property(storedScenario, (value) => {
        expect(storedScenarioFromProto(storedScenarioToProto(value))).toEqual(value);
      }),
    );
  });

  it('have the defaults of the contract for omitted fields', () => {
    const value = receive({
      scenarioId: 's',
      steps: [{ stepId: 'a', transitions: [{ targetStepId: 'a' }], toolBindings: [{ toolId: 'refund' }] }],
      requiredFields: [{ fieldName: 'order_id' }],
    });
    expect(value).toMatchObject({
      enabled: true,
      idleAction: 'PAUSE',
      whenNotAddressed: 'QUIET',
      migrationPolicy: 'PINNED',
      priority: 0,
      requiredFields: [{ fieldName: 'order_id', level: 'HARD' }],
      askBeforeStart: false,
      whenDisplaced: 'PAUSE',
      resume: 'AUTOMATIC',
      cancelCondition: '',
      localFields: [],
      steps: [
        {
          optionalFields: [],
          confirmsNothing: false,
          speak: 'INFORM',
          ending: 'SUCCEEDED',
          maxReminders: 1,
          toolBindings: [{ timing: 'DURING_STEP' }],
          transitions: [{ trigger: 'ON_COMPLETION', returns: false }],
        },
      ],
    });
    const { idleTimeoutMs, maxLoopCount, maxStartsPerSession, maxAttempts, restartThreshold } = value;
    const [step] = value.steps;
    expect([
      ...[idleTimeoutMs, maxLoopCount, maxStartsPerSession, maxAttempts, restartThreshold],
      ...[step?.canSkip, step?.requiresConfirmation, step?.calls, step?.isRecovery, step?.maxAttempts],
      ...[step?.remindAfterMs, step?.toolBindings[0]?.effect, step?.transitions[0]?.afterMs],
    ]).toEqual(Array(13).fill(undefined));
  });

  it('keep explicit values that differ from the defaults', () => {
    const value = receive({ enabled: false, idleTimeout: { seconds: 90, nanos: 0 }, steps: [{ canSkip: false }] });
    expect(value).toMatchObject({ enabled: false, idleTimeoutMs: 90_000, steps: [{ canSkip: false }] });
  });

  it('are rejected if the step map has the key __proto__, because decoders drop it', () => {
    const value = { ...receive({}), migrationStepMap: new Map([['__proto__', 'a']]) };
    expect(() => scenarioToProto(value)).toThrow('migration_step_map must not have the key __proto__.');
  });
});

describe('relationships', () => {
  it('are equal after conversion in both directions', () => {
    fc.assert(
      fc.property(relationship, (value) => {
        expect(relationshipFromProto(relationshipToProto(value))).toEqual(value);
      }),
    );
  });

  it('default to the source type SCENARIO and to a dependency that is not started', () => {
    const { sourceType, startDependency } = relationshipFromProto(RelationshipMessage.create({ kind: 1 }));
    expect([sourceType, startDependency]).toEqual(['SCENARIO', false]);
  });

  it('need a kind', () => {
    expect(() => relationshipFromProto(RelationshipMessage.create())).toThrow('RELATIONSHIP_KIND must be one of');
  });
});

it('findings are converted with all fields', () => {
  const finding = {
    severity: 'WARNING',
    code: 'DANGLING_TRANSITION',
    message: 'The target step does not exist.',
    fieldPath: 'steps[2].transitions[0].target_step_id',
    stepId: 'a',
    transitionId: 'a/1',
    line: 1,
    column: 7,
  } as const;
  expect(findingToProto(finding)).toEqual({ ...finding, severity: 2 });
});
