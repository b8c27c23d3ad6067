import type { ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { playTurns, startScenarios } from '../../support/play-turns';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const succeeded: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] };
const after: StepDraft = { stepId: 'after', collectsProfileFields: ['after'], to: ['end'] };
const createScenario = (step: Omit<StepDraft, 'stepId'>): ScenarioDraft => ({
  scenarioId: 's',
  steps: [
    { stepId: 'before', collectsProfileFields: ['amount'], to: ['step'] },
    { stepId: 'step', to: ['after'], ...step },
    after,
    end,
  ],
});
/** Returns the descriptions of the passed checkpoints after each turn. */
function listPassed(step: Omit<StepDraft, 'stepId'>, drafts: readonly TurnDraft[]): readonly (readonly string[])[] {
  const turns = playTurns(createScenario(step), [{ variables: { amount: 5 } }, ...drafts]);
  return turns.map(({ session }) => session.instances[0]?.irreversibleDone.map(({ description }) => description) ?? []);
}

test('3.7: a confirmed checkpoint is passed', () => {
  expect(listPassed({ isCheckpoint: true, checkpointDescription: 'order placed' }, [{}, confirmed])).toEqual([
    [],
    [],
    ['order placed'],
  ]);
});

test('3.7: a checkpoint with a required action is passed when the action has succeeded', () => {
  const step = { isCheckpoint: true, checkpointDescription: 'paid', isRequiredAction: true, toolIds: ['t'] };
  expect(listPassed(step, [confirmed, {}, succeeded])).toEqual([[], [], [], ['paid']]);
});

test('3.7: a checkpoint with an optional action is passed on the turn after the ACTION_HINT', () => {
  const step = { isCheckpoint: true, checkpointDescription: 'paid', toolIds: ['t'] };
  expect(listPassed(step, [confirmed, {}])).toEqual([[], [], ['paid']]);
});

test('3.7: a required action that succeeded counts as a checkpoint', () => {
  expect(listPassed({ isRequiredAction: true, toolIds: ['t'], description: 'money sent' }, [succeeded])).toEqual([
    [],
    ['money sent'],
  ]);
});

test('3.7: an optional action that succeeded does not count as a checkpoint', () => {
  expect(listPassed({ toolIds: ['t'], description: 'looked up' }, [succeeded])).toEqual([[], []]);
});

test.each<[string, TurnDraft]>([
  ['DECLINED', { outcomes: [{ kind: 'DECLINED' }] }],
  ['a failed action', { outcomes: [{ kind: 'ACTION_FAILED' }] }],
])('3.7: a checkpoint is not passed by %s', (_outcome, draft) => {
  const step = {
    isCheckpoint: true,
    isRequiredAction: true,
    toolIds: ['t'],
    to: [{ to: 'after', condition: 'outcome != ""' }],
  };
  expect(listPassed(step, [draft]).at(-1)).toEqual([]);
});

test('3.7: a checkpoint is passed only once while the instance stays at it', () => {
  const step = {
    isCheckpoint: true,
    checkpointDescription: 'paid',
    templateIds: ['text'],
    to: [{ to: 'end', intentLabel: 'never' }],
  };
  expect(listPassed(step, [confirmed, {}, {}]).at(-1)).toEqual(['paid']);
});

test('3.7: CANCEL is possible after a checkpoint and lists it in irreversible_done', () => {
  const { conversation } = startScenarios([createScenario({ isCheckpoint: true, checkpointDescription: 'paid' })], {
    variables: { amount: 5 },
  });
  conversation.turn(confirmed);
  const turn = conversation.turn({ signals: ['CANCEL'] });
  expect(turn.lifecycle('s')).toMatchObject({ action: 'CANCEL', irreversibleDone: ['paid'] });
  expect(conversation.session.endedInstances[0]?.irreversibleDone).toMatchObject([
    { stepId: 'step', description: 'paid', passed: true },
  ]);
});

describe('after a checkpoint', () => {
  const paid = createScenario({ isCheckpoint: true, checkpointDescription: 'paid' });

  test('3.7: a correction does not move the instance before a passed checkpoint', () => {
    const turns = playTurns(paid, [{}, { variables: { amount: 5 } }, confirmed, { variables: { amount: 6 } }]);
    expect(turns[3]?.transition('s')).toMatchObject({
      targetStepId: 'after',
      reason: 'BLOCKED_BY_CHECKPOINT',
      blockedByCheckpoint: 'paid',
      correctedFields: ['amount'],
    });
    expect(turns[3]?.plan).toEqual(['s ASK after']);
  });

  test('3.7: a correction can return to a step that was entered again after the checkpoint', () => {
    const again: ScenarioDraft = {
      scenarioId: 's',
      steps: [
        { stepId: 'before', collectsProfileFields: ['amount'], canSkip: false, to: ['step'] },
        {
          stepId: 'step',
          isCheckpoint: true,
          checkpointDescription: 'paid',
          to: [{ to: 'last', condition: 'visits > 1' }, 'before'],
        },
        { stepId: 'last', collectsProfileFields: ['last'], to: ['end'] },
        end,
      ],
    };
    const { conversation } = startScenarios([again]);
    conversation.turn({ variables: { amount: 1 } });
    expect(conversation.turn(confirmed).plan).toEqual(['s ASK amount']);
    // The checkpoint's own step counts as before it until it is reached again.
    expect(conversation.instance('s').stepsBeforeCheckpoint).toEqual(['step']);
    // The second visit of `step`; `before` was left again after the checkpoint was passed.
    expect(conversation.turn({ variables: { amount: 2 } }).plan).toEqual(['s CONFIRM amount=2']);
    expect(conversation.turn({ variables: { amount: 3 } }).transition('s')).toMatchObject({
      reason: 'CORRECTED',
      targetStepId: 'step',
    });
    expect(conversation.instance('s').irreversibleDone).toHaveLength(1);
  });

  test('3.7: passed checkpoints are kept when their path entries are trimmed', () => {
    const loop: ScenarioDraft = {
      scenarioId: 's',
      steps: [
        { stepId: 'step', isCheckpoint: true, checkpointDescription: 'paid', to: ['a'] },
        { stepId: 'a', templateIds: ['a'], to: ['b'] },
        { stepId: 'b', templateIds: ['b'], to: [{ to: 'end', intentLabel: 'stop' }, 'a'] },
        end,
      ],
    };
    const { conversation } = startScenarios([loop], {}, { settings: { pathEntries: 4 } });
    conversation.turn(confirmed);
    for (let turn = 0; turn < 10; turn += 1) conversation.turn();
    expect(conversation.instance('s').path.map(({ stepId }) => stepId)).toEqual(['a', 'b', 'a', 'b']);
    expect(conversation.instance('s').irreversibleDone.map(({ description }) => description)).toEqual(['paid']);
  });

  test('3.7: a checkpoint blocks corrections even if its path entry was trimmed', () => {
    const loop: ScenarioDraft = {
      scenarioId: 's',
      steps: [
        { stepId: 'before', collectsProfileFields: ['amount'], to: ['step'] },
        { stepId: 'step', isCheckpoint: true, checkpointDescription: 'paid', to: ['a'] },
        { stepId: 'a', templateIds: ['a'], to: ['b'] },
        { stepId: 'b', templateIds: ['b'], to: [{ to: 'end', intentLabel: 'stop' }, 'a'] },
        end,
      ],
    };
    const { conversation } = startScenarios([loop], { variables: { amount: 1 } }, { settings: { pathEntries: 2 } });
    conversation.turn(confirmed);
    for (let turn = 0; turn < 5; turn += 1) conversation.turn();
    conversation.turn({ variables: { amount: 2 } });
    expect(['a', 'b']).toContain(conversation.instance('s').currentStepId);
  });
});

test('3.7: the action_key of CONFIRM and ACTION_HINT names instance, step and visit', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      {
        stepId: 'pay',
        isCheckpoint: true,
        isRequiredAction: true,
        toolIds: ['t'],
        to: [{ to: 'fix', outcomes: ['DECLINED'] }, 'end'],
      },
      { stepId: 'fix', templateIds: ['fix'], to: ['pay'] },
      end,
    ],
  };
  const declined: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };
  const turns = playTurns(scenario, [{}, {}, declined, {}, confirmed, {}]);
  const keys = turns.map((turn) => {
    const contribution = turn.contribution('s');
    return 'actionKey' in contribution ? `${contribution.type} ${contribution.actionKey}` : contribution.type;
  });
  expect(keys).toEqual([
    'CONFIRM s#1/pay/1',
    'CONFIRM s#1/pay/1',
    'INFORM',
    'CONFIRM s#1/pay/3',
    'ACTION_HINT s#1/pay/3',
    'ACTION_HINT s#1/pay/3',
  ]);
});

describe('steps before a checkpoint', () => {
  const pay: StepDraft = { stepId: 'pay', isCheckpoint: true, checkpointDescription: 'paid', to: ['phone'] };
  const repeating: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['a'] },
      { stepId: 'a', templateIds: ['a'], to: [{ to: 'pay', intentLabel: 'pay' }, 'b'] },
      { stepId: 'b', templateIds: ['b'], to: ['a'] },
      pay,
      { stepId: 'phone', collectsProfileFields: ['phone'], to: ['end'] },
      end,
    ],
  };
  /** Leaves the recovery step, repeats a and b until its path entry is trimmed, passes the checkpoint and asks until it loops. */
  const playUntilLoop = (pathEntries: number, rounds: number) => {
    const { conversation } = startScenarios([repeating], {}, { settings: { pathEntries, maxAttempts: 1 } });
    conversation.turn();
    for (let turn = 0; turn < 2 * rounds; turn += 1) conversation.turn();
    conversation.turn({ intent: 'pay' });
    conversation.turn(confirmed);
    conversation.turn();
    return { conversation, last: conversation.turn() };
  };

  test.each([
    ['is in the path', 200, 1],
    ['was trimmed', 2, 1],
    ['was trimmed many turns ago', 3, 20],
  ])(
    '3.7: a step that was left before the checkpoint is not a recovery step if its entry %s',
    (_state, pathEntries, rounds) => {
      const { conversation, last } = playUntilLoop(pathEntries, rounds);
      expect(conversation.instance('s').path.some(({ stepId }) => stepId === 'help')).toBe(pathEntries === 200);
      expect(last.actions).toEqual(['s PAUSE LOOP']);
    },
  );

  test('3.7: a step that was never entered is a possible recovery step even if the path was trimmed', () => {
    const steps = [...repeating.steps, { ...end, stepId: 'agent', reachableFromAnywhere: true }];
    const { conversation } = startScenarios(
      [{ ...repeating, steps }],
      {},
      { settings: { pathEntries: 2, maxAttempts: 1 } },
    );
    for (const draft of [{}, {}, {}, { intent: 'pay' }, confirmed, {}]) conversation.turn(draft);
    expect(conversation.turn().transition('s')).toMatchObject({ reason: 'RELOCALIZED', targetStepId: 'agent' });
  });
});

test('3.7: a checkpoint that a global transition leads to is passed, although the step before it is suspended', () => {
  const agree: StepDraft = {
    stepId: 'agree',
    isCheckpoint: true,
    checkpointDescription: 'agreed',
    reachableFromAnywhere: true,
    to: [{ returns: true }],
  };
  const { conversation } = startScenarios([
    {
      scenarioId: 's',
      globals: [{ to: 'agree', intentLabel: 'agree' }],
      steps: [
        { stepId: 'a', collectsProfileFields: ['x'], to: ['end'] },
        agree,
        { stepId: 'end', isTerminal: true, templateIds: ['bye'] },
      ],
    },
  ]);
  conversation.turn({ intent: 'agree' });
  expect(conversation.turn({ intent: 'yes', outcomes: [{ kind: 'CONFIRMED' }] }).plan).toEqual(['s ASK x']);
  expect(conversation.instance('s').irreversibleDone).toMatchObject([{ stepId: 'agree', passed: true }]);
});
