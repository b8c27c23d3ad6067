import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { maxValueDepth } from '../../../src/server/codec/wire/json-value';
import { callRaw, failureOf, type GrpcUnderTest, startGrpc, streamRaw } from '../../support/grpc-under-test';
import {
  delimited,
  double,
  entry,
  float,
  nestedLists,
  nestedObjects,
  type TurnFields,
  text,
  turnRequest,
  turnRequestWith,
  whole,
} from '../../support/request-bytes';
import { uuid } from '../../support/session-builder';

const processTurn = OrchestratorServiceService.processTurn.path;
const streamTurn = OrchestratorServiceService.streamTurn.path;

/** Numbers of the turn's fields on the wire. */
const [TRIGGER, SITUATION, CANDIDATES, RULES, CUSTOMER_DATA, STEP_OUTCOMES, SESSION_VARIABLES] = [
  6, 7, 8, 9, 10, 11, 12,
];
/** Numbers of the kinds of a JSON value on the wire. */
const [NULL_VALUE, NUMBER_VALUE, STRING_VALUE, STRUCT_VALUE] = [1, 2, 3, 5];

let grpc: GrpcUnderTest;
/** What got past the guard. */
let turns: unknown[] = [];

beforeAll(async () => {
  grpc = await startGrpc({
    processTurn: (command) => {
      turns.push(command);
      return Promise.reject(new Error('a turn that the guard let pass'));
    },
  });
});
beforeEach(() => {
  turns = [];
});
afterAll(() => grpc.stop());

const score = (value: number) => delimited(CANDIDATES, text(1, uuid(5)), double(2, value));
const null_ = whole(NULL_VALUE, 0);

const refused: readonly (readonly [string, Buffer, readonly string[]])[] = [
  ['an empty request', Buffer.alloc(0), ['turn']],
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
  ['a malformed scope', rules({ ruleId: uuid(5), scopeScenarioId: 's' }), ['turn.applied_rules[0].scope_scenario_id']],
  ['a malformed instance', outcomes({ kind: 1, instanceId: 'i' }), ['turn.step_outcomes[0].instance_id']],
  [
    'a malformed aim',
    turnRequest({ situation: { signals: [{ signal: 6, scenarioIds: [uuid(5), 'here'] }] } }),
    ['turn.situation.signals[0].scenario_ids[1]'],
  ],
  ['a score above 1', turnRequestWith(score(0.5), score(0.7), score(1.5)), ['turn.candidates[2].score']],
  ['a score below 0', turnRequestWith(score(-0.1)), ['turn.candidates[0].score']],
  ['a score that is NaN', turnRequestWith(score(Number.NaN)), ['turn.candidates[0].score']],
  ['an intent score of infinity', situation(double(6, Infinity)), ['turn.situation.canonical_intent_score']],
  ['an embedding with NaN', situation(delimited(17, floats(1, Number.NaN))), ['turn.situation.embedding[1]']],
  [
    'an embedding with infinity, not packed',
    situation(float(17, 1), float(17, Infinity)),
    ['turn.situation.embedding[1]'],
  ],
  ['a time before 1970', turnRequest({ occurredAt: new Date(-1_000) }), ['turn.occurred_at']],
  ['a time after 9999', turnRequestWith(delimited(5, int64(1, 253_402_300_800))), ['turn.occurred_at']],
  ['an unknown trigger', turnRequestWith(whole(TRIGGER, 4)), ['turn.trigger']],
  ['a negative trigger', turnRequestWith(whole(TRIGGER, -1)), ['turn.trigger']],
  ['an unknown signal', situation(delimited(3, whole(1, 99))), ['turn.situation.signals[0].signal']],
  [
    'an unknown rule scope',
    turnRequestWith(delimited(RULES, text(1, uuid(5)), whole(2, 9))),
    ['turn.applied_rules[0].scope'],
  ],
  ['an unknown scope of a variable', variable(whole(3, 77)), ['turn.situation.candidate_variables[0].scope']],
  ['an outcome without a kind', turnRequestWith(delimited(STEP_OUTCOMES)), ['turn.step_outcomes[0].kind']],
  [
    'an unknown kind of outcome',
    turnRequestWith(delimited(STEP_OUTCOMES, whole(4, 12))),
    ['turn.step_outcomes[0].kind'],
  ],
  ['a priority out of range', rules({ ruleId: uuid(5), priority: 1_000_001 }), ['turn.applied_rules[0].priority']],
  [
    'a variable without a name',
    turnRequest({ situation: { candidateVariables: [{ value: 1 }] } }),
    ['turn.situation.candidate_variables[0].name'],
  ],
  ['a long text', turnRequest({ situation: { language: 'x'.repeat(36) } }), ['turn.situation.language']],
  ['a long key', turnRequest({ customerData: { ['k'.repeat(129)]: 1 } }), [`turn.customer_data["${'k'.repeat(129)}"]`]],
  ['an empty key', turnRequest({ sessionVariables: { '': 1 } }), ['turn.session_variables[""]']],
  ['101 candidates', turnRequestWith(...Array.from({ length: 101 }, () => score(1))), ['turn.candidates']],
  [
    'half a million empty candidates',
    turnRequestWith(Buffer.alloc(1_000_000, Buffer.from([0x42, 0]))),
    ['turn.candidates'],
  ],
  ['501 fields', turnRequest({ customerData: manyFields(501) }), ['turn.customer_data']],
  ['a value that is NaN', customer('a', double(NUMBER_VALUE, Number.NaN)), ['turn.customer_data["a"]']],
  ['a value that is infinite', customer('a', double(NUMBER_VALUE, -Infinity)), ['turn.customer_data["a"]']],
  [
    'NaN within an object',
    customer('a', struct('b', double(NUMBER_VALUE, Number.NaN))),
    ['turn.customer_data["a"]["b"]'],
  ],
  ['an empty value', customer('a'), ['turn.customer_data["a"]']],
  ['a key without a value', turnRequestWith(delimited(CUSTOMER_DATA, text(1, 'a'))), ['turn.customer_data["a"]']],
  ['an empty value within a list', customer('a', delimited(6, delimited(1))), ['turn.customer_data["a"][0]']],
  ['lists one level too deep', customer('deep', nestedLists(maxValueDepth + 1)), ['turn.customer_data["deep"]']],
  [
    'objects one level too deep',
    customer('deep', nestedObjects(maxValueDepth + 1, 'k')),
    ['turn.customer_data["deep"]'],
  ],
  ['1,000 levels of lists', customer('deep', nestedLists(1_000)), ['turn.customer_data["deep"]']],
  ['33 levels in a variable', variable(delimited(2, nestedLists(33))), ['turn.situation.candidate_variables[0].value']],
  ['the key __proto__', customer('__proto__', null_), ['turn.customer_data["__proto__"]']],
  [
    'the key __proto__ in a patch',
    turnRequestWith(entry(SESSION_VARIABLES, '__proto__', null_)),
    ['turn.session_variables["__proto__"]'],
  ],
  ['the key __proto__ in facts', situation(entry(14, '__proto__', null_)), ['turn.situation.facts["__proto__"]']],
  [
    'the key __proto__ in results',
    turnRequestWith(delimited(STEP_OUTCOMES, whole(4, 1), entry(6, '__proto__', null_))),
    ['turn.step_outcomes[0].results["__proto__"]'],
  ],
  [
    'the key __proto__ in an object',
    customer('a', struct('__proto__', struct('admin', null_))),
    ['turn.customer_data["a"]["__proto__"]'],
  ],
  [
    'the key __proto__ deep down',
    customer('a', delimited(6, delimited(1, struct('b', struct('__proto__', null_))))),
    ['turn.customer_data["a"][0]["b"]["__proto__"]'],
  ],
  ['more JSON values than a request may hold', customer('a', manyValues(60_000)), ['turn.customer_data["a"]']],
  [
    'everything at once',
    turnRequestWith(score(2), score(0.5), score(-1), whole(TRIGGER, 9), entry(CUSTOMER_DATA, '__proto__', null_)),
    ['turn.customer_data["__proto__"]', 'turn.trigger', 'turn.candidates[0].score', 'turn.candidates[2].score'],
  ],
];

test.each(refused)('%s is INVALID_ARGUMENT, every field named', async (_what, bytes, fields) => {
  const failure = await failureOf(callRaw(grpc, processTurn, bytes));
  expect(failure.status).toBe('INVALID_ARGUMENT');
  expect(failure.reason).toBe('INVALID_REQUEST');
  expect(failure.violations.map(({ field }) => field).sort()).toEqual([...fields].sort());
  expect(failure.violations.every(({ description }) => description.length > 5)).toBe(true);
  expect(turns).toEqual([]);
});

const undecodable: readonly (readonly [string, Buffer])[] = [
  ['cut off in the middle', turnRequest({ customerData: { a: 1 } }).subarray(0, -3)],
  ['a tag without a value', Buffer.from([0x0a])],
  ['a length beyond the end', Buffer.from([0x0a, 0x7f, 0x01])],
  ['a length of 5 GB', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f])],
  ['a varint that never ends', Buffer.alloc(30, 0xff)],
  ['the field number 0', Buffer.from([0x02, 0x00])],
  ['a group', Buffer.from([0x0b, 0x0c])],
  ['the unknown wire type 7', Buffer.from([0x0f])],
  ['an id of the wrong wire type', Buffer.from(delimited(1, whole(1, 1)))],
  ['a flag as text, which one of the decoders would take', Buffer.concat([turnRequest(), delimited(3)])],
  ['a score as text', turnRequestWith(delimited(CANDIDATES, text(1, uuid(5)), text(2, '0.5')))],
  ['an inner message longer than what holds it', Buffer.from([0x0a, 0x02, 0x0a, 0x7f])],
  ['text that is not UTF-8', situation(delimited(1, Buffer.from([0xc3, 0x28])))],
  [
    'a key that is not UTF-8',
    turnRequestWith(delimited(CUSTOMER_DATA, delimited(1, Buffer.from([0xff])), delimited(2, null_))),
  ],
];

test.each(undecodable)('%s is INVALID_ARGUMENT, not INTERNAL', async (_what, bytes) => {
  const failure = await failureOf(callRaw(grpc, processTurn, bytes));
  expect([failure.status, failure.reason]).toEqual(['INVALID_ARGUMENT', 'UNDECODABLE_REQUEST']);
  expect(turns).toEqual([]);
});

test('random bytes are INVALID_ARGUMENT, whatever they are, and the server goes on', async () => {
  let state = 1;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
  for (let round = 0; round < 300; round++) {
    const bytes = Buffer.from(Array.from({ length: random() % 60 }, () => random() & 0xff));
    expect((await failureOf(callRaw(grpc, processTurn, bytes))).status).toBe('INVALID_ARGUMENT');
  }
  expect(turns).toEqual([]);
});

test('a stream is refused in the same words as a unary call', async () => {
  const failure = await failureOf(streamRaw(grpc, streamTurn, turnRequestWith(score(1.5))));
  expect([failure.status, failure.reason]).toEqual(['INVALID_ARGUMENT', 'INVALID_REQUEST']);
  expect(failure.violations.map(({ field }) => field)).toEqual(['turn.candidates[0].score']);
  expect((await failureOf(streamRaw(grpc, streamTurn, Buffer.from([0x0a])))).reason).toBe('UNDECODABLE_REQUEST');
});

const accepted: readonly (readonly [string, Buffer, Partial<Record<'customerData' | 'candidates', unknown>>])[] = [
  [
    'the text __proto__ in a value',
    turnRequest({ customerData: { a: 'say __proto__' } }),
    {
      customerData: new Map([['a', 'say __proto__']]),
    },
  ],
  [
    'a key that only contains __proto__',
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
  ['lists as deep as they may be', customer('deep', nestedLists(maxValueDepth)), {}],
  ['objects as deep as they may be', customer('deep', nestedObjects(maxValueDepth, 'k')), {}],
  ['a score of 1 and of 0', turnRequestWith(score(1), score(0)), {}],
  ['a field that the contract does not know', turnRequestWith(text(999, 'from the future')), {}],
  [
    'a value of two kinds: the last one counts',
    customer('a', null_, text(STRING_VALUE, 'b')),
    {
      customerData: new Map([['a', 'b']]),
    },
  ],
];

test.each(accepted)('%s is accepted', async (_what, bytes, expected) => {
  expect((await failureOf(callRaw(grpc, processTurn, bytes))).reason).toBe('INTERNAL'); // of the fake use case
  expect(turns).toEqual([expect.objectContaining({ turn: expect.objectContaining(expected) })]);
});

test('a turn in two parts is checked and decided as one', async () => {
  const [head, tail] = [turnRequest(), delimited(1, score(0.5))];
  await failureOf(callRaw(grpc, processTurn, Buffer.concat([head, tail])));
  const turn = { tenantId: uuid(1), turnId: uuid(4), candidates: [{ scenarioId: uuid(5), score: 0.5, reasoning: '' }] };
  expect(turns).toEqual([expect.objectContaining({ turn: expect.objectContaining(turn) })]);
});

test('messages within a turn that come in parts are merged too', async () => {
  const [message, intent] = [delimited(SITUATION, text(1, 'hello')), delimited(SITUATION, text(4, 'refund'))];
  await failureOf(callRaw(grpc, processTurn, turnRequestWith(message, intent)));
  const situation = expect.objectContaining({ message: 'hello', intent: 'refund' });
  expect(turns).toEqual([expect.objectContaining({ turn: expect.objectContaining({ situation }) })]);
});

test('a part that breaks the contract does not slip in behind one that keeps it', async () => {
  const [head, tail] = [turnRequest(), delimited(1, text(1, 'no id'))];
  const failure = await failureOf(callRaw(grpc, processTurn, Buffer.concat([head, tail])));
  expect(failure.violations.map(({ field }) => field)).toEqual(['turn.tenant_id']);
  expect(turns).toEqual([]);
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
  return turnRequestWith(delimited(SITUATION, ...fields));
}

function variable(...fields: readonly Uint8Array[]): Buffer {
  return situation(delimited(16, text(1, 'order_id'), ...fields));
}

function customer(key: string, ...value: readonly Uint8Array[]): Buffer {
  return turnRequestWith(entry(CUSTOMER_DATA, key, ...value));
}

function struct(key: string, value: Uint8Array): Uint8Array {
  return delimited(STRUCT_VALUE, entry(1, key, value));
}

function manyFields(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`field_${index}`, index]));
}

function manyValues(count: number): Uint8Array {
  return delimited(6, Buffer.concat(Array.from({ length: count }, () => delimited(1, null_))));
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
