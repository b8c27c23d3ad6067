import type { ScenarioDraft, StepDraft } from '../../support/conversation';
import { Conversation } from '../../support/conversation';
import { playTurns, startScenarios } from '../../support/play-turns';
import { asking, end, waiting } from '../../support/sample-scenarios';

/** A step whose templates come with the next contribution. */
const speaking = (stepId: string, to: string): StepDraft => ({
  stepId,
  templateIds: [stepId],
  speak: 'WITH_NEXT',
  to: [to],
});
const createSpeaking = (next: StepDraft, scenario: Partial<ScenarioDraft> = {}): ScenarioDraft => ({
  scenarioId: 's',
  ...scenario,
  steps: [speaking('hello', 'terms'), speaking('terms', next.stepId), next, waiting, end],
});

test.each<[string, Omit<StepDraft, 'stepId'>, object]>([
  ['an ASK', { collectsProfileFields: ['x'] }, { type: 'ASK', fieldsToAsk: ['x'] }],
  ['a CONFIRM', { isCheckpoint: true }, { type: 'CONFIRM' }],
  ['an ACTION_HINT', { toolIds: ['t'] }, { type: 'ACTION_HINT' }],
  ['an INFORM', { templateIds: ['news'] }, { type: 'INFORM', templateIds: ['news'] }],
])('3.1: %s carries the templates of earlier steps with speak = WITH_NEXT, in path order', (_type, step, expected) => {
  const { first } = startScenarios([createSpeaking({ stepId: 'next', to: ['end'], ...step })]);
  expect(first.contribution('s')).toMatchObject({ ...expected, leadInTemplateIds: ['hello', 'terms'] });
});

test('3.1: a step with speak = WITH_NEXT has no inform stage, and its templates come with its own contribution', () => {
  const step: StepDraft = { ...speaking('ask', 'end'), collectsProfileFields: ['x'] };
  const turns = playTurns({ scenarioId: 's', steps: [step, end] }, [{}, {}, { variables: { x: 1 } }]);
  expect(turns.map(({ plan }) => plan)).toEqual([['s ASK x'], ['s ASK x'], ['s INFORM bye']]);
  expect(turns.map((turn) => turn.contribution('s').leadInTemplateIds)).toEqual([['ask'], [], []]);
});

test('3.1: the templates of a step that is passed over are contributed too', () => {
  const steps: readonly StepDraft[] = [
    { ...speaking('ask', 'more'), collectsProfileFields: ['x'] },
    { stepId: 'more', collectsProfileFields: ['y'], to: ['end'] },
    end,
  ];
  const [first] = playTurns({ scenarioId: 's', steps }, [{ variables: { x: 1 } }]);
  expect(first?.contribution('s')).toMatchObject({ fieldsToAsk: ['y'], leadInTemplateIds: ['ask'] });
});

test('3.1: templates are contributed as an INFORM if the walk ends without a contribution, with the priority of an INFORM', () => {
  const [first, second] = playTurns(createSpeaking({ stepId: 'next', to: ['wait'] }), [{}, {}]);
  expect(first?.plan).toEqual(['s INFORM hello,terms']);
  expect(first?.contribution('s')).toMatchObject({ priority: 20, leadInTemplateIds: [], stepId: 'wait' });
  expect(second?.plan).toEqual(['s NONE']);
});

test('3.1: an INFORM of templates does not finish the inform stage of a step that was declined', () => {
  const step: StepDraft = {
    stepId: 'next',
    isCheckpoint: true,
    templateIds: ['news'],
    to: [
      { to: 'wait', outcomes: ['CONFIRMED'] },
      { to: 'declined', outcomes: ['DECLINED'] },
    ],
  };
  const declined: StepDraft = { ...speaking('declined', 'wait'), to: ['wait'] };
  const scenario = createSpeaking(step);
  const turns = playTurns({ ...scenario, steps: [...scenario.steps, declined] }, [
    {},
    { outcomes: [{ kind: 'DECLINED' }] },
    {},
  ]);
  expect(turns.map(({ plan }) => plan)).toEqual([['s CONFIRM '], ['s INFORM declined'], ['s NONE']]);
  expect(turns[1]?.session.instances[0]?.visit.informedRevision).toBe(0);
});

test('11: templates wait while a call is open, for the next contribution of the caller', () => {
  const calling: StepDraft = {
    stepId: 'next',
    calls: { scenarioId: 'called', reuseCompleted: false, returns: [] },
    to: ['wait'],
  };
  const called: ScenarioDraft = {
    scenarioId: 'called',
    steps: [
      { stepId: 'ask', collectsProfileFields: ['x'], to: ['done'] },
      { stepId: 'done', isTerminal: true },
    ],
  };
  const conversation = new Conversation([createSpeaking(calling), called]);
  expect(conversation.turn({ candidates: { s: 0.9 } }).plan).toEqual(['called ASK x', 's NONE']);
  expect(conversation.instance('s')).toMatchObject({ leadInTemplateIds: ['hello', 'terms'], waitsFor: 'CALL' });
  expect(conversation.turn({ variables: { x: 1 } }).plan).toEqual(['s INFORM hello,terms']);
});

describe('a contribution that is not made', () => {
  const ask: StepDraft = { stepId: 'next', collectsProfileFields: ['x'], to: ['end'] };

  test('4.2: the templates of a deferred contribution wait until it is made', () => {
    const { conversation, first } = startScenarios(
      [asking('high', ['a'], { priority: 9 }), createSpeaking(ask)],
      {},
      { settings: { maxFieldsToAskPerTurn: 1 } },
    );
    expect(first.contribution('s')).toMatchObject({ deferred: true, leadInTemplateIds: [] });
    expect(conversation.instance('s').leadInTemplateIds).toEqual(['hello', 'terms']);
    expect(conversation.turn({ variables: { a: 1 } }).contribution('s')).toMatchObject({
      type: 'ASK',
      deferred: false,
      leadInTemplateIds: ['hello', 'terms'],
    });
    expect(conversation.instance('s').leadInTemplateIds).toEqual([]);
  });

  test('4.2: templates are contributed as an INFORM if another scenario asks for all fields, which still count as asked', () => {
    const { conversation, first } = startScenarios([asking('high', ['x'], { priority: 9 }), createSpeaking(ask)]);
    expect(first.plan).toEqual(['high ASK x', 's INFORM hello,terms']);
    expect(first.contribution('s')).toMatchObject({ sharedFields: ['x'], priority: 20 });
    expect(conversation.instance('s').requests).toMatchObject([{ kind: 'ASK', fields: ['x'], status: 'OPEN' }]);
  });

  test('12: contributed templates are remembered, so that they can be contributed again', () => {
    const { conversation } = startScenarios([createSpeaking(ask)]);
    expect(conversation.instance('s').lastPlan).toEqual({ revision: 1, leadInTemplateIds: ['hello', 'terms'] });
    const again = conversation.turn({
      deliveries: [{ instanceId: 's#1', contributionType: 'ASK', status: 'NOT_SAID' }],
    });
    expect(again.contribution('s').leadInTemplateIds).toEqual(['hello', 'terms']);
  });
});
