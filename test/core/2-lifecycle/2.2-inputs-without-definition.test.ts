import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { asking, end, silent } from '../../support/sample-scenarios';

const look: StepDraft = { stepId: 'look', toolIds: ['look'], to: ['ask'] };
const ask: StepDraft = {
  stepId: 'ask',
  collectsProfileFields: ['x', 'note'],
  optionalFields: ['note'],
  to: ['pay'],
};
const pay: StepDraft = { stepId: 'pay', performsAction: true, isRequiredAction: true, toolIds: ['pay'], to: ['end'] };
/** Looks something up, asks for x, asks for the confirmation of a payment, and pays. */
const scenario: ScenarioDraft = { scenarioId: 's', steps: [look, ask, pay, end] };

const lookKey = 's#1/look/1';
const payKey = 's#1/pay/3';
const yes: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
/** The turns after the start, by the request that then waits. */
const turnsBefore: Readonly<Record<string, readonly TurnDraft[]>> = {
  ASK: [{}],
  CONFIRM: [{}, { variables: { x: 1, note: 'n' } }],
  ACTION: [{}, { variables: { x: 1, note: 'n' } }, yes],
};

const startWaiting = (kind: string): Conversation => {
  const conversation = startConversation([scenario]);
  for (const draft of turnsBefore[kind] ?? []) conversation.turn(draft);
  expect(conversation.instance('s').requests.findLast(({ status }) => status === 'OPEN')?.kind).toBe(kind);
  return conversation;
};

/** Renames the steps in the session, so that the version of the instance has none of them. */
function removeSteps(conversation: Conversation): void {
  const instances = conversation.session.instances.map((instance) => ({
    ...instance,
    currentStepId: 'gone',
    requests: instance.requests.map((request) => ({ ...request, stepId: 'gone' })),
    route: instance.route.map((entry) => ({ ...entry, stepId: 'gone', transitionId: 'gone' })),
  }));
  conversation.session = { ...conversation.session, instances };
}

/** Sets a value of the instance's own, as a tool found it. */
function setOwnValue(conversation: Conversation, name: string): void {
  const instances = conversation.session.instances.map((instance) => ({
    ...instance,
    variables: new Map([[name, 'own']]),
  }));
  conversation.session = { ...conversation.session, instances };
}

const inputs: readonly (readonly [string, string, TurnDraft])[] = [
  ['ASK', 'the value that it asks for', { variables: { x: 1 } }],
  ['ASK', 'an element for a list', { given: [{ name: 'x', value: 1, operation: 'APPEND' }] }],
  ['ASK', 'a declined field', { given: [{ name: 'note', declined: true }] }],
  ['ASK', 'a DECLINED', { outcomes: [{ kind: 'DECLINED' }] }],
  ['ASK', 'a BACK', { signals: ['BACK'] }],
  ['ASK', 'no answer', {}],
  ['ASK', 'a patch without a message', { trigger: 'TOOL_RESULTS', patch: { x: 1 } }],
  ['ASK', 'a late result', { outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: lookKey, results: { status: 'ok' } }] }],
  ['CONFIRM', 'a CONFIRMED', yes],
  ['CONFIRM', 'a success with the key of its CONFIRM', { outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: payKey }] }],
  ['CONFIRM', 'another value to confirm', { variables: { x: 2 } }],
  ['ACTION', 'a failure', { outcomes: [{ kind: 'ACTION_FAILED', toolId: 'pay' }] }],
  ['ACTION', 'a success', { outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'pay' }] }],
  ['ACTION', 'a correction', { variables: { x: 2 } }],
];

test.each(inputs)(
  '2.2: an instance that waits for its %s and whose steps are missing is canceled on %s',
  (kind, _input, draft) => {
    const conversation = startWaiting(kind);
    removeSteps(conversation);
    setOwnValue(conversation, 'x');
    expect(conversation.turn(draft).actions).toEqual(['s CANCEL STEP_NOT_FOUND']);
  },
);

test.each(inputs)(
  '2.1: an instance that waits for its %s and whose scenario is gone is canceled on %s',
  (kind, _input, draft) => {
    const conversation = startWaiting(kind);
    conversation.remove('s');
    setOwnValue(conversation, 'x');
    expect(conversation.turn(draft).actions).toEqual(['s CANCEL SCENARIO_NOT_FOUND']);
  },
);

test('2.1: a changed value addresses no instance whose scenario is gone', () => {
  const conversation = startConversation([silent('s')], { variables: { x: 1 } });
  conversation.remove('s');
  const played = conversation.turn({ variables: { x: 2 } });
  expect([played.actions, played.result.context.addressedInstanceIds]).toEqual([['s CANCEL SCENARIO_NOT_FOUND'], []]);
});

test('2.2: a known value that a missing step used is no correction', () => {
  const conversation = startConversation([asking('s', ['x', 'y'])]);
  conversation.turn({ variables: { x: 1 } });
  const instances = conversation.session.instances.map((instance) => ({
    ...instance,
    route: instance.route.map((entry) => ({ ...entry, stepId: 'gone', transitionId: 'gone' })),
  }));
  conversation.session = { ...conversation.session, instances };
  const played = conversation.turn({ variables: { x: 2 } });
  expect(played.transition('s')).toMatchObject({ targetStepId: 'ask_y', correctedFields: [] });
});

test('2.2: an active instance whose step is missing does not keep an answer from a paused one', () => {
  const conversation = new Conversation([asking('a', ['x']), asking('b', ['x', 'y'])]);
  conversation.turn({ candidates: { a: 0.9 } });
  conversation.turn({ signals: ['PAUSE'], candidates: { b: 0.4 } });
  conversation.turn({ signals: [['START', 'b']], variables: {} });
  const instances = conversation.session.instances.map((instance) =>
    instance.scenarioId === 'b' ? { ...instance, currentStepId: 'gone', requests: [] } : instance,
  );
  conversation.session = { ...conversation.session, instances };
  const played = conversation.turn({ variables: { x: 1 } });
  expect(played.actions).toEqual(['a CONTINUE RESUMED', 'b CANCEL STEP_NOT_FOUND']);
});
