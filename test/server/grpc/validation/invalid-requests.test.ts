import { OrchestratorError } from '../../../../src/core/model/orchestrator-error';
import { maxValueDepth } from '../../../../src/server/codec/wire/json-value';
import { turnFromProto } from '../../../../src/server/codec/wire/turn-message-codec';
import {
  delimited,
  double,
  encodeNestedLists,
  encodeNestedObjects,
  entry,
  float,
  int32,
  type TurnFields,
  text,
  turnRequest,
  turnRequestWith,
} from '../../../support/request-bytes';
import { uuid } from '../../../support/session-builder';
import { createTurnValidator } from './turn-validator';

/** Field numbers of Turn. */
const [
  triggerNumber,
  situationNumber,
  candidatesNumber,
  rulesNumber,
  customerDataNumber,
  stepOutcomesNumber,
  sessionVariablesNumber,
] = [6, 7, 8, 9, 10, 11, 12];
/** Field numbers of google.protobuf.Value. */
const [nullNumber, numberNumber, stringNumber, structNumber] = [1, 2, 3, 5];

const validator = createTurnValidator();

function getRejection(bytes: Uint8Array): OrchestratorError {
  try {
    validator(bytes).validate();
  } catch (error) {
    if (error instanceof OrchestratorError) return error;
    throw error;
  }
  throw new Error('the request was accepted');
}

/** Decodes the turn of an accepted request. */
function decodeTurn(bytes: Uint8Array) {
  const { turn } = validator(bytes).validate().message;
  if (turn === undefined) throw new Error('the request has no turn');
  return turnFromProto(turn, 0);
}

const score = (value: number) => delimited(candidatesNumber, text(1, uuid(5)), double(2, value));
const nullValue = int32(nullNumber, 0);

const invalid: readonly (readonly [string, Buffer, readonly string[]])[] = [
  ['no turn', Buffer.alloc(0), ['turn']],
  [
    'a turn without ids',
    Buffer.from(delimited(1)),
    ['turn.tenant_id', 'turn.agent_id', 'turn.session_id', 'turn.turn_id'],
  ],
  ['a malformed tenant id', turnRequest({ tenantId: 'x' }), ['turn.tenant_id']],
  ['a malformed agent id', turnRequest({ agentId: `${uuid(1)}0` }), ['turn.agent_id']],
  ['a malformed session id', turnRequest({ sessionId: uuid(1).replaceAll('-', '_') }), ['turn.session_id']],
  ['a malformed turn id', turnRequest({ turnId: '' }), ['turn.turn_id']],
  ['a malformed candidate', candidates({ scenarioId: 'refund', score: 1 }), ['turn.candidates[0].scenario_id']],
  ['a malformed rule', rules({ ruleId: 'r' }), ['turn.applied_rules[0].rule_id']],
  [
    'a malformed scenario of a scope',
    rules({ ruleId: uuid(5), scopeScenarioId: 's' }),
    ['turn.applied_rules[0].scope_scenario_id'],
  ],
  ['a malformed instance', outcomes({ kind: 1, instanceId: 'i' }), ['turn.step_outcomes[0].instance_id']],
  [
    'a malformed scenario id of a signal',
    turnRequest({ situation: { signals: [{ signal: 6, scenarioIds: [uuid(5), 'here'] }] } }),
    ['turn.situation.signals[0].scenario_ids[1]'],
  ],
  ['a score above 1', turnRequestWith(score(0.5), score(0.7), score(1.5)), ['turn.candidates[2].score']],
  ['a score below 0', turnRequestWith(score(-0.1)), ['turn.candidates[0].score']],
  ['a score of NaN', turnRequestWith(score(Number.NaN)), ['turn.candidates[0].score']],
  ['an infinite intent score', situation(double(6, Infinity)), ['turn.situation.canonical_intent_score']],
  ['NaN in a packed embedding', situation(delimited(17, floats(1, Number.NaN))), ['turn.situation.embedding[1]']],
  ['infinity in an unpacked embedding', situation(float(17, 1), float(17, Infinity)), ['turn.situation.embedding[1]']],
  ['a time before 1970', turnRequest({ occurredAt: new Date(-1_000) }), ['turn.occurred_at']],
  ['a time after 9999', turnRequestWith(delimited(5, int64(1, 253_402_300_800))), ['turn.occurred_at']],
  ['an unknown trigger', turnRequestWith(int32(triggerNumber, 4)), ['turn.trigger']],
  ['a negative trigger', turnRequestWith(int32(triggerNumber, -1)), ['turn.trigger']],
  ['an unknown signal', situation(delimited(3, int32(1, 99))), ['turn.situation.signals[0].signal']],
  [
    'an unknown rule scope',
    turnRequestWith(delimited(rulesNumber, text(1, uuid(5)), int32(2, 9))),
    ['turn.applied_rules[0].scope'],
  ],
  ['an unknown scope of a variable', variable(int32(3, 77)), ['turn.situation.candidate_variables[0].scope']],
  [
    'a malformed scenario of a variable',
    turnRequest({ situation: { candidateVariables: [{ name: 'seats', scenarioId: 'booking' }] } }),
    ['turn.situation.candidate_variables[0].scenario_id'],
  ],
  ['an unknown operation of a variable', variable(int32(5, 4)), ['turn.situation.candidate_variables[0].operation']],
  ['a delivery without a status', turnRequest({ deliveries: [{ actionKey: 'key' }] }), ['turn.deliveries[0].status']],
  [
    'a delivery of a NONE, which says nothing',
    turnRequest({ deliveries: [{ instanceId: uuid(5), contributionType: 1, status: 1 }] }),
    ['turn.deliveries[0].contribution_type'],
  ],
  ['a malformed superseded turn', turnRequest({ supersedesTurnId: 'turn 1' }), ['turn.supersedes_turn_id']],
  ['an outcome of no kind', turnRequestWith(delimited(stepOutcomesNumber)), ['turn.step_outcomes[0].kind']],
  [
    'an unknown kind of outcome',
    turnRequestWith(delimited(stepOutcomesNumber, int32(4, 12))),
    ['turn.step_outcomes[0].kind'],
  ],
  ['a priority out of range', rules({ ruleId: uuid(5), priority: 1_000_001 }), ['turn.applied_rules[0].priority']],
  [
    'a variable without a name',
    turnRequest({ situation: { candidateVariables: [{ value: 1 }] } }),
    ['turn.situation.candidate_variables[0].name'],
  ],
  [
    'a text above its maximum length',
    turnRequest({ situation: { language: 'x'.repeat(36) } }),
    ['turn.situation.language'],
  ],
  [
    'a key above its maximum length',
    turnRequest({ customerData: { ['k'.repeat(129)]: 1 } }),
    [`turn.customer_data["${'k'.repeat(129)}"]`],
  ],
  ['an empty key', turnRequest({ sessionVariables: { '': 1 } }), ['turn.session_variables[""]']],
  ['101 candidates', turnRequestWith(...Array.from({ length: 101 }, () => score(1))), ['turn.candidates']],
  [
    'half a million empty candidates',
    turnRequestWith(Buffer.alloc(1_000_000, Buffer.from([0x42, 0]))),
    ['turn.candidates'],
  ],
  ['501 customer data fields', turnRequest({ customerData: manyFields(501) }), ['turn.customer_data']],
  ['a value of NaN', customer('a', double(numberNumber, Number.NaN)), ['turn.customer_data["a"]']],
  ['an infinite value', customer('a', double(numberNumber, -Infinity)), ['turn.customer_data["a"]']],
  ['NaN in an object', customer('a', struct('b', double(numberNumber, Number.NaN))), ['turn.customer_data["a"]["b"]']],
  ['an empty value', customer('a'), ['turn.customer_data["a"]']],
  ['a key without a value', turnRequestWith(delimited(customerDataNumber, text(1, 'a'))), ['turn.customer_data["a"]']],
  ['an empty value in a list', customer('a', delimited(6, delimited(1))), ['turn.customer_data["a"][0]']],
  [
    'lists that are one level too deep',
    customer('deep', encodeNestedLists(maxValueDepth + 1)),
    ['turn.customer_data["deep"]'],
  ],
  [
    'objects that are one level too deep',
    customer('deep', encodeNestedObjects(maxValueDepth + 1, 'k')),
    ['turn.customer_data["deep"]'],
  ],
  ['1,000 levels of lists', customer('deep', encodeNestedLists(1_000)), ['turn.customer_data["deep"]']],
  [
    '33 levels of lists in a variable',
    variable(delimited(2, encodeNestedLists(33))),
    ['turn.situation.candidate_variables[0].value'],
  ],
  ['the key __proto__', customer('__proto__', nullValue), ['turn.customer_data["__proto__"]']],
  [
    'the key __proto__ in session variables',
    turnRequestWith(entry(sessionVariablesNumber, '__proto__', nullValue)),
    ['turn.session_variables["__proto__"]'],
  ],
  ['the key __proto__ in facts', situation(entry(14, '__proto__', nullValue)), ['turn.situation.facts["__proto__"]']],
  [
    'the key __proto__ in results',
    turnRequestWith(delimited(stepOutcomesNumber, int32(4, 1), entry(6, '__proto__', nullValue))),
    ['turn.step_outcomes[0].results["__proto__"]'],
  ],
  [
    'the key __proto__ in an object',
    customer('a', struct('__proto__', struct('admin', nullValue))),
    ['turn.customer_data["a"]["__proto__"]'],
  ],
  [
    'the key __proto__ in a nested object',
    customer('a', delimited(6, delimited(1, struct('b', struct('__proto__', nullValue))))),
    ['turn.customer_data["a"][0]["b"]["__proto__"]'],
  ],
  ['too many JSON values', customer('a', manyValues(60_000)), ['turn.customer_data["a"]']],
  [
    'several invalid fields',
    turnRequestWith(
      score(2),
      score(0.5),
      score(-1),
      int32(triggerNumber, 9),
      entry(customerDataNumber, '__proto__', nullValue),
    ),
    ['turn.customer_data["__proto__"]', 'turn.trigger', 'turn.candidates[0].score', 'turn.candidates[2].score'],
  ],
];

test.each(invalid)('a request with %s is rejected, and every invalid field is listed', (_what, bytes, fields) => {
  const error = getRejection(bytes);
  expect(error.reason).toBe('INVALID_REQUEST');
  expect(error.violations.map(({ field }) => field).sort()).toEqual([...fields].sort());
  expect(error.violations.every(({ description }) => description.length > 5)).toBe(true);
});

const undecodable: readonly (readonly [string, Buffer, string])[] = [
  ['truncated bytes', turnRequest({ customerData: { a: 1 } }).subarray(0, -3), 'a value is longer than the message'],
  ['a tag without a value', Buffer.from([0x0a]), 'it ends in the middle of a number'],
  ['a length beyond the end', Buffer.from([0x0a, 0x7f, 0x01]), 'a value is longer than the message'],
  ['a length of 34 GB', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f]), 'more than 32 bits'],
  ['a varint without an end', Buffer.alloc(30, 0xff), 'more than 32 bits'],
  ['the field number 0', Buffer.from([0x02, 0x00]), 'the field number 0'],
  ['a group in an unknown field', Buffer.from([0x7b, 0x7c]), 'a group or an unknown wire type'],
  ['a group', Buffer.from([0x0b, 0x0c]), 'turn has wire type 3, not 2'],
  ['the unknown wire type 7', Buffer.from([0x0f]), 'turn has wire type 7, not 2'],
  ['an id of the wrong wire type', Buffer.from(delimited(1, int32(1, 1))), 'turn.tenant_id has wire type 0, not 2'],
  [
    'a flag as text, which one of the two decoders accepts,',
    Buffer.concat([turnRequest(), delimited(3)]),
    'validate_only has wire type 2, not 0',
  ],
  [
    'a score as text',
    turnRequestWith(delimited(candidatesNumber, text(1, uuid(5)), text(2, '0.5'))),
    'turn.candidates[0].score has wire type 2, not 1',
  ],
  [
    'a field that is longer than its message',
    Buffer.from([0x0a, 0x02, 0x0a, 0x7f]),
    'a value is longer than the message',
  ],
  ['text that is not UTF-8', situation(delimited(1, Buffer.from([0xc3, 0x28]))), 'The request could not be decoded'],
  [
    'a key that is not UTF-8',
    turnRequestWith(delimited(customerDataNumber, delimited(1, Buffer.from([0xff])), delimited(2, nullValue))),
    'The request could not be decoded',
  ],
];

test.each(undecodable)('a request with %s is rejected as undecodable', (_what, bytes, message) => {
  const error = getRejection(bytes);
  expect(error.reason).toBe('UNDECODABLE_REQUEST');
  expect(error.message).toContain(message);
});

const accepted: readonly (readonly [string, Buffer, Partial<Record<'customerData' | 'candidates', unknown>>])[] = [
  [
    'the text __proto__ in a value',
    turnRequest({ customerData: { a: 'use __proto__' } }),
    {
      customerData: new Map([['a', 'use __proto__']]),
    },
  ],
  [
    'a key that contains __proto__',
    turnRequest({ customerData: { x__proto__: 1 } }),
    {
      customerData: new Map([['x__proto__', 1]]),
    },
  ],
  [
    'the keys constructor, toString and 7',
    turnRequest({ customerData: { constructor: 1, toString: 2, 7: 3 } }),
    {
      customerData: new Map([
        ['7', 3],
        ['constructor', 1],
        ['toString', 2],
      ]),
    },
  ],
  ['lists of the maximum depth', customer('deep', encodeNestedLists(maxValueDepth)), {}],
  ['objects of the maximum depth', customer('deep', encodeNestedObjects(maxValueDepth, 'k')), {}],
  ['scores of 1 and 0', turnRequestWith(score(1), score(0)), {}],
  ['an unknown field', turnRequestWith(text(999, 'from the future')), {}],
  [
    'a value of two kinds, of which the last one applies,',
    customer('a', nullValue, text(stringNumber, 'b')),
    {
      customerData: new Map([['a', 'b']]),
    },
  ],
];

test.each(accepted)('a request with %s is accepted', (_what, bytes, expected) => {
  expect(decodeTurn(bytes)).toMatchObject(expected);
});

describe('a message that is sent in parts', () => {
  test('is merged, validated and decoded as one', () => {
    const parts = Buffer.concat([turnRequest(), delimited(1, score(0.5))]);
    expect(decodeTurn(parts)).toMatchObject({
      tenantId: uuid(1),
      turnId: uuid(4),
      candidates: [{ scenarioId: uuid(5), score: 0.5, reasoning: '' }],
    });
    const { bytes } = validator(parts).validate();
    expect(bytes).not.toEqual(parts);
    expect(decodeTurn(bytes)).toEqual(decodeTurn(parts));
  });

  test('is merged inside a turn too', () => {
    const [message, intent] = [
      delimited(situationNumber, text(1, 'hello')),
      delimited(situationNumber, text(4, 'refund')),
    ];
    const { situation: merged } = decodeTurn(turnRequestWith(message, intent));
    expect(merged).toMatchObject({ message: 'hello', intent: 'refund' });
  });

  test('is rejected for an invalid second part', () => {
    const parts = Buffer.concat([turnRequest(), delimited(1, text(1, 'no id'))]);
    expect(getRejection(parts).violations.map(({ field }) => field)).toEqual(['turn.tenant_id']);
  });
});

test('a request in one part is decoded from the bytes as sent', () => {
  const bytes = turnRequest({ customerData: { vip: true } });
  expect(validator(bytes).bytes).toBe(bytes);
  expect(validator(bytes).validate()).toMatchObject({ bytes, tenantId: uuid(1) });
});

function candidates(...given: NonNullable<TurnFields['candidates']>): Buffer {
  return turnRequest({ candidates: given });
}

function rules(...given: NonNullable<TurnFields['appliedRules']>): Buffer {
  return turnRequest({ appliedRules: given });
}

function outcomes(...given: NonNullable<TurnFields['stepOutcomes']>): Buffer {
  return turnRequest({ stepOutcomes: given });
}

function situation(...fields: readonly Uint8Array[]): Buffer {
  return turnRequestWith(delimited(situationNumber, ...fields));
}

function variable(...fields: readonly Uint8Array[]): Buffer {
  return situation(delimited(16, text(1, 'order_id'), ...fields));
}

function customer(key: string, ...value: readonly Uint8Array[]): Buffer {
  return turnRequestWith(entry(customerDataNumber, key, ...value));
}

function struct(key: string, value: Uint8Array): Uint8Array {
  return delimited(structNumber, entry(1, key, value));
}

function manyFields(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`field_${index}`, index]));
}

function manyValues(count: number): Uint8Array {
  return delimited(6, Buffer.concat(Array.from({ length: count }, () => delimited(1, nullValue))));
}

function floats(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes;
}

function int64(number: number, value: number): Uint8Array {
  const bytes = [number << 3];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.from([...bytes, rest]);
}
