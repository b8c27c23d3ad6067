import {
  Conversation,
  type ScenarioDraft,
  type StepDraft,
  type TransitionDraft,
  type TurnDraft,
} from '../../support/conversation';
import { listContributions, playTurns } from '../../support/play-turns';
import { startConversation } from '../../support/running';
import { end } from '../../support/sample-scenarios';

const ask = (field: string, ...to: readonly TransitionDraft[]): StepDraft => ({
  stepId: field,
  collectsProfileFields: [field],
  to: to.length > 0 ? to : ['end'],
});
const line = (...steps: readonly StepDraft[]): ScenarioDraft => ({ scenarioId: 's', steps: [...steps, end] });
const known: TurnDraft = { variables: { a: 1, b: 1 } };

describe('3.5: a step is passed over', () => {
  test.each<[string, Partial<StepDraft>]>([
    ['if its fields are known', {}],
    ['although it has tools that are not required', { toolIds: ['t'] }],
    ['although it informs', { templateIds: ['text'] }],
    [
      'although it has one field that is optional and declined',
      { collectsProfileFields: ['b', 'o'], optionalFields: ['o'] },
    ],
    ['if can_skip is set', { canSkip: true }],
  ])('3.5: %s', (_case, step) => {
    const played = listContributions(line(ask('a', 'b'), { ...ask('b', 'c'), ...step }, ask('c')), [
      { ...known, given: [{ name: 'o', declined: true }] },
    ]);
    expect(played).toEqual(['ASK c']);
  });
});

describe('3.5: a step is not passed over', () => {
  test.each<[string, Partial<StepDraft>, string]>([
    ['if one of its fields is missing', { collectsProfileFields: ['b', 'x'] }, 'ASK x'],
    ['if it collects no field', { collectsProfileFields: [], templateIds: ['text'] }, 'INFORM text'],
    ['if can_skip is false', { canSkip: false }, 'ASK b'],
    ['if it is a checkpoint', { isCheckpoint: true, canSkip: true }, 'CONFIRM a=1,b=1'],
    ['if it has a confirm stage', { requiresConfirmation: true }, 'CONFIRM a=1,b=1'],
    [
      'if it has a required action, although that only reads',
      {
        isRequiredAction: true,
        canSkip: true,
        toolBindings: [{ toolId: 't', timing: 'DURING_STEP', variableNames: [], dependsOn: [], effect: 'READ' }],
      },
      'ACTION_HINT t',
    ],
  ])('3.5: %s', (_case, step, planned) => {
    expect(listContributions(line(ask('a', 'b'), { ...ask('b', 'c'), ...step }, ask('c')), [known])).toEqual([planned]);
  });

  test('3.5: if it has a call that is not done', () => {
    const call = { ...ask('b', 'c'), calls: { scenarioId: 'o', reuseCompleted: false, returns: [] } };
    const conversation = startConversation(
      [line(ask('a', 'b'), call, ask('c')), { ...line(ask('x')), scenarioId: 'o' }],
      {
        ...known,
        candidates: { s: 0.9 },
      },
    );
    expect(conversation.instance('s').currentStepId).toBe('b');
  });
});

describe('3.5: no step is entered twice in one turn', () => {
  const shop = (...clears: readonly string[]): ScenarioDraft =>
    line(ask('item', 'more'), ask('more', { to: 'item', condition: 'data.more == "yes"', clears }, 'end'));
  const all: TurnDraft = { variables: { item: 'tea', more: 'yes' } };

  test('3.5: unless the walk ends there because a field that it collects is not settled', () => {
    const conversation = new Conversation([shop('item', 'more')]);
    conversation.turn({ variables: { item: 'tea' } });
    const played = conversation.turn({ candidates: { s: 0.9 }, variables: { more: 'yes' } });
    expect(played.transition('s')).toMatchObject({
      targetStepId: 'item',
      transitionsTaken: ['item/1', 'more/1'],
      clearedFields: ['item', 'more'],
    });
    expect(played.plan).toEqual(['s ASK item']);
  });

  test('3.5: and a transition to a step that would be passed over again is not taken', () => {
    const [played] = playTurns(shop(), [all]);
    expect(played?.transition('s')).toMatchObject({ targetStepId: 'more', transitionsTaken: ['item/1'] });
  });

  test('3.5: unless the answer that begins the next round also provides its value', () => {
    const conversation = startConversation([shop('item', 'more')], { variables: { item: 'tea' } });
    const played = conversation.turn({ variables: { item: 'milk', more: 'yes' } });
    expect(played.plan).toEqual(['s ASK more']);
    expect(played.transition('s').clearedFields).toEqual(['more']);
  });
});

describe('3.5: skipped_steps', () => {
  const abc = line(ask('a', 'b'), ask('b', 'c'), ask('c'));
  const listSkipped = (...drafts: readonly TurnDraft[]): readonly string[] =>
    playTurns(abc, drafts).at(-1)?.transition('s').skippedSteps ?? [];

  test('3.5: lists the source step unless it contributed on an earlier turn', () => {
    expect(listSkipped(known)).toEqual(['a', 'b']);
    expect(listSkipped({}, known)).toEqual(['b']);
  });

  test('3.5: does not list a step that was asked in an earlier visit of the same correction', () => {
    expect(listSkipped({}, { variables: { a: 1 } }, { variables: { b: 1 } }, { variables: { a: 2 } })).toEqual([]);
  });

  test('3.5: lists a step that a correction passes over again and that was never asked', () => {
    expect(listSkipped({}, known, { variables: { a: 2 } })).toEqual(['b']);
  });

  test('3.5: does not list steps that collect nothing', () => {
    const [played] = playTurns(line({ stepId: 'empty', to: ['c'] }, ask('c')), [{}]);
    expect(played?.transition('s').skippedSteps).toEqual([]);
  });
});

describe('3.5: skipped_steps does not list a step that contributed without asking', () => {
  test.each<[string, Partial<StepDraft>, TurnDraft]>([
    ['a CONFIRM', { isCheckpoint: true, canSkip: true }, { outcomes: [{ kind: 'CONFIRMED' }] }],
    [
      'an ACTION_HINT',
      { isRequiredAction: true, canSkip: true, toolIds: ['t'] },
      { outcomes: [{ kind: 'ACTION_SUCCEEDED' }] },
    ],
    ['an INFORM', { isTerminal: true, canSkip: true, templateIds: ['text'] }, {}],
  ])('3.5: %s', (_type, step, draft) => {
    const conversation = startConversation(
      [line({ ...ask('a', { to: 'b', intentLabel: 'on' }), ...step }, ask('b'))],
      known,
    );
    expect(conversation.instance('s').currentStepId).toBe('a');
    const played = conversation.turn({ ...draft, intent: 'on' });
    expect(played.transition('s')).toMatchObject({ sourceStepId: 'a', targetStepId: 'end', skippedSteps: ['b'] });
  });
});

test('3.5: skipped_steps lists a step that asked in an earlier visit if a transition leads back to it', () => {
  const turns = playTurns(line(ask('a', 'b'), ask('b', { to: 'a', intentLabel: 'again' }, 'c'), ask('c')), [
    {},
    { variables: { a: 1 } },
    { variables: { b: 1 }, intent: 'again' },
  ]);
  expect(turns[2]?.transition('s')).toMatchObject({ transitionsTaken: ['b/1', 'a/1'], skippedSteps: ['a'] });
});

describe('3.5: a transition to a step that was already entered', () => {
  test('3.5: is not taken if it leads from a step to itself', () => {
    const self = ask('b', { to: 'b', condition: 'data.b == 1' }, 'c');
    const [played] = playTurns(line(ask('a', 'b'), self, ask('c')), [known]);
    expect(played?.transition('s')).toMatchObject({ targetStepId: 'b', transitionsTaken: ['a/1'] });
  });

  test('3.5: is not taken if it clears nothing, because this turn gave the value', () => {
    const more: StepDraft = { stepId: 'more', to: [{ to: 'a', intentLabel: 'again', clears: ['a'] }, 'end'] };
    const [played] = playTurns(line(ask('a', 'more'), more), [{ ...known, intent: 'again' }]);
    expect(played?.transition('s')).toMatchObject({ targetStepId: 'more', transitionsTaken: ['a/1'] });
  });

  test('3.5: is taken if it clears one of the fields of that step for the next round', () => {
    const pair: StepDraft = { stepId: 'pair', collectsProfileFields: ['a', 'b'], to: ['more'] };
    const more = ask('more', { to: 'pair', condition: 'data.more == "yes"', clears: ['b', 'more'] }, 'end');
    const [played] = playTurns(line(pair, more), [{ variables: { a: 1, b: 1, more: 'yes' } }]);
    expect(played?.plan).toEqual(['s ASK more']);
  });
});

test('3.1: a step that was asked informs before it is left, although it could be passed over', () => {
  const informing = { ...ask('a', 'b'), templateIds: ['thanks'] };
  expect(listContributions(line(informing, ask('b')), [{}, { variables: { a: 1 } }, {}])).toEqual([
    'ASK a',
    'INFORM thanks',
    'ASK b',
  ]);
});
