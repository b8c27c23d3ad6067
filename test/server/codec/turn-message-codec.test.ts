import fc from 'fast-check';
import { Turn as TurnMessage } from '../../../gen/focal/orchestration/v1/turn';
import type { Turn } from '../../../src/core/model/turn';
import { turnFromProto, turnToProto } from '../../../src/server/codec/wire/turn-message-codec';
import { turn } from './arbitraries';
import { expectSameBytes } from './bytes';
import { type DeepPartial, encodeAndDecode } from './partial-message';
import { reverseEntries } from './reverse-entries';

const receivedAt = 1_795_000_000_123;

function encoded(value: Turn): Uint8Array {
  return TurnMessage.encode(turnToProto(value)).finish();
}

/** The turn that a caller sent with these fields and no others. */
function received(fields: DeepPartial<TurnMessage>): Turn {
  return turnFromProto(encodeAndDecode(TurnMessage, fields), receivedAt);
}

describe('a turn', () => {
  it('comes back from its bytes as it was', () => {
    fc.assert(
      fc.property(turn, (value) => {
        expect(turnFromProto(TurnMessage.decode(encoded(value)), receivedAt)).toEqual(value);
      }),
    );
  });

  it('has the same bytes whatever the order of its maps', () => {
    fc.assert(fc.property(turn, (value) => expectSameBytes(encoded(reverseEntries(value)), encoded(value))));
  });

  it('is a MESSAGE in which nothing was read, where the caller says nothing (0.1)', () => {
    expect(received({ turnId: 't' })).toEqual({
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
    });
  });

  it('happened when the caller says, also in 1970', () => {
    expect(received({ occurredAt: new Date(5) }).occurredAt).toBe(5);
    expect(received({ occurredAt: new Date(0) }).occurredAt).toBe(0);
  });

  it('has signals, rules and variables with the defaults of the contract', () => {
    const { situation, appliedRules } = received({
      situation: { signals: [{}], candidateVariables: [{ name: 'order_id' }] },
      appliedRules: [{ ruleId: 'r' }],
    });
    expect(situation.signals).toEqual([{ signal: 'NONE', scenarioIds: [], allInstances: false }]);
    expect(situation.candidateVariables).toEqual([{ name: 'order_id', value: null, scope: 'CASE' }]);
    expect(appliedRules).toEqual([{ ruleId: 'r', scope: 'GLOBAL', scopeId: '', scopeScenarioId: '', priority: 0 }]);
  });

  it('keeps all candidate variables of a name, in their order: that the last one counts is the rule of 0.4', () => {
    const twice = [
      { name: 'amount', value: 1 },
      { name: 'amount', value: 2 },
    ];
    expect(received({ situation: { candidateVariables: twice } }).situation.candidateVariables).toEqual([
      { name: 'amount', value: 1, scope: 'CASE' },
      { name: 'amount', value: 2, scope: 'CASE' },
    ]);
  });
});

const withNaN = { reason: { amount: Number.NaN } };
const places: readonly (readonly [string, DeepPartial<TurnMessage>])[] = [
  ['turn.customer_data["reason"]["amount"]', { customerData: withNaN }],
  ['turn.session_variables["reason"]["amount"]', { sessionVariables: withNaN }],
  ['turn.situation.facts["reason"]["amount"]', { situation: { facts: withNaN } }],
  ['turn.step_outcomes[1].results["reason"]["amount"]', { stepOutcomes: [{ kind: 1 }, { kind: 1, results: withNaN }] }],
  [
    'turn.situation.candidate_variables[0].value["amount"]',
    { situation: { candidateVariables: [{ name: 'reason', value: withNaN.reason }] } },
  ],
];

it.each(places)('NaN at %s is refused, naming that place', (place, fields) => {
  expect(() => received(fields)).toThrow(
    expect.objectContaining({
      reason: 'INVALID_REQUEST',
      violations: [{ field: place, description: 'must be a finite number' }],
    }),
  );
});

it('an outcome without a kind is refused', () => {
  expect(() => received({ stepOutcomes: [{}] })).toThrow('STEP_OUTCOME_KIND must be one of CONFIRMED');
});

describe('a key __proto__ that came past the checks of the contract', () => {
  /** The turn of a caller who wrote that key where these fields have `__prot0__`; no encoder here would write it. */
  function hostile(fields: DeepPartial<TurnMessage>): Turn {
    const bytes = Buffer.from(TurnMessage.encode(encodeAndDecode(TurnMessage, fields)).finish());
    const renamed = bytes.toString('latin1').replaceAll('__prot0__', '__proto__');
    return turnFromProto(TurnMessage.decode(Buffer.from(renamed, 'latin1')), receivedAt);
  }

  it.each([1, { polluted: true }, { __prot0__: { polluted: true } }])('is lost with its value %j', (value) => {
    expect([...hostile({ customerData: { __prot0__: value } }).customerData]).toEqual([]);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('adds nothing to the object that it is in', () => {
    const value = hostile({ customerData: { a: { __prot0__: { polluted: true }, b: 1 } } }).customerData.get('a');
    expect(value).toEqual({ b: 1 });
    expect(Reflect.get(Object(value), 'polluted')).toBeUndefined();
  });
});
