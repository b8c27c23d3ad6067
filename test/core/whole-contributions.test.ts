// Contributions as a whole: what each of them says, and that it says nothing else.
import { Conversation, type StepDraft, type TurnDraft } from '../support/conversation';
import { running } from '../support/running';
import { acting, asking, confirming, end, silent } from '../support/sample-scenarios';

const common = {
  scenarioId: 's',
  scenarioName: 'Sample',
  instanceId: 's#1',
  isReprompt: false,
  deferred: false,
  deferredBehindScenarioId: '',
  sharedFields: [],
};
const named = { name: 'Sample' };

describe('4 contributions', () => {
  test('4 an ASK has the fields and what is known of them', () => {
    const talk = running([asking('s', ['x'], named)]);
    expect(talk.turn().contribution('s')).toEqual({
      ...common,
      stepId: 'ask_x',
      stepName: 'ask_x',
      priority: 40,
      isReprompt: true,
      type: 'ASK',
      fieldsToAsk: ['x'],
      knownValues: new Map(),
      deferredFields: [],
    });
  });

  test('4 a CONFIRM has what is done, with which values, and the key of the action', () => {
    const talk = new Conversation([confirming('s', { ...named, confirms: ['x'] })]);
    const played = talk.turn({ candidates: { s: 0.9 }, variables: { x: 1, y: 2 } });
    expect(played.contribution('s')).toEqual({
      ...common,
      stepId: 'confirm',
      stepName: 'confirm',
      priority: 50,
      type: 'CONFIRM',
      confirmKind: 'STEP',
      actionToConfirm: 's confirmed',
      valuesToConfirm: new Map([['x', 1]]),
      choices: [],
      actionKey: 's#1/confirm/1',
    });
  });

  test('4 an ACTION_HINT has the tools and the key of the action', () => {
    const talk = new Conversation([acting('s', named)]);
    expect(talk.turn({ candidates: { s: 0.9 } }).contribution('s')).toMatchObject({
      ...common,
      stepId: 'act',
      priority: 30,
      type: 'ACTION_HINT',
      tools: [{ toolId: 's_tool' }],
      actionKey: 's#1/act/1',
    });
  });

  test('4 an INFORM has the templates', () => {
    const talk = new Conversation([{ ...named, scenarioId: 's', steps: [end] }]);
    expect(talk.turn({ candidates: { s: 0.9 } }).contribution('s')).toEqual({
      ...common,
      stepId: 'end',
      stepName: 'end',
      priority: 20,
      type: 'INFORM',
      templateIds: ['bye'],
    });
  });

  test('4 a NONE has nothing, whether the instance walked or waits in silence', () => {
    const none = { ...common, stepId: 'wait', stepName: 'wait', priority: 0, type: 'NONE' };
    const talk = new Conversation([silent('s', named), asking('t', ['x', 'y'])]);
    expect(talk.turn({ candidates: { s: 0.9, t: 0.8 } }).contribution('s')).toEqual(none);
    const quiet = talk.turn({ variables: { x: 1 } });
    expect([quiet.lifecycle('s').reason, quiet.contribution('s')]).toEqual(['QUIET', none]);
  });

  test('4 a NONE of an instance that waits in silence has the priority of its scenario and step', () => {
    const steps = silent('s').steps.map((step) => ({ ...step, name: 'Waiting', priority: 2 }));
    const talk = new Conversation([{ scenarioId: 's', name: 'Sample', priority: 3, steps }, asking('t', ['x', 'y'])]);
    talk.turn({ candidates: { s: 0.9, t: 0.8 } });
    expect(talk.turn({ variables: { x: 1 } }).contribution('s')).toMatchObject({
      scenarioName: 'Sample',
      stepName: 'Waiting',
      priority: 5,
    });
  });
});

describe('4.1 priority: a rule counts for what it is scoped to', () => {
  /** The scenario and its step have one id. */
  const same: StepDraft = { stepId: 's', collectsProfileFields: ['x'], to: ['end'] };

  test.each<[string, TurnDraft['rules'], number]>([
    ['the scenario', [{ scope: 'SCENARIO', scopeId: 's', priority: 7 }], 47],
    ['the step', [{ scope: 'STEP', scopeId: 's', priority: 7 }], 47],
    ['nothing, with the id of both', [{ scope: 'GLOBAL', scopeId: 's', priority: 7 }], 40],
    ['a step of another scenario', [{ scope: 'STEP', scopeId: 's', scopeScenarioId: 't', priority: 7 }], 40],
    ['another scenario', [{ scope: 'SCENARIO', scopeId: 't', priority: 7 }], 40],
  ])('4.1 one that is scoped to %s', (_scope, rules, priority) => {
    const talk = new Conversation([{ scenarioId: 's', steps: [same, end] }]);
    expect(talk.turn({ candidates: { s: 0.9 }, rules: rules ?? [] }).contribution('s').priority).toBe(priority);
  });

  test('4.1 a step rule counts for no scenario of that id', () => {
    const talk = new Conversation([asking('s', ['x'])]);
    const rules = [{ scope: 'STEP', scopeId: 's', priority: 7 } as const];
    expect(talk.turn({ candidates: { s: 0.9 }, rules }).contribution('s').priority).toBe(40);
  });

  test('4.1 a scenario rule counts for no step of that id', () => {
    const talk = new Conversation([asking('s', ['x'])]);
    const rules = [{ scope: 'SCENARIO', scopeId: 'ask_x', priority: 7 } as const];
    expect(talk.turn({ candidates: { s: 0.9 }, rules }).contribution('s').priority).toBe(40);
  });
});

describe('4.2 conflicts', () => {
  const both: StepDraft = { stepId: 'both', collectsProfileFields: ['x', 'y'], to: ['end'] };

  test('4.2 an ASK of which a part waits waits for itself, one that is asked whole for nobody', () => {
    const talk = new Conversation([{ scenarioId: 's', steps: [both, end] }], {
      settings: { maxFieldsToAskPerTurn: 1 },
    });
    expect(talk.turn({ candidates: { s: 0.9 } }).contribution('s')).toMatchObject({
      fieldsToAsk: ['x'],
      deferredFields: ['y'],
      deferredBehindScenarioId: 's',
      deferred: false,
    });
    expect(talk.turn({ variables: { x: 1 } }).contribution('s')).toMatchObject({
      fieldsToAsk: ['y'],
      deferredFields: [],
      deferredBehindScenarioId: '',
    });
  });

  test('4.2 an ASK of which nothing is left is a NONE that tells what is shared', () => {
    const talk = new Conversation([asking('a', ['x'], { priority: 9 }), asking('s', ['x'], { ...named, priority: 2 })]);
    const played = talk.turn({ candidates: { a: 0.9, s: 0.8 } });
    expect(played.contribution('s')).toEqual({
      ...common,
      instanceId: 's#1',
      stepId: 'ask_x',
      stepName: 'ask_x',
      priority: 2,
      sharedFields: ['x'],
      type: 'NONE',
    });
  });
});

describe('2.11 abandoned', () => {
  const step = (field: string): StepDraft => ({
    stepId: 'ask',
    name: 'Asks',
    collectsProfileFields: [field],
    to: ['end'],
  });
  /** Both are paused, t a turn before s, and for longer than the reply waits to offer them. */
  function abandoned(): Conversation {
    const talk = new Conversation(
      ['s', 't'].map((scenarioId) => ({ scenarioId, name: scenarioId.toUpperCase(), steps: [step(scenarioId), end] })),
      { settings: { resumePolicy: 'explicit', offerAfterTurns: 1 } },
    );
    talk.turn({ candidates: { s: 0.9, t: 0.8 } });
    talk.turn({ signals: [['PAUSE', 't']] });
    talk.turn({ signals: [['PAUSE', 's']] });
    talk.turn();
    return talk;
  }

  test('2.11 they are told with what they miss, the longest paused first', () => {
    expect(abandoned().turn().result.plan.abandoned).toEqual([
      {
        scenarioId: 't',
        scenarioName: 'T',
        instanceId: 't#1',
        stepId: 'ask',
        stepName: 'Asks',
        missingFields: ['t'],
        pausedTurns: 3,
      },
      {
        scenarioId: 's',
        scenarioName: 'S',
        instanceId: 's#1',
        stepId: 'ask',
        stepName: 'Asks',
        missingFields: ['s'],
        pausedTurns: 2,
      },
    ]);
  });

  test('2.11 one whose step is gone misses nothing that is known of, and the id stands for the name', () => {
    const talk = abandoned();
    const instances = talk.session.instances.map((each) => ({ ...each, currentStepId: 'gone' }));
    talk.session = { ...talk.session, instances };
    expect(talk.turn().result.plan.abandoned[0]).toMatchObject({ stepId: 'gone', stepName: 'gone', missingFields: [] });
  });

  test('2.11 what is active, ends or is only paused now is not abandoned, however long the session is', () => {
    const talk = running([asking('a', ['x']), asking('b', ['y']), asking('c', ['z'])], {}, { offerAfterTurns: 0 });
    talk.turn();
    const played = talk.turn({
      signals: [
        ['PAUSE', 'a'],
        ['CANCEL', 'b'],
      ],
    });
    expect([played.actions.length, played.result.plan.abandoned]).toEqual([3, []]);
  });
});

test('4.1 the plan of a turn on which nobody says anything is of its first scenario', () => {
  const talk = new Conversation([silent('s'), silent('t')]);
  expect(talk.turn({ candidates: { s: 0.9, t: 0.8 } }).result.plan).toMatchObject({
    primaryScenarioId: 's',
    activeScenarioIds: ['s', 't'],
    hasAsks: false,
    hasConfirms: false,
    hasActionHints: false,
    hasInforms: false,
  });
});
