import {
  type Conversation,
  compileDraft,
  type ScenarioDraft,
  type StepDraft,
  type TurnDraft,
} from '../../support/conversation';
import { getRequest, listRequests } from '../../support/requests';
import { startConversation } from '../../support/running';
import { end } from '../../support/sample-scenarios';

const why: StepDraft = {
  stepId: 'why',
  templateIds: ['because'],
  reachableFromAnywhere: true,
  to: [{ to: 'city', intentLabel: 'city' }, { returns: true }],
};
/** Asks for a name and a city. The intent "why" leads to an explanation, which returns. */
const scenario = (name: Partial<StepDraft> = {}, explain: Partial<StepDraft> = {}): ScenarioDraft => ({
  scenarioId: 's',
  globals: [{ to: 'why', intentLabel: 'why' }],
  steps: [
    { stepId: 'name', collectsProfileFields: ['name'], to: ['city'], ...name },
    { stepId: 'city', collectsProfileFields: ['city'], to: ['end'] },
    { ...why, ...explain },
    end,
  ],
});
const ask: TurnDraft = { intent: 'why', requested: ['reason'] };
const start = (...parts: Parameters<typeof scenario>): Conversation => startConversation([scenario(...parts)]);

test('3.2: a returning transition goes back to the step and visit that the global transition left', () => {
  const conversation = start();
  const explained = conversation.turn(ask);
  expect(explained.plan).toEqual(['s INFORM because']);
  expect(explained.transition('s')).toMatchObject({ targetStepId: 'why', visitNumber: 2 });
  const returned = conversation.turn();
  expect(returned.transition('s')).toMatchObject({
    reason: 'RETURNED',
    sourceStepId: 'why',
    targetStepId: 'name',
    visitNumber: 1,
  });
  expect(returned.plan).toEqual(['s ASK name']);
});

test('3.2: the request there stayed open and is put again as a reprompt', () => {
  const conversation = start();
  conversation.turn(ask);
  expect(listRequests(conversation.instance('s'))).toEqual(['ASK name OPEN']);
  expect(conversation.turn().contribution('s').isReprompt).toBe(true);
  expect(getRequest(conversation.instance('s'), 'ASK')).toMatchObject({ putCount: 2, status: 'OPEN' });
});

test('0.8: a turn that goes to a step that returns is no attempt, also without requested_fields', () => {
  const conversation = start({ optionalFields: ['name'] });
  conversation.turn({ intent: 'why' });
  expect(conversation.instance('s')).toMatchObject({ attempts: 0, attemptsTotal: 0, settledFields: new Map() });
  expect(conversation.turn().plan).toEqual(['s ASK name']);
  expect(conversation.turn().plan).toEqual(['s ASK city']);
});

test('0.8: a turn that goes to a global step that does not return is an attempt', () => {
  const conversation = start({}, { to: [{ to: 'city', intentLabel: 'city' }] });
  conversation.turn({ intent: 'why' });
  expect(conversation.instance('s').attemptsTotal).toBe(1);
});

test('3.2: a CONFIRM there keeps its key', () => {
  const conversation = start({ isCheckpoint: true, collectsProfileFields: [] });
  conversation.turn(ask);
  expect(conversation.turn().contribution('s')).toMatchObject({ actionKey: 's#1/name/1', isReprompt: true });
  expect(conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).plan).toEqual(['s ASK city']);
});

test('3.2: it opens no visit and does not increment the loop count', () => {
  const conversation = start();
  const counts = (): unknown => [...conversation.instance('s').loopCounts];
  const before = counts();
  for (const intent of ['why', '', 'why', '']) conversation.turn({ intent, requested: ['reason'] });
  expect(counts()).toEqual(before);
  expect(conversation.instance('s')).toMatchObject({ currentStepId: 'name', visit: { number: 1 } });
});

test('3.2: the attempts of that visit continue', () => {
  const conversation = start();
  conversation.turn();
  expect(conversation.instance('s').attempts).toBe(1);
  conversation.turn(ask);
  expect(conversation.instance('s').attempts).toBe(0);
  conversation.turn({ requested: ['more'] });
  expect(conversation.instance('s').attempts).toBe(1);
});

test.each<[string, TurnDraft]>([['while it explains', { intent: 'ok', variables: { name: 'Ada' } }]])(
  '3.2: if the request is settled %s, the walk continues from there',
  (_case, draft) => {
    const conversation = start();
    conversation.turn(ask);
    const returned = conversation.turn(draft);
    expect(returned.transition('s').targetStepId).toBe('city');
    expect(returned.plan).toEqual(['s ASK city']);
  },
);

test('3.2: a request that is settled on the turn of the question is not put again', () => {
  const conversation = start();
  conversation.turn({ ...ask, variables: { name: 'Ada' } });
  expect(conversation.turn().plan).toEqual(['s ASK city']);
});

test('3.2: an outcome with a key answers the request while the instance explains', () => {
  const conversation = start({ isCheckpoint: true, checkpointDescription: 'agreed', collectsProfileFields: [] });
  conversation.turn(ask);
  const explains = conversation.turn({ ...ask, outcomes: [{ kind: 'CONFIRMED', actionKey: 's#1/name/1' }] });
  expect(explains.result.ignoredOutcomes).toEqual([]);
  conversation.turn();
  expect(conversation.instance('s').currentStepId).toBe('city');
  expect(conversation.instance('s').irreversibleDone.map(({ description }) => description)).toEqual(['agreed']);
});

test('3.2: without a global transition in this visit, it is FALSE', () => {
  const conversation = start({ to: ['why'] });
  const played = conversation.turn({ variables: { name: 'Ada' } });
  expect(played.plan).toEqual(['s INFORM because']);
  const stays = conversation.turn();
  expect(stays.transition('s').targetStepId).toBe('why');
  expect(stays.transition('s').alternatives.at(-1)).toMatchObject({ transitionId: 'why/2', truth: 'FALSE' });
});

test('3.2: leaving the explanation without a return ends the suspended visit', () => {
  const conversation = start();
  conversation.turn(ask);
  expect(conversation.turn({ intent: 'city' }).plan).toEqual(['s ASK city']);
  expect(listRequests(conversation.instance('s'))).toEqual(['ASK name LEFT', 'ASK city OPEN']);
});

test('3.2: a global transition to a step that does not return ends the visit', () => {
  const conversation = start({}, { to: ['city'] });
  conversation.turn(ask);
  expect(listRequests(conversation.instance('s'))).toEqual(['ASK name LEFT']);
});

test('3.2: consecutive explanations return to the first question', () => {
  const how: StepDraft = { ...why, stepId: 'how', templateIds: ['thus'], to: [{ returns: true }] };
  const draft = scenario();
  const conversation = startConversation([
    { ...draft, steps: [...draft.steps, how], globals: [...(draft.globals ?? []), { to: 'how', intentLabel: 'how' }] },
  ]);
  conversation.turn(ask);
  expect(conversation.turn({ intent: 'how', requested: ['way'] }).plan).toEqual(['s INFORM thus']);
  let steps: readonly string[] = [];
  for (let turn = 0; turn < 3 && !steps.includes('name'); turn += 1) {
    conversation.turn();
    steps = [...steps, conversation.instance('s').currentStepId];
  }
  expect(steps.at(-1)).toBe('name');
  expect(conversation.instance('s').visit).toMatchObject({ number: 1, returnTo: undefined });
});

test('3.2: a returning transition has no target', () => {
  expect(() => compileDraft(scenario({}, { to: [{ returns: true }, 'end'] }))).not.toThrow();
});

describe('3.2: several explanations', () => {
  const how: StepDraft = { ...why, stepId: 'how', templateIds: ['thus'], to: [{ returns: true }] };
  const startBoth = (): Conversation => {
    const draft = scenario();
    return startConversation([
      {
        ...draft,
        steps: [...draft.steps, how],
        globals: [...(draft.globals ?? []), { to: 'how', intentLabel: 'how' }],
      },
    ]);
  };
  const playIntents = (...intents: readonly string[]) => {
    const conversation = startBoth();
    return intents.map((intent) => conversation.turn({ intent, requested: ['reason'] }).transition('s')).at(-1);
  };

  test('3.2: the second one returns to the first one, which has nothing to contribute and returns too', () => {
    expect(playIntents('why', 'how', '')).toMatchObject({ targetStepId: 'name', transitionsTaken: ['how/1', 'why/2'] });
  });

  test('3.2: one that is entered again returns to the question, and not to the explanation between', () => {
    expect(playIntents('why', 'how', 'why', '')).toMatchObject({ targetStepId: 'name', transitionsTaken: ['why/2'] });
  });
});

test('3.2: the alternatives name the step that a returning transition would go back to', () => {
  const conversation = start(
    {},
    {
      to: [
        { returns: true, intentLabel: 'ok' },
        { to: 'city', intentLabel: 'city' },
      ],
    },
  );
  conversation.turn(ask);
  expect(conversation.turn({ requested: ['more'] }).transition('s').alternatives[1]).toMatchObject({
    transitionId: 'why/1',
    targetStepId: 'name',
    truth: 'FALSE',
  });
});

test('3.2: the alternatives name no step for a returning transition that has none to go back to', () => {
  const conversation = start({ to: ['why'] });
  conversation.turn({ variables: { name: 'Ada' } });
  expect(conversation.turn().transition('s').alternatives.at(-1)).toMatchObject({
    transitionId: 'why/2',
    targetStepId: '',
  });
});

test('0.9: the step to which the instance returns is not on its route, so that a new value for it corrects nothing', () => {
  const conversation = start({ collectsProfileFields: ['name', 'title'] });
  conversation.turn({ variables: { name: 'Ada' } });
  conversation.turn(ask);
  conversation.turn();
  const played = conversation.turn({ variables: { name: 'Eve' } });
  expect(played.transition('s')).toMatchObject({ reason: 'AWAITS_FIELDS', targetStepId: 'name', visitNumber: 1 });
});

test('3.2: a CONFIRM there is a new agreement if the returning transition clears one of its values', () => {
  const conversation = startConversation(
    [
      scenario(
        { requiresConfirmation: true, canSkip: true, confirmsFields: ['name', 'memo'] },
        { to: [{ returns: true, clears: ['memo'] }] },
      ),
    ],
    { variables: { name: 'Ada' }, patch: { memo: 'rent' } },
  );
  expect(conversation.turn(ask).plan).toEqual(['s INFORM because']);
  const again = conversation.turn();
  expect(again.plan).toEqual(['s CONFIRM name=Ada']);
  expect(again.contribution('s')).toMatchObject({ actionKey: 's#1/name/1/2', isReprompt: false });
});

test('0.6: an outcome with a key belongs to the visit that the global transition suspended', () => {
  const conversation = start(
    { isCheckpoint: true, collectsProfileFields: [] },
    { to: [{ returns: true, intentLabel: 'ok' }] },
  );
  conversation.turn(ask);
  conversation.turn({ requested: ['more'], outcomes: [{ kind: 'CONFIRMED', actionKey: 's#1/name/1' }] });
  expect(conversation.instance('s').visit).toMatchObject({
    outcome: undefined,
    returnTo: { visit: { outcome: 'CONFIRMED' } },
  });
});
