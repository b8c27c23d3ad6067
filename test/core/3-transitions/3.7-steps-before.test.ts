import type { Conversation, ScenarioDraft, StepDraft, TransitionDraft, TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { end } from '../../support/sample-scenarios';

const ask = (field: string, ...to: readonly TransitionDraft[]): StepDraft => ({
  stepId: field,
  collectsProfileFields: [field],
  to: to.length > 0 ? to : ['end'],
});
const pay: StepDraft = {
  stepId: 'pay',
  isCheckpoint: true,
  checkpointDescription: 'paid',
  confirmsNothing: true,
  to: ['c'],
};
const yes: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const listBefore = (conversation: Conversation): readonly string[] => conversation.instance('s').stepsBeforeCheckpoint;
const start = (
  scenario: Omit<ScenarioDraft, 'scenarioId'>,
  first: TurnDraft,
  ...drafts: readonly TurnDraft[]
): Conversation => {
  const conversation = startConversation([{ scenarioId: 's', ...scenario }], first);
  for (const draft of drafts) conversation.turn(draft);
  return conversation;
};
const line = [ask('a', 'b'), ask('b', 'pay'), pay, ask('c'), end];

test("3.7: the checkpoint's own step and all steps that were left or passed over earlier are before it", () => {
  const conversation = start({ steps: line }, { variables: { a: 1 } }, { variables: { b: 1 } });
  expect(listBefore(conversation)).toEqual([]);
  conversation.turn(yes);
  expect(conversation.instance('s').currentStepId).toBe('c');
  expect(listBefore(conversation)).toEqual(['a', 'b', 'pay']);
});

test('3.7: a step that is left after the checkpoint is not before it', () => {
  const steps = [ask('a', 'pay'), pay, ask('c', 'd'), ask('d'), end];
  const conversation = start({ steps }, { variables: { a: 1 } }, yes, { variables: { c: 1 } });
  expect(listBefore(conversation)).toEqual(['a', 'pay']);
  expect(conversation.turn({ variables: { c: null } }).transition('s').targetStepId).toBe('c');
});

test('3.7: a step that is reached again after the checkpoint is no longer before it', () => {
  const steps = [
    ask('a', 'pay'),
    pay,
    ask('c', { to: 'a', condition: 'data.c == "no"', clears: ['a', 'c'] }, 'end'),
    end,
  ];
  const conversation = start({ steps }, { variables: { a: 1 } }, yes, { variables: { c: 'no' } });
  expect(conversation.instance('s').currentStepId).toBe('a');
  expect(listBefore(conversation)).toEqual(['pay']);
});

test('3.7: branches that were left before the checkpoint are before it too', () => {
  const steps = [ask('a', { to: 'x', condition: 'data.a == 1' }, 'pay'), ask('x', 'pay'), pay, ask('c'), end];
  const conversation = start({ steps }, { variables: { a: 1 } }, { variables: { a: 2 } }, yes);
  expect(listBefore(conversation)).toEqual(['a', 'pay', 'x']);
});

test('3.7: nothing moves the instance to a step before the checkpoint', () => {
  const help: StepDraft = { stepId: 'help', isRecovery: true, templateIds: ['help'], to: ['b'] };
  const steps = [help, ...line.slice(1)];
  const conversation = startConversation([{ scenarioId: 's', steps }], {}, { maxAttempts: 1 });
  conversation.turn();
  conversation.turn({ variables: { b: 1 } });
  conversation.turn(yes);
  expect(listBefore(conversation)).toEqual(['b', 'help', 'pay']);
  expect(conversation.turn({ variables: { b: 2 } }).transition('s').blockedByCheckpoint).toBe('paid');
  expect(conversation.turn({ signals: ['BACK'], requested: ['b'] }).transition('s').blockedByCheckpoint).toBe('paid');
  expect(conversation.turn().actions).toEqual(['s PAUSE LOOP']);
});

describe('3.7: what counts as a checkpoint', () => {
  const tool = (effect?: 'READ' | 'WRITE') => [
    { toolId: 't', timing: 'DURING_STEP' as const, variableNames: [], dependsOn: [], effect },
  ];
  const succeeded: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] };
  const required: Partial<StepDraft> = { isRequiredAction: true, requiresConfirmation: false };

  test.each<[string, Partial<StepDraft>, boolean]>([
    ['a required WRITE action that succeeded', { ...required, toolBindings: tool() }, true],
    ['not a required READ action', { ...required, toolBindings: tool('READ') }, false],
    ['not an action that is not required', { toolBindings: tool() }, false],
    [
      'a checkpoint with a READ action',
      { isCheckpoint: true, requiresConfirmation: false, toolBindings: tool('READ') },
      true,
    ],
  ])('3.7: %s', (_case, step, isPassed) => {
    const steps = [ask('a', 'step'), { stepId: 'step', to: ['c'], ...step }, ask('c'), end];
    const conversation = start({ steps }, { variables: { a: 1 } }, succeeded);
    expect(conversation.instance('s').currentStepId).toBe('c');
    expect(listBefore(conversation).includes('a')).toBe(isPassed);
  });

  test('3.7: a WRITE action that is not required is listed as done but does not block corrections', () => {
    const steps = [
      ask('a', 'step'),
      { stepId: 'step', to: ['c'], toolBindings: tool('WRITE'), description: 'mailed' },
      ask('c'),
      end,
    ];
    const conversation = start({ steps }, { variables: { a: 1 } }, succeeded);
    expect(conversation.instance('s').irreversibleDone).toMatchObject([{ description: 'mailed', passed: false }]);
    expect(conversation.turn({ variables: { a: null } }).transition('s').targetStepId).toBe('a');
  });
});

describe('3.8: a recovery step', () => {
  const help = (step: Partial<StepDraft>): StepDraft => ({
    stepId: 'help',
    templateIds: ['help'],
    to: ['end'],
    ...step,
  });
  test.each<[string, Partial<StepDraft>, string]>([
    ['is one that is reachable from anywhere', { reachableFromAnywhere: true }, 's CONTINUE RELOCALIZED'],
    ['is one with is_recovery', { isRecovery: true }, 's CONTINUE RELOCALIZED'],
    ['is not one with is_recovery = false', { reachableFromAnywhere: true, isRecovery: false }, 's PAUSE LOOP'],
    ['is not just any step', {}, 's PAUSE LOOP'],
  ])('3.8: %s', (_case, step, action) => {
    const steps = [ask('a', 'end', { to: 'help', intentLabel: 'help' }), help(step), end];
    const conversation = startConversation([{ scenarioId: 's', steps }], {}, { maxAttempts: 1 });
    conversation.turn();
    expect(conversation.turn().actions).toEqual([action]);
  });
});

describe('3.6: attempts and loop counts return to 0', () => {
  test.each<[string, TurnDraft, number, number]>([
    ['when a field that the scenario collects becomes known', { variables: { c: 1 } }, 0, 1],
    ['when it changes', { variables: { b: 2 } }, 0, 1],
    ['not when it is cleared', { variables: { c: null } }, 1, 2],
    ['not when it is known with the same value', { variables: { b: 1 } }, 1, 2],
    ['not when another field becomes known', { variables: { hobby: 'chess' } }, 1, 2],
  ])('3.6: %s', (_case, draft, count, attempts) => {
    const steps = [
      { ...ask('a'), to: ['b', { to: 'b', trigger: 'ANYTIME' as const, condition: 'data.b == 9' }] },
      ask('b', 'c'),
      ask('c'),
      end,
    ];
    const conversation = startConversation([{ scenarioId: 's', steps }], { variables: { b: 1 } });
    conversation.turn();
    conversation.turn(draft);
    const { loopCounts, attempts: counted } = conversation.instance('s');
    expect([loopCounts.get('a') ?? 0, counted]).toEqual([count, attempts]);
  });
});
