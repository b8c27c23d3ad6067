import { getRequestSchema, loadContract } from '../../../../src/server/grpc/validation/contract';
import { type MessagePlan, MessagePlanner } from '../../../../src/server/grpc/validation/message-plan';
import { wireTypes } from '../../../../src/server/grpc/validation/wire-reader';
import { createMessage, type FieldDraft } from './annotated-message';

const contract = loadContract();

function createPlan(drafts: readonly FieldDraft[]): MessagePlan {
  return new MessagePlanner().getPlan(createMessage(drafts));
}

const scalars = (count: number): FieldDraft[] => Array.from({ length: count }, () => ({ type: 'BOOL' }));

test.each<[FieldDraft['type'], number]>([
  ['STRING', wireTypes.delimited],
  ['BYTES', wireTypes.delimited],
  ['MESSAGE', wireTypes.delimited],
  ['DOUBLE', wireTypes.fixed64],
  ['FIXED64', wireTypes.fixed64],
  ['SFIXED64', wireTypes.fixed64],
  ['FLOAT', wireTypes.fixed32],
  ['FIXED32', wireTypes.fixed32],
  ['SFIXED32', wireTypes.fixed32],
  ['BOOL', wireTypes.varint],
  ['ENUM', wireTypes.varint],
  ['INT32', wireTypes.varint],
  ['UINT64', wireTypes.varint],
])('%s has the wire type %d, singular and repeated', (type, wireType) => {
  const isPackable = wireType !== wireTypes.delimited;
  const { fields, repeatedFieldCount } = createPlan([{ type }, { type, isRepeated: true }]);
  const expected = {
    wireType,
    isPackable,
    isText: type === 'STRING',
    isFloat: type === 'DOUBLE' || type === 'FLOAT',
    isMapKey: false,
    isJsonContainer: false,
  };
  expect(fields[1]).toMatchObject({ ...expected, name: 'field_1', isRepeated: false, slot: 0 });
  expect(fields[2]).toMatchObject({ ...expected, name: 'field_2', isRepeated: true, slot: 0 });
  expect(repeatedFieldCount).toBe(1);
});

test('required singular fields have a bit each, and required lists are checked at the end of the message', () => {
  const required: FieldDraft = { type: 'STRING', rules: { type: { case: 'string', value: { minLen: 1n } } } };
  const requiredList: FieldDraft = {
    type: 'STRING',
    isRepeated: true,
    rules: { type: { case: 'repeated', value: { minItems: 1n } } },
  };
  const list: FieldDraft = { type: 'STRING', isRepeated: true };
  expect(createPlan([{ type: 'BOOL' }, list, required, required])).toMatchObject({
    requiredFieldBits: 0b110,
    needsFullValidation: false,
  });
  const plan = createPlan([requiredList, required]);
  expect(plan).toMatchObject({ requiredFieldBits: 0b1, needsFullValidation: false });
  expect(plan.checkedLists).toMatchObject([{ name: 'field_1', minCount: 1, isUnique: false }]);
});

test('a message has at most 31 singular fields', () => {
  expect(createPlan(scalars(31)).fields).toHaveLength(32);
  expect(() => createPlan(scalars(32))).toThrow('test.Message has 32 singular fields; at most 31 are supported.');
});

test('a message without fields has an empty plan', () => {
  expect(createPlan([])).toEqual({
    fields: [undefined],
    kind: 'message',
    repeatedFieldCount: 0,
    checkedLists: [],
    requiredFieldBits: 0,
    needsFullValidation: false,
  });
});

describe('the plan of the contract', () => {
  const turn = contract.registry.getMessage('focal.orchestration.v1.Turn');
  if (turn === undefined) throw new Error('the contract has no Turn');
  const plan = new MessagePlanner().getPlan(turn);
  const findField = (name: string) => plan.fields.find((field) => field?.name === name);

  test('requires the four ids of a turn', () => {
    const required = plan.fields.filter(
      (field) => field !== undefined && !field.isRepeated && (plan.requiredFieldBits & (1 << field.slot)) !== 0,
    );
    expect(required.map((field) => field?.name)).toEqual(['tenant_id', 'agent_id', 'session_id', 'turn_id']);
  });

  test('has the entries of a map as messages of a key and a value', () => {
    const entry = findField('customer_data')?.message;
    expect(entry).toMatchObject({ kind: 'map entry', requiredFieldBits: 0b11, needsFullValidation: false });
    expect(entry?.fields[1]).toMatchObject({
      isMapKey: true,
      isText: true,
      constraint: { kind: 'string', minBytes: 1 },
    });
    expect(entry?.fields[2]).toMatchObject({ isMapKey: false, message: { kind: 'json value' } });
  });

  test('leaves the inner fields of JSON values unnamed, and marks objects and lists', () => {
    const value = findField('customer_data')?.message?.fields[2]?.message;
    const inner = value?.fields.flatMap((field) => (field === undefined ? [] : [field])) ?? [];
    expect(inner.map(({ name }) => name)).toEqual(['', '', '', '', '', '']);
    expect(inner.map(({ isJsonContainer }) => isJsonContainer)).toEqual([false, false, false, false, true, true]);
    expect(inner.at(-1)?.message?.fields[1]?.message).toBe(value); // recursive
  });

  test('is compiled once per message type', () => {
    const planner = new MessagePlanner();
    expect(planner.getPlan(turn)).toBe(planner.getPlan(turn));
  });
});

test('getRequestSchema finds the request of a method, and rejects an unknown path', () => {
  const schema = getRequestSchema(contract, '/focal.orchestration.v1.SessionService/GetSession');
  expect(schema.typeName).toBe('focal.orchestration.v1.GetSessionRequest');
  for (const path of ['/focal.orchestration.v1.SessionService/Nothing', '/other.Service/GetSession', '']) {
    expect(() => getRequestSchema(contract, path)).toThrow(
      `gen/descriptors.binpb does not contain ${path}. Run \`npm run generate\`.`,
    );
  }
});
