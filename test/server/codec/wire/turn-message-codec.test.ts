import fc from 'fast-check';
import { Turn as TurnMessage, TurnTrigger } from '../../../../gen/focal/orchestration/v1/turn';
import type { Turn } from '../../../../src/core/model/turn';
import { turnFromProto, turnToProto } from '../../../../src/server/codec/wire/turn-message-codec';
import { turn } from '../arbitraries';
import { expectSameBytes } from '../bytes';
import { type DeepPartial, encodeAndDecode } from '../partial-message';
import { reverseEntries } from '../reverse-entries';

const receivedAt = 1_795_000_000_123;

/** The defaults of a candidate variable. */
const caseVariable = { scope: 'CASE', scenarioId: '', operation: 'SET', declined: false };

function encode(value: Turn): Uint8Array {
  return TurnMessage.encode(turnToProto(value)).finish();
}

/** Encodes a turn message that has only the given fields, and returns the turn that the server decodes from it. */
function receive(fields: DeepPartial<TurnMessage>): Turn {
  return turnFromProto(encodeAndDecode(TurnMessage, fields), receivedAt);
}

describe('turns', () => {
  it('are equal after encoding and decoding', () => {
    fc.assert(
      fc.property(turn, (value) => {
        expect(turnFromProto(TurnMessage.decode(encode(value)), receivedAt)).toEqual(value);
      }),
    );
  });

  it('have the same bytes for every order of map entries', () => {
    fc.assert(fc.property(turn, (value) => expectSameBytes(encode(reverseEntries(value)), encode(value))));
  });

  it('0.1: default to a MESSAGE with an empty situation', () => {
    expect(receive({ turnId: 't' })).toEqual({
      tenantId: '',
      agentId: '',
      sessionId: '',
      turnId: 't',
      occurredAt: receivedAt,
      trigger: 'MESSAGE',
      situation: {
        message: '',
        language: '',
        signals: [],
        intent: '',
        canonicalIntentLabel: '',
        canonicalIntentScore: 0,
        previousIntent: '',
        intentChanged: false,
        topicChanged: false,
        tone: '',
        sentiment: '',
        frustrationLevel: '',
        urgency: 'normal',
        facts: new Map(),
        requestedFields: [],
        candidateVariables: [],
        embedding: [],
      },
      candidates: [],
      appliedRules: [],
      customerData: new Map(),
      stepOutcomes: [],
      sessionVariables: new Map(),
      deliveries: [],
      supersedesTurnId: '',
      customerId: '',
    });
  });

  it('keep the given occurred_at, even if it is in 1970', () => {
    expect(receive({ occurredAt: new Date(5) }).occurredAt).toBe(5);
    expect(receive({ occurredAt: new Date(0) }).occurredAt).toBe(0);
  });

  it('have the default signals, rules and variables of the contract', () => {
    const { situation, appliedRules } = receive({
      situation: { signals: [{}], candidateVariables: [{ name: 'order_id' }] },
      appliedRules: [{ ruleId: 'r' }],
    });
    expect(situation.signals).toEqual([{ signal: 'NONE', scenarioIds: [], allInstances: false }]);
    expect(situation.candidateVariables).toEqual([{ ...caseVariable, name: 'order_id', value: null }]);
    expect(appliedRules).toEqual([{ ruleId: 'r', scope: 'GLOBAL', scopeId: '', scopeScenarioId: '', priority: 0 }]);
  });

  it('0.4: keep all candidate variables of a name in order', () => {
    const twice = [
      { name: 'amount', value: 1 },
      { name: 'amount', value: 2 },
    ];
    expect(receive({ situation: { candidateVariables: twice } }).situation.candidateVariables).toEqual([
      { ...caseVariable, name: 'amount', value: 1 },
      { ...caseVariable, name: 'amount', value: 2 },
    ]);
  });
});

const withNaN = { reason: { amount: Number.NaN } };
const invalidNumbers: readonly (readonly [string, DeepPartial<TurnMessage>])[] = [
  ['turn.customer_data["reason"]["amount"]', { customerData: withNaN }],
  ['turn.session_variables["reason"]["amount"]', { sessionVariables: withNaN }],
  ['turn.situation.facts["reason"]["amount"]', { situation: { facts: withNaN } }],
  ['turn.step_outcomes[1].results["reason"]["amount"]', { stepOutcomes: [{ kind: 1 }, { kind: 1, results: withNaN }] }],
  [
    'turn.situation.candidate_variables[0].value["amount"]',
    { situation: { candidateVariables: [{ name: 'reason', value: withNaN.reason }] } },
  ],
];

it.each(invalidNumbers)('rejects NaN at %s with its path', (path, fields) => {
  expect(() => receive(fields)).toThrow(
    expect.objectContaining({
      reason: 'INVALID_REQUEST',
      violations: [{ field: path, description: 'must be a finite number' }],
    }),
  );
});

it('rejects a step outcome without a kind', () => {
  expect(() => receive({ stepOutcomes: [{}] })).toThrow('STEP_OUTCOME_KIND must be one of CONFIRMED');
});

describe('section 12: a delivery', () => {
  const NONE = 0;
  const [ASK, CONFIRM, ACTION_HINT] = [2, 3, 4];
  const target =
    'must have action_key, or instance_id and contribution_type; for a CHOICE, set only contribution_type CONFIRM';

  it.each([
    ['names a contribution by its key', { actionKey: 'i/confirm/1', status: 2 }],
    ['names a contribution by instance and type', { instanceId: 'i', contributionType: ASK, status: 3 }],
    [
      'may repeat all ids of the contribution',
      { actionKey: 'i/a/1', instanceId: 'i', contributionType: CONFIRM, status: 2 },
    ],
    ['can report an ACTION_HINT', { instanceId: 'i', contributionType: ACTION_HINT, status: 2 }],
    ['names the CHOICE, which has no instance', { contributionType: CONFIRM, status: 1 }],
  ])('%s', (_, delivery) => {
    expect(receive({ deliveries: [delivery] }).deliveries).toHaveLength(1);
  });

  it.each([
    ['without a target', { contributionType: NONE }],
    ['with an instance and no type', { instanceId: 'i' }],
    ['with a type and no instance', { contributionType: ASK }],
  ])('%s is rejected', (_, delivery) => {
    expect(() => receive({ deliveries: [{ ...delivery, status: 1 }] })).toThrow(
      expect.objectContaining({ violations: [{ field: 'turn.deliveries[0]', description: target }] }),
    );
  });

  it('without a status is rejected', () => {
    expect(() => receive({ deliveries: [{ actionKey: 'i/confirm/1' }] })).toThrow('DELIVERY_STATUS must be one of');
  });
});

describe('the key __proto__ in a request that was not validated', () => {
  /** Converts a request with `__prot0__` replaced by `__proto__`, which the encoder cannot write. */
  function receiveUnsafe(fields: DeepPartial<TurnMessage>): Turn {
    const bytes = Buffer.from(TurnMessage.encode(encodeAndDecode(TurnMessage, fields)).finish());
    const renamed = bytes.toString('latin1').replaceAll('__prot0__', '__proto__');
    return turnFromProto(TurnMessage.decode(Buffer.from(renamed, 'latin1')), receivedAt);
  }

  it.each([1, { polluted: true }, { __prot0__: { polluted: true } }])('is dropped with its value %j', (value) => {
    expect([...receiveUnsafe({ customerData: { __prot0__: value } }).customerData]).toEqual([]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('adds no property to the enclosing object', () => {
    const value = receiveUnsafe({ customerData: { a: { __prot0__: { polluted: true }, b: 1 } } }).customerData.get('a');
    expect(value).toEqual({ b: 1 });
    expect(Reflect.get(Object(value), 'polluted')).toBeUndefined();
  });
});

describe('a turn that supersedes another one', () => {
  const supersedesTurnId = 'turn-1';

  it('is a message', () => {
    expect(receive({ trigger: TurnTrigger.TURN_TRIGGER_MESSAGE, supersedesTurnId })).toMatchObject({
      supersedesTurnId,
    });
  });

  it.each([TurnTrigger.TURN_TRIGGER_TIMER, TurnTrigger.TURN_TRIGGER_TOOL_RESULTS])(
    'is rejected with trigger %d',
    (trigger) => {
      const description = 'must be empty unless the trigger is MESSAGE, because only a message replaces a message';
      expect(() => receive({ trigger, supersedesTurnId })).toThrow(
        expect.objectContaining({ violations: [{ field: 'turn.supersedes_turn_id', description }] }),
      );
    },
  );
});
