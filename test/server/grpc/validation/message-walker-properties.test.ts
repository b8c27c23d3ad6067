import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { createValidator } from '@bufbuild/protovalidate';
import fc from 'fast-check';
import { ProcessTurnRequest } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { Scenario } from '../../../../gen/focal/orchestration/v1/scenario';
import { PutScenarioRequest } from '../../../../gen/focal/orchestration/v1/scenario_service';
import { getRequestSchema, loadContract } from '../../../../src/server/grpc/validation/contract';
import { MessagePlanner } from '../../../../src/server/grpc/validation/message-plan';
import { findWireViolations, validateFast } from '../../../../src/server/grpc/validation/wire-validation';
import { type TurnFields, turnRequest } from '../../../support/request-bytes';
import { uuid } from '../../../support/session-builder';

const limits = { maxJsonDepth: 4, maxJsonValues: 50, maxParts: 1_000 };
const contract = loadContract();
const schema = getRequestSchema(contract, '/focal.orchestration.v1.OrchestratorService/ProcessTurn');
const plan = new MessagePlanner(new Map([['focal.orchestration.v1.Turn.candidates', 3]])).getPlan(schema);
const validator = createValidator({ registry: contract.registry });

const name = fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom('constructor', '7', '__proto__'));
const id = fc.uuid();
const json = fc.jsonValue({ maxDepth: 3 });
const values = fc.dictionary(name, json, { maxKeys: 4 });

/** Turns that satisfy the contract, except that some have a key `__proto__` or a JSON value that is too deep. */
const turns: fc.Arbitrary<TurnFields> = fc.record(
  {
    occurredAt: fc.date({ min: new Date(0), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }),
    trigger: fc.constantFrom(0, 1, 2, 3),
    candidates: fc.array(fc.record({ scenarioId: id, score: fc.double({ min: 0, max: 1, noNaN: true }) }), {
      maxLength: 3,
    }),
    appliedRules: fc.array(
      fc.record({
        ruleId: id,
        priority: fc.integer({ min: -1_000_000, max: 1_000_000 }),
        scope: fc.constantFrom(0, 1, 2, 3),
      }),
      { maxLength: 2 },
    ),
    customerData: values,
    sessionVariables: values,
    stepOutcomes: fc.array(fc.record({ kind: fc.constantFrom(1, 2, 3, 4), actionKey: fc.string(), results: values }), {
      maxLength: 2,
    }),
    situation: fc.record(
      {
        message: fc.string({ unit: 'grapheme' }),
        signals: fc.array(fc.record({ signal: fc.constantFrom(1, 7), scenarioIds: fc.array(id, { maxLength: 2 }) }), {
          maxLength: 2,
        }),
        canonicalIntentScore: fc.double({ min: 0, max: 1, noNaN: true }),
        facts: values,
        candidateVariables: fc.array(fc.record({ name, value: json, scope: fc.constantFrom(0, 4) }), { maxLength: 2 }),
        embedding: fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 4 }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

/** Up to three bytes that are changed, inserted or removed. */
const edits = fc.array(
  fc.record({
    index: fc.nat(),
    byte: fc.integer({ min: 0, max: 255 }),
    operation: fc.constantFrom('change', 'insert', 'remove'),
  }),
  { maxLength: 3 },
);

type Edits = typeof edits extends fc.Arbitrary<infer T> ? T : never;

function applyEdits(bytes: Buffer, list: Edits): Buffer {
  const result = [...bytes];
  for (const { index, byte, operation } of list) {
    const removed = operation === 'insert' ? 0 : 1;
    result.splice(index % (result.length + 1), removed, ...(operation === 'remove' ? [] : [byte]));
  }
  return Buffer.from(result);
}

test('a request that passes fast validation passes full validation, and both decoders read it alike', () => {
  let passed = 0;
  fc.assert(
    fc.property(turns, edits, (turn, list) => {
      const bytes = applyEdits(turnRequest(turn), list);
      if (validateFast(plan, bytes, limits) === undefined) return;
      passed++;
      expect(findWireViolations(plan, bytes, limits)).toMatchObject({
        violations: [],
        hasSplitMessages: false,
        exceedsLimits: false,
      });
      const message = fromBinary(schema, bytes, { readUnknownFields: false });
      expect(validator.validate(schema, message).kind).toBe('valid');
      expect(ProcessTurnRequest.decode(bytes)).toEqual(ProcessTurnRequest.decode(toBinary(schema, message)));
    }),
    { numRuns: 800 },
  );
  expect(passed).toBeGreaterThan(80);
});

test('a request that satisfies the contract passes fast validation, so that it needs no full validation', () => {
  fc.assert(
    fc.property(turns, (turn) => {
      const bytes = turnRequest(turn);
      const { violations } = findWireViolations(plan, bytes, limits);
      expect(validateFast(plan, bytes, limits) !== undefined).toBe(violations.length === 0);
    }),
    { numRuns: 300 },
  );
});

test('an empty request of every method that passes fast validation is valid for protovalidate', () => {
  // Fast validation must never accept a field with an annotation that it does not implement.
  for (const type of contract.registry) {
    if (type.kind !== 'service' || !type.typeName.startsWith('focal.')) continue;
    for (const { input } of type.methods) {
      const empty = new Uint8Array();
      const { kind } = validator.validate(input, fromBinary(input, empty));
      if (validateFast(new MessagePlanner().getPlan(input), empty, limits)) expect(kind).toBe('valid');
    }
  }
});

describe('a scenario', () => {
  const scenarioSchema = getRequestSchema(contract, '/focal.orchestration.v1.ScenarioService/PutScenario');
  const scenarioPlan = new MessagePlanner().getPlan(scenarioSchema);
  /** Usually a valid value. */
  const usually = <T, Other>(valid: fc.Arbitrary<T>, other: fc.Arbitrary<Other>): fc.Arbitrary<T | Other> =>
    fc.oneof({ weight: 40, arbitrary: valid }, { weight: 1, arbitrary: other });
  const fieldNames = fc.constantFrom('a', 'b', 'c', 'd', 'ä');
  const someNames = usually(
    fc.uniqueArray(fieldNames, { maxLength: 5 }),
    fc.array(fc.oneof(fieldNames, fc.constant('')), { minLength: 2, maxLength: 6 }),
  );
  const duration = usually(
    fc.record({ seconds: fc.integer({ min: 1, max: 1_000_000 }), nanos: fc.constantFrom(0, 5) }),
    fc.record({ seconds: fc.constantFrom(-1, 0, 315_360_001), nanos: fc.constantFrom(0, 5) }),
  );
  const outcomes = usually(
    fc.uniqueArray(fc.constantFrom(1, 2, 3), { maxLength: 3 }),
    fc.array(fc.constantFrom(0, 1, 99, 200), { maxLength: 3 }),
  );
  const transitions = fc.array(
    fc.record({ targetStepId: fc.constantFrom('s', ''), outcomes, after: fc.option(duration, { nil: undefined }) }),
    { maxLength: 2 },
  );
  const step = fc.record({
    stepId: usually(fc.constantFrom('s', 't'), fc.constant('')),
    collectsProfileFields: someNames,
    optionalFields: someNames,
    remindAfter: fc.option(duration, { nil: undefined }),
    transitions,
  });
  const steps = usually(fc.array(step, { minLength: 1, maxLength: 2 }), fc.constant([]));
  const requests = fc
    .record({
      scenarioId: id,
      name: usually(fc.constant('n'), fc.constant('')),
      entryStepId: fc.constant('s'),
      tags: someNames,
      steps,
    })
    .map((scenario) => {
      const [tenantId, agentId] = [uuid(1), uuid(2)];
      return Buffer.from(
        PutScenarioRequest.encode({
          tenantId,
          agentId,
          scenario: toScenario(scenario),
          expectedVersion: undefined,
        }).finish(),
      );
    });
  // The type of fromPartial rejects everything except object literals.
  const toScenario: (fields: object) => Scenario = Scenario.fromPartial;

  test('a scenario that passes fast validation is valid for protovalidate, also one with changed bytes', () => {
    let passed = 0;
    fc.assert(
      fc.property(requests, fc.oneof(fc.constant<Edits>([]), edits), (request, list) => {
        const bytes = applyEdits(request, list);
        const normalized = validateFast(scenarioPlan, bytes, limits);
        if (normalized === undefined) return;
        passed++;
        const message = fromBinary(scenarioSchema, normalized, { readUnknownFields: false });
        expect(validator.validate(scenarioSchema, message).kind).toBe('valid');
      }),
      { numRuns: 1_500 },
    );
    expect(passed).toBeGreaterThan(200);
  });

  test('a valid scenario with short texts passes fast validation', () => {
    fc.assert(
      fc.property(requests, (bytes) => {
        const { kind } = validator.validate(scenarioSchema, fromBinary(scenarioSchema, bytes));
        if (kind === 'valid') expect(validateFast(scenarioPlan, bytes, limits)).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });
});
