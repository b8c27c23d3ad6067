import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../../support/conversation';
import { playToLast } from '../../support/play-turns';
import { asking, end, waiting } from '../../support/sample-scenarios';

const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const ask = (fields: readonly string[], ...to: NonNullable<StepDraft['to']>): StepDraft => ({
  stepId: fields.join(''),
  collectsProfileFields: fields,
  to,
});
const createScenario = (...steps: readonly StepDraft[]): ScenarioDraft => ({ scenarioId: 's', steps: [...steps, end] });

const pay: StepDraft = {
  stepId: 'pay',
  isCheckpoint: true,
  isRequiredAction: true,
  toolIds: ['t', 'u'],
  checkpointDescription: 'paid',
  to: ['c'],
};
const paying = createScenario(ask(['a', 'b'], 'pay'), pay, ask(['c'], 'end'));
const known: TurnDraft = { variables: { a: 1, b: 1 } };
const change: TurnDraft = { variables: { a: 2, b: 2 } };
const paid: TurnDraft = {
  trigger: 'TOOL_RESULTS',
  outcomes: [
    { kind: 'ACTION_SUCCEEDED', toolId: 't' },
    { kind: 'ACTION_SUCCEEDED', toolId: 'u' },
  ],
};
const intents = (...labels: readonly string[]) => labels.map((intentLabel) => ({ to: 'end', intentLabel }));

test.each<[string, ScenarioDraft, readonly TurnDraft[], string]>([
  ['fields to ask for', createScenario(ask(['a', 'b'], 'end')), [{}, {}], 'Step "ab" needs a, b.'],
  [
    'known fields to ask for',
    createScenario({ ...ask(['a', 'b'], 'end'), canSkip: false }),
    [known, {}],
    'Step "ab" asks for a, b, even if known, because it cannot be skipped and has no answer yet.',
  ],
  [
    'corrected fields',
    createScenario(ask(['a', 'b'], 'c'), ask(['c'], 'end')),
    [known, change],
    'Corrected a, b: moved c -> ab -> c. Step "c" needs c.',
  ],
  [
    'skipped steps',
    createScenario(ask(['a'], 'b'), ask(['b'], 'c'), ask(['c'], 'end')),
    [known],
    'Moved a -> b -> c. Skipped a, b because all fields are known. Step "c" needs c.',
  ],
  [
    'fields whose change waits, and tools',
    paying,
    [known, confirmed, change],
    'The change of a, b waits until the action that is under way has an outcome. Step "pay" awaits the success of t, u.',
  ],
  [
    'fields whose change came too late',
    paying,
    [known, confirmed, change, paid],
    'Moved pay -> c. The change of a, b came too late: checkpoint "paid" was passed. Step "c" needs c.',
  ],
  [
    'fields that a checkpoint protects',
    paying,
    [known, confirmed, paid, change],
    'Cannot go back to correct a, b: checkpoint "paid" was passed. Step "c" needs c.',
  ],
  [
    'fields that a transition misses',
    {
      ...createScenario(ask(['a'], { to: 'end', conditionFields: ['y', 'z'] })),
      requires: { y: 'SOFT', z: 'SOFT' },
    },
    [known, {}],
    'Transition "a/1" of step "a" is missing y, z.',
  ],
  [
    'values from outside',
    createScenario({ stepId: 'a', to: [{ to: 'end', conditionFields: ['y', 'z'] }] }),
    [{}, {}],
    'Transition "a/1" of step "a" waits for y, z from outside.',
  ],
  [
    'three alternatives',
    createScenario(ask(['a'], ...intents('x', 'y', 'z'))),
    [known, {}],
    'No transition of step "a" was taken: "a/1": conditions not met; "a/2": conditions not met; "a/3": conditions not met.',
  ],
  [
    'as many ANYTIME as other transitions',
    createScenario({ stepId: 'a', to: [...intents('x'), { to: 'end', trigger: 'ANYTIME', intentLabel: 'y' }] }),
    [{}, {}],
    'No transition of step "a" was taken: "a/2": conditions not met; "a/1": conditions not met.',
  ],
  [
    'no alternatives of the steps before',
    createScenario(ask(['a'], ...intents('x'), 'b'), { stepId: 'b', to: intents('y') }),
    [{}, known],
    'Moved a -> b. No transition of step "b" was taken: "b/1": conditions not met.',
  ],
])('3: the reasoning lists %s', (_case, draft, drafts, sentence) => {
  expect(playToLast(draft, ...drafts).transition('s').reasoning).toBe(sentence);
});

test('3: the reasoning of a quiet instance names the scenario that it waits for', () => {
  const call = { stepId: 'call', calls: { scenarioId: 't', reuseCompleted: false, returns: [] }, to: ['end'] };
  const conversation = new Conversation([
    createScenario(call),
    { ...asking('t', ['x', 'y']), name: 'Trip' },
    asking('other', ['z', 'more']),
  ]);
  conversation.turn({ candidates: { s: 0.9, other: 0.8 } });
  expect(conversation.turn({ variables: { z: 1 } }).transition('s')).toMatchObject({
    reason: 'AWAITS_CALL',
    reasoning: 'Step "call" waits for the scenario "Trip" that it calls.',
  });
});

test('3: an instance that starts and is canceled on the same turn has a transition decision, one that was there has none', () => {
  const calling = (...steps: readonly StepDraft[]): ScenarioDraft => ({
    ...createScenario(
      ...steps,
      { stepId: 'call', calls: { scenarioId: 'off', reuseCompleted: false, returns: [] }, to: ['wait'] },
      waiting,
    ),
  });
  const off = asking('off', ['x'], { enabled: false });
  const started = new Conversation([calling(), off]).turn({ candidates: { s: 0.9 } });
  expect(started.actions).toEqual(['s START CANDIDATE', 's CANCEL CALL_FAILED']);
  expect(started.transition('s')).toMatchObject({
    reason: 'ENTERED',
    reasoning:
      'Started at step "call". No transition of step "call" was taken: "call/1": does not read the outcome that ended the step.',
  });

  const conversation = new Conversation([calling(ask(['a'], 'call')), off]);
  conversation.turn({ candidates: { s: 0.9 } });
  const moved = conversation.turn({ variables: { a: 1 } });
  expect([moved.actions, moved.result.transitionDecisions]).toEqual([['s CANCEL CALL_FAILED'], []]);
});
