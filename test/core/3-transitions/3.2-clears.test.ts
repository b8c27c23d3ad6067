import type { ScenarioDraft, StepDraft, TransitionDraft, TurnDraft } from '../../support/conversation';
import { listContributions, playTurns, startScenarios } from '../../support/play-turns';
import { startConversation } from '../../support/running';
import { end } from '../../support/sample-scenarios';

const ask = (field: string, ...to: readonly TransitionDraft[]): StepDraft => ({
  stepId: field,
  collectsProfileFields: [field],
  to: to.length > 0 ? to : ['end'],
});
/** Asks for an item and whether there is more. "yes" begins again. */
const shop = (clears: readonly string[], condition = 'data.more == "yes"'): ScenarioDraft => ({
  scenarioId: 's',
  steps: [ask('item', 'more'), ask('more', { to: 'item', condition, clears }, 'end'), end],
});
const yes: TurnDraft = { variables: { more: 'yes' } };
const item: TurnDraft = { variables: { item: 'tea' } };

test('3.2: the value that took the transition is cleared although this turn gave it', () => {
  const turns = listContributions(shop(['item', 'more']), [{}, item, yes, { variables: { item: 'milk' } }, yes]);
  expect(turns).toEqual(['ASK item', 'ASK more', 'ASK item', 'ASK more', 'ASK item']);
});

test('3.2: a value of this turn that the condition reads is cleared, although its step does not collect it', () => {
  const scenario = shop(['item', 'answer'], 'data.answer == "yes"');
  const conversation = startConversation([{ ...scenario, requires: { answer: 'SOFT' } }], item);
  const played = conversation.turn({ variables: { more: 'x', answer: 'yes' } });
  expect(played.transition('s').clearedFields).toEqual(['answer', 'item']);
});

test('3.2: a value of this turn that neither the step collects nor the condition reads is kept', () => {
  const conversation = startConversation([shop(['item', 'more', 'note'])], { variables: { item: 'tea', note: 'old' } });
  const played = conversation.turn({ variables: { more: 'yes', note: 'new' } });
  expect(played.transition('s').clearedFields).toEqual(['item', 'more']);
  expect(conversation.session.variables.get('note')?.value).toBe('new');
});

test('3.2: an item that comes with the answer is kept, so the walk continues', () => {
  const conversation = startConversation([shop(['item', 'more'])], item);
  const played = conversation.turn({ variables: { more: 'yes', item: 'milk' } });
  expect(played.plan).toEqual(['s ASK more']);
  expect(conversation.session.variables.get('item')?.value).toBe('milk');
});

test('3.2: a declined field that is cleared is asked for again', () => {
  const steps = shop(['item', 'more']).steps.map((step) =>
    step.stepId === 'item' ? { ...step, optionalFields: ['item'] } : step,
  );
  const turns = listContributions({ scenarioId: 's', steps }, [{}, { outcomes: [{ kind: 'DECLINED' }] }, yes]);
  expect(turns).toEqual(['ASK item', 'ASK more', 'ASK item']);
});

test('3.2: other instances see a cleared field as unknown after the turn is applied', () => {
  const other: ScenarioDraft = { scenarioId: 'o', steps: [ask('item', 'note'), ask('note'), end] };
  const { conversation } = startScenarios([shop(['item', 'more']), other], item);
  conversation.turn(yes);
  expect(conversation.session.variables.get('item')?.value).toBeNull();
});

test('3.2: clears of a returning transition are applied too', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    globals: [{ to: 'why', intentLabel: 'why' }],
    steps: [
      { stepId: 'both', collectsProfileFields: ['a', 'b'], to: ['end'] },
      { stepId: 'why', templateIds: ['why'], reachableFromAnywhere: true, to: [{ returns: true, clears: ['a'] }] },
      end,
    ],
  };
  const turns = listContributions(scenario, [{}, { variables: { a: 1 }, intent: 'why' }, { intent: 'ok' }]);
  expect(turns).toEqual(['ASK a,b', 'INFORM why', 'ASK a,b']);
});

describe('3.2: the order of evaluation', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    globals: [{ to: 'help', intentLabel: 'help' }],
    steps: [
      ask('a', 'b'),
      ask('b', 'c'),
      ask('c', 'end', { to: 'help', trigger: 'ANYTIME', intentLabel: 'now' }),
      { stepId: 'help', templateIds: ['help'], reachableFromAnywhere: true, to: ['end'] },
      end,
    ],
  };
  test.each<[string, TurnDraft, string]>([
    ['an ANYTIME transition comes before BACK', { intent: 'now', signals: ['BACK'] }, 'help'],
    ['a global transition comes before BACK', { intent: 'help', signals: ['BACK'] }, 'help'],
    ['BACK comes before a correction', { variables: { a: 2 }, signals: ['BACK'] }, 'b'],
    ['BACK comes before an ON_COMPLETION transition', { variables: { c: 1 }, signals: ['BACK'] }, 'b'],
    ['a correction comes before an ON_COMPLETION transition', { variables: { b: null, c: 1 } }, 'b'],
  ])('3.2: %s', (_rule, draft, target) => {
    const turns = playTurns(scenario, [{}, { variables: { a: 1 } }, { variables: { b: 1 } }, draft]);
    expect(turns[3]?.transition('s').targetStepId).toBe(target);
  });
});

test('3.2: a field that is not known is not cleared', () => {
  const conversation = startConversation([shop(['item', 'more', 'note'])], item);
  expect(conversation.turn(yes).transition('s').clearedFields).toEqual(['item', 'more']);
});

describe('3.2: clears and fields that are settled without a value', () => {
  /** Asks for a gift, a card and whether there is more. Gift and card are optional. */
  const gifts = (clears: readonly string[], ...to: readonly TransitionDraft[]): ScenarioDraft => ({
    scenarioId: 's',
    steps: [
      { stepId: 'gift', collectsProfileFields: ['gift', 'card'], optionalFields: ['gift', 'card'], to: ['more'] },
      ask('more', { to: to.length > 0 ? 'free' : 'gift', condition: 'data.more == "yes"', clears }, 'end'),
      { stepId: 'free', to },
      end,
    ].filter(({ stepId }) => stepId !== 'free' || to.length > 0),
  });

  test('3.2: a cleared field is asked for until it is settled again, and the other one is not', () => {
    const conversation = startConversation([gifts(['gift', 'more'])]);
    expect(conversation.turn().plan).toEqual(['s ASK more']);
    expect(conversation.turn(yes).plan).toEqual(['s ASK gift']);
    expect(conversation.turn({ requested: ['price'] }).plan).toEqual(['s ASK gift']);
    expect(conversation.turn().plan).toEqual(['s ASK more']);
  });

  test('3.2: a condition that misses a declined field is UNKNOWN after the field was cleared, so that it is asked for', () => {
    const scenario = gifts(['gift'], { to: 'end', condition: 'data.gift == "book"' });
    const conversation = startConversation([scenario]);
    expect(conversation.turn({ given: ['gift', 'card'].map((name) => ({ name, declined: true })) }).plan).toEqual([
      's ASK more',
    ]);
    expect(conversation.turn(yes).plan).toEqual(['s ASK gift']);
  });
});
