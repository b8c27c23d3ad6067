import { aRelationship, Conversation, type TurnDraft } from '../../support/conversation';
import { asking, confirming, end } from '../../support/sample-scenarios';

const a = asking('a', ['a_field']);
const b = asking('b', ['b_field']);

test.each<[string, TurnDraft]>([
  ['CANDIDATE', { candidates: { b: 0.9 } }],
  ['AIMED', { signals: [['START', 'b']] }],
  ['IMPLIED', { candidates: { a: 0.9 } }],
  ['PENDING', {}],
])('2.17: a START has reason %s', (reason, draft) => {
  const conversation = new Conversation([a, reason === 'PENDING' ? { ...b, requires: { no: 'HARD' } as const } : b], {
    relationships: [aRelationship('a', 'IMPLIES', 'b')],
  });
  if (reason === 'PENDING') conversation.turn({ candidates: { b: 0.9 } });
  const decision = conversation.turn({ ...draft, patch: { no: 7 } }).lifecycle('b');
  expect(decision).toMatchObject({ action: 'START', reason });
  expect(decision.reasoning).not.toBe('');
});

test('2.17: a candidate that a START is aimed at has reason AIMED', () => {
  expect(new Conversation([b]).turn({ candidates: { b: 0.9 }, signals: [['START', 'b']] }).actions).toEqual([
    'b START AIMED',
  ]);
});

test('2.17: a CONTINUE has reason GOES_ON, QUIET, RESUMED or RELOCALIZED', () => {
  const help = { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['end'] };
  const lost = { scenarioId: 'lost', steps: [{ stepId: 'ask', collectsProfileFields: ['x'], to: ['end'] }, help, end] };
  const conversation = new Conversation([a, b, lost], {
    settings: { maxAttempts: 1, resumePolicy: 'next_turn' },
  });
  conversation.turn({ candidates: { a: 0.9, b: 0.8 } });
  expect(conversation.turn({ variables: { a_field: 1 } }).actions).toEqual(['a CONTINUE GOES_ON', 'b CONTINUE QUIET']);
  conversation.turn({
    signals: [
      ['PAUSE', 'b'],
      ['CANCEL', 'a'],
    ],
  });
  expect(conversation.turn().actions).toEqual(['b CONTINUE RESUMED']);
  conversation.turn({ candidates: { lost: 0.9 }, signals: [['CANCEL', 'b']] });
  conversation.turn();
  expect(conversation.turn().actions).toEqual(['lost CONTINUE RELOCALIZED']);
});

test('2.17: a COMPLETE has reason TERMINAL, CONDITION or USER_REQUEST', () => {
  const terminal = { scenarioId: 'terminal', steps: [end] };
  const condition = { ...a, completionCondition: 'turn == 2' };
  const conversation = new Conversation([terminal, condition, confirming('asked')]);
  conversation.turn({ candidates: { terminal: 0.9, a: 0.8, asked: 0.7 } });
  expect(conversation.turn({ signals: [['COMPLETE', 'asked']] }).actions).toEqual([
    'terminal COMPLETE TERMINAL',
    'a COMPLETE CONDITION',
    'asked COMPLETE USER_REQUEST',
  ]);
});
