import fc from 'fast-check';
import {
  Relationship as RelationshipMessage,
  Scenario as ScenarioMessage,
} from '../../../gen/focal/orchestration/v1/scenario';
import type { Scenario } from '../../../src/core/model/scenario';
import {
  decodeRelationship,
  encodeRelationship,
  relationshipFromProto,
  relationshipToProto,
} from '../../../src/server/codec/wire/relationship-codec';
import {
  decodeStoredScenario,
  encodeCanonicalScenario,
  encodeStoredScenario,
  findingToProto,
  scenarioFromProto,
  scenarioToProto,
  storedScenarioFromProto,
  storedScenarioToProto,
} from '../../../src/server/codec/wire/scenario-codec';
import { relationship, scenario, storedScenario } from './arbitraries';
import { expectSameBytes } from './bytes';
import { type DeepPartial, encodeAndDecode } from './partial-message';
import { reverseEntries } from './reverse-entries';

/** The scenario of an author who wrote these fields and no others. */
function written(fields: DeepPartial<ScenarioMessage>): Scenario {
  return scenarioFromProto(encodeAndDecode(ScenarioMessage, fields));
}

describe('a scenario', () => {
  it('comes back as it was', () => {
    fc.assert(fc.property(scenario, (value) => expect(scenarioFromProto(scenarioToProto(value))).toEqual(value)));
  });

  it('comes back from the bytes of its stored version as it was', () => {
    fc.assert(
      fc.property(storedScenario, (value) => {
        expect(decodeStoredScenario(encodeStoredScenario(value))).toEqual(value);
        expect(storedScenarioFromProto(storedScenarioToProto(value))).toEqual(value);
      }),
    );
  });

  it('has the same canonical bytes whatever the order of its maps', () => {
    fc.assert(
      fc.property(scenario, (value) => {
        expectSameBytes(encodeCanonicalScenario(reverseEntries(value)), encodeCanonicalScenario(value));
      }),
    );
  });

  it('has the same canonical bytes with a default written out as with it left out', () => {
    const short = written({ scenarioId: 's', steps: [{ stepId: 'a', transitions: [{ targetStepId: 'a' }] }] });
    const long = written({
      scenarioId: 's',
      enabled: true,
      idleAction: 1,
      whenNotAddressed: 1,
      migrationPolicy: 1,
      steps: [{ stepId: 'a', transitions: [{ targetStepId: 'a', trigger: 1 }] }],
    });
    expectSameBytes(encodeCanonicalScenario(long), encodeCanonicalScenario(short));
  });

  it('has the defaults of the contract where its author left something out', () => {
    const value = written({
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
      steps: [{ toolBindings: [{ timing: 'DURING_STEP' }], transitions: [{ trigger: 'ON_COMPLETION' }] }],
    });
    expect([value.idleTimeoutMs, value.maxLoopCount, value.maxStartsPerSession]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect([value.steps[0]?.canSkip, value.steps[0]?.requiresConfirmation]).toEqual([undefined, undefined]);
  });

  it('keeps what an author wrote against a default', () => {
    const value = written({ enabled: false, idleTimeout: { seconds: 90, nanos: 0 }, steps: [{ canSkip: false }] });
    expect(value).toMatchObject({ enabled: false, idleTimeoutMs: 90_000, steps: [{ canSkip: false }] });
  });

  it('is refused with the key __proto__ in its step map, where it would vanish', () => {
    const value = { ...written({}), migrationStepMap: new Map([['__proto__', 'a']]) };
    expect(() => encodeCanonicalScenario(value)).toThrow('migration_step_map must not have the key __proto__.');
  });
});

it('stored bytes that are none are a defect, not a request that is wrong', () => {
  const truncated = encodeStoredScenario({
    scenario: written({ name: 'a' }),
    version: 1,
    contentHash: 'h',
    storedAt: 0,
  });
  expect(() => decodeStoredScenario(truncated.subarray(0, 3))).toThrow('A stored scenario cannot be decoded.');
  expect(() => decodeStoredScenario(new Uint8Array())).toThrow(
    expect.objectContaining({ name: 'Error', cause: expect.objectContaining({ message: 'scenario must be given.' }) }),
  );
});

it('a relationship comes back as it was', () => {
  fc.assert(
    fc.property(relationship, (value) => {
      expect(decodeRelationship(encodeRelationship(value))).toEqual(value);
      expect(relationshipFromProto(relationshipToProto(value))).toEqual(value);
    }),
  );
});

it('a relationship starts at a scenario where nothing else is said, and must have a kind', () => {
  expect(relationshipFromProto(RelationshipMessage.create({ kind: 1 })).sourceType).toBe('SCENARIO');
  expect(() => relationshipFromProto(RelationshipMessage.create())).toThrow('RELATIONSHIP_KIND must be one of');
});

it('a finding is told with all that it knows', () => {
  const finding = {
    severity: 'WARNING',
    code: 'DANGLING_TRANSITION',
    message: 'The target is no step.',
    fieldPath: 'steps[2].transitions[0].target_step_id',
    stepId: 'a',
    transitionId: 'a/1',
    line: 1,
    column: 7,
  } as const;
  expect(findingToProto(finding)).toEqual({ ...finding, severity: 2 });
});
