import { selectContext } from '../../../src/core/context/selection-context';
import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../../support/conversation';
import { listRequests } from '../../support/requests';
import { startConversation } from '../../support/running';
import { acting, asking, end } from '../../support/sample-scenarios';

const sign: StepDraft = { stepId: 'sign', requiresConfirmation: true, confirmsNothing: true, to: ['end'] };
const voucher: StepDraft = {
  stepId: 'voucher',
  collectsProfileFields: ['code', 'voucher'],
  optionalFields: ['voucher', 'code'],
  to: ['sign'],
};

test('0.8: a value for a field that was left out does not answer the open CONFIRM', () => {
  const conversation = startConversation([{ scenarioId: 's', steps: [voucher, sign, end] }]);
  expect(conversation.turn().plan).toEqual(['s CONFIRM ']);
  const before = conversation.instance('s').attemptsTotal;
  conversation.turn({ variables: { voucher: 'X7' } });
  expect(conversation.instance('s').attemptsTotal).toBe(before + 1);
});

test('3.1: only the optional fields that an answer leaves out are settled', () => {
  const conversation = startConversation([{ scenarioId: 's', steps: [voucher, sign, end] }]);
  conversation.turn({ variables: { code: 1 } });
  expect(conversation.instance('s').settledFields).toEqual(new Map([['voucher', 'LEFT_OUT']]));
});

test('3.1: an attempt that leaves out all missing fields answers only the ASK', () => {
  const steps = [{ ...sign, to: ['voucher'] }, { ...voucher, to: [{ to: 'end', intentLabel: 'never' }] }, end];
  const conversation = startConversation([{ scenarioId: 's', steps }]);
  conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
  conversation.turn();
  expect(listRequests(conversation.instance('s'))).toEqual([
    'CONFIRM s#1/sign/1 ANSWERED',
    'ASK code,voucher ANSWERED',
  ]);
});

test('3.6: a failed action leaves the attempts of the step', () => {
  const [act, ...others] = acting('s').steps;
  if (!act) throw new Error('no step');
  const conversation = startConversation([
    { scenarioId: 's', steps: [{ ...act, requiresConfirmation: true }, ...others] },
  ]);
  conversation.turn();
  conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
  conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] });
  expect(conversation.instance('s')).toMatchObject({ attempts: 1, loopCounts: new Map([['act', 2]]) });
});

describe('3.6: counts of an instance that stays at its step', () => {
  /** Waits for a parcel from outside, and has asked once without an answer. */
  const waiting: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      {
        stepId: 'ask',
        collectsProfileFields: ['x'],
        to: [{ to: 'end', condition: 'data.parcel == 1 && data.x == 1' }],
      },
      { stepId: 'later', collectsProfileFields: ['y'], to: ['end'] },
      end,
    ],
  };
  const play = (draft: TurnDraft) => {
    const conversation = startConversation([waiting]);
    conversation.turn();
    expect(conversation.instance('s')).toMatchObject({ attempts: 1, loopCounts: new Map([['ask', 1]]) });
    conversation.turn({ trigger: 'TOOL_RESULTS', ...draft });
    expect(conversation.instance('s').currentStepId).toBe('ask');
    return conversation;
  };

  test('3.6: return to 0 with a field that the scenario collects', () => {
    expect(play({ patch: { y: 1 } }).instance('s')).toMatchObject({ attempts: 0, loopCounts: new Map() });
  });

  test('3.6: stay with a field that it only reads', () => {
    expect(play({ patch: { parcel: 2 } }).instance('s')).toMatchObject({
      attempts: 1,
      loopCounts: new Map([['ask', 1]]),
    });
  });

  test('3.6: stay when a field that it collects is cleared', () => {
    expect(play({ variables: { y: null } }).instance('s')).toMatchObject({ attempts: 1 });
  });

  test('3.6: return to 0 again when there are attempts but no loop counts', () => {
    const conversation = play({ patch: { y: 1 } });
    conversation.turn();
    expect(conversation.instance('s')).toMatchObject({ attempts: 1, loopCounts: new Map() });
    conversation.turn({ trigger: 'TOOL_RESULTS', patch: { y: 2 } });
    expect(conversation.instance('s').attempts).toBe(0);
  });
});

test('0.5: a value addresses an instance that misses it at its step, also if its ASK is deferred', () => {
  const conversation = new Conversation([asking('a', ['x'], { priority: 9 }), asking('b', ['y', 'z'])], {
    settings: { maxFieldsToAskPerTurn: 1 },
  });
  conversation.turn({ candidates: { a: 0.9, b: 0.8 } });
  expect(conversation.instance('b').requests).toEqual([]);
  const played = conversation.turn({ variables: { y: 1 }, candidates: { unknown: 0.9 } });
  expect(played.result.context.addressedInstanceIds).toEqual(['b#1']);
});

test('1: of two candidates with the same scenario and score, the first one counts', () => {
  const conversation = new Conversation([asking('s', ['x'], { entryCondition: 'has(data.never)' })]);
  const candidates = ['first', 'second'].map((reasoning) => ({ scenarioId: 's', score: 0.9, reasoning }));
  const input = conversation.input();
  const context = selectContext({ ...input, turn: { ...input.turn, candidates } });
  expect(context.candidates).toMatchObject([{ reasoning: 'first' }]);
});

test('0.2: a signal that is aimed at scenarios reaches no other instance, even if it names all instances too', () => {
  const conversation = startConversation([asking('a', ['x']), asking('b', ['y'])]);
  const signals = [{ signal: 'CANCEL' as const, scenarioIds: ['a'], allInstances: true }];
  expect(conversation.turn({ situation: { signals } }).actions).toEqual([
    'a CANCEL USER_REQUEST',
    'b CONTINUE GOES_ON',
  ]);
});

test('0.4: APPEND of null adds nothing', () => {
  const conversation = new Conversation([]);
  conversation.turn({ variables: { list: ['a'] } });
  conversation.turn({ given: [{ name: 'list', value: null, operation: 'APPEND' }] });
  expect(conversation.session.variables.get('list')?.value).toEqual(['a']);
});
