import { Conversation, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { asking, type Variation } from '../../support/sample-scenarios';

const b = (variation: Variation = {}): ScenarioDraft => asking('b', ['b_field'], variation);
const onlyB: TurnDraft = { candidates: { b: 0.9 } };
const createRequiring = (level: 'HARD' | 'SOFT', field = 'customer_no'): ScenarioDraft =>
  b({ requires: { [field]: level } });

test('2.13: a missing HARD field rejects the start and is reported', () => {
  const { result } = new Conversation([b({ requires: { zip: 'HARD', customer_no: 'HARD', email: 'HARD' } })]).turn({
    ...onlyB,
    variables: { email: 'x' },
  });
  expect(result.rejectedCandidates).toMatchObject([
    { reason: 'MISSING_HARD_FIELDS', missingFields: ['customer_no', 'zip'] },
  ]);
});

test.each<[string, TurnDraft]>([
  ['this turn', { variables: { customer_no: '7' } }],
  ['the session', { patch: { customer_no: '7' } }],
  ['customer_data', { customer: { customer_no: '7' } }],
  ['an empty value of this turn', { variables: { customer_no: '' } }],
])('2.13: a HARD field is not missing if its value comes from %s', (_source, draft) => {
  expect(new Conversation([createRequiring('HARD')]).turn({ ...onlyB, ...draft }).actions).toEqual([
    'b START CANDIDATE',
  ]);
});

test('2.13: a field that is set to null is missing', () => {
  const played = new Conversation([createRequiring('HARD')]).turn({
    ...onlyB,
    customer: { customer_no: '7' },
    variables: { customer_no: null },
  });
  expect(played.rejections).toEqual(['b MISSING_HARD_FIELDS']);
});

test('2.13: a field that the scenario collects is not a missing HARD field', () => {
  expect(new Conversation([createRequiring('HARD', 'b_field')]).turn(onlyB).actions).toEqual(['b START CANDIDATE']);
});

test('2.13: HARD fields do not block if block_on_missing_hard_fields is off', () => {
  expect(
    new Conversation([createRequiring('HARD')], { settings: { blockOnMissingHardFields: false } }).turn(onlyB).actions,
  ).toEqual(['b START CANDIDATE']);
});

test('2.13: a missing SOFT field is reported with the START and does not block', () => {
  const conversation = new Conversation([b({ requires: { zip: 'SOFT', email: 'SOFT', city: 'SOFT' } })]);
  expect(conversation.turn({ ...onlyB, variables: { zip: '1' } }).lifecycle('b')).toMatchObject({
    action: 'START',
    missingSoftFields: ['city', 'email'],
  });
});
