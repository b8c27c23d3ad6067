import type { ScenarioDraft, StepDraft, TurnDraft } from '../support/conversation';
import { played, started } from '../support/started';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const succeeded: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] };
const after: StepDraft = { stepId: 'after', collectsProfileFields: ['after'], to: ['end'] };
const of = (step: Omit<StepDraft, 'stepId'>): ScenarioDraft => ({
  scenarioId: 's',
  steps: [
    { stepId: 'before', collectsProfileFields: ['amount'], to: ['step'] },
    { stepId: 'step', to: ['after'], ...step },
    after,
    end,
  ],
});
/** What is irreversibly done after each turn. */
function done(step: Omit<StepDraft, 'stepId'>, drafts: readonly TurnDraft[]): readonly (readonly string[])[] {
  const turns = played(of(step), [{ variables: { amount: 5 } }, ...drafts]);
  return turns.map(({ session }) => session.instances[0]?.irreversibleDone.map(({ description }) => description) ?? []);
}

test('3.7 checkpoint: it is passed when it was confirmed', () => {
  expect(done({ isCheckpoint: true, checkpointDescription: 'order placed' }, [{}, confirmed])).toEqual([
    [],
    [],
    ['order placed'],
  ]);
});

test('3.7 checkpoint: with an act stage it is passed when that is finished as well', () => {
  const step = { isCheckpoint: true, checkpointDescription: 'paid', isRequiredAction: true, toolIds: ['t'] };
  expect(done(step, [confirmed, {}, succeeded])).toEqual([[], [], [], ['paid']]);
});

test('3.7 checkpoint: other tools finish its act stage by having been hinted in an earlier turn', () => {
  const step = { isCheckpoint: true, checkpointDescription: 'paid', toolIds: ['t'] };
  expect(done(step, [confirmed, {}])).toEqual([[], [], ['paid']]);
});

test('3.7 checkpoint: a required action that succeeded counts as one', () => {
  expect(done({ isRequiredAction: true, toolIds: ['t'], description: 'money sent' }, [succeeded])).toEqual([
    [],
    ['money sent'],
  ]);
});

test('3.7 checkpoint: an action that is not required does not', () => {
  expect(done({ toolIds: ['t'], description: 'looked up' }, [succeeded])).toEqual([[], []]);
});

test.each<[string, TurnDraft]>([
  ['DECLINED', { outcomes: [{ kind: 'DECLINED' }] }],
  ['a failed action', { outcomes: [{ kind: 'ACTION_FAILED' }] }],
])('3.7 checkpoint: %s does not pass it', (_what, draft) => {
  const step = {
    isCheckpoint: true,
    isRequiredAction: true,
    toolIds: ['t'],
    to: [{ to: 'after', condition: 'outcome != ""' }],
  };
  expect(done(step, [draft]).at(-1)).toEqual([]);
});

test('3.7 checkpoint: it is passed once, however long the instance stays', () => {
  const step = {
    isCheckpoint: true,
    checkpointDescription: 'paid',
    templateIds: ['text'],
    to: [{ to: 'end', intentLabel: 'never' }],
  };
  expect(done(step, [confirmed, {}, {}]).at(-1)).toEqual(['paid']);
});

test('3.7 checkpoint: CANCEL stays possible, and lists what is done', () => {
  const { talk } = started([of({ isCheckpoint: true, checkpointDescription: 'paid' })], { variables: { amount: 5 } });
  talk.turn(confirmed);
  const turn = talk.turn({ signals: ['CANCEL'] });
  expect(turn.lifecycle('s')).toMatchObject({ action: 'CANCEL', irreversibleDone: ['paid'] });
  expect(talk.session.endedInstances[0]?.irreversibleDone).toMatchObject([
    { stepId: 'step', description: 'paid', passed: true },
  ]);
});

describe('3.7 after it has been passed', () => {
  const paid = of({ isCheckpoint: true, checkpointDescription: 'paid' });

  test('3.7 passed: no correction moves the instance before it', () => {
    const turns = played(paid, [{}, { variables: { amount: 5 } }, confirmed, { variables: { amount: 6 } }]);
    expect(turns[3]?.transition('s')).toMatchObject({
      targetStepId: 'after',
      reason: 'BLOCKED_BY_CHECKPOINT',
      blockedByCheckpoint: 'paid',
      correctedFields: ['amount'],
    });
    expect(turns[3]?.plan).toEqual(['s ASK after']);
  });

  test('3.7 passed: a step that was entered since may be gone back to', () => {
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
    const { talk } = started([again]);
    talk.turn({ variables: { amount: 1 } });
    expect(talk.turn(confirmed).plan).toEqual(['s ASK amount']);
    expect(talk.instance('s').stepsBeforeCheckpoint).toEqual([]);
    // It stands on the second visit of `step`: `before` was left after the first one was passed.
    expect(talk.turn({ variables: { amount: 2 } }).plan).toEqual(['s CONFIRM amount=2']);
    expect(talk.turn({ variables: { amount: 3 } }).transition('s')).toMatchObject({
      reason: 'CORRECTED',
      targetStepId: 'step',
    });
    expect(talk.instance('s').irreversibleDone).toHaveLength(1);
  });

  test('3.7 passed: checkpoints outlive the bounded path', () => {
    const loop: ScenarioDraft = {
      scenarioId: 's',
      steps: [
        { stepId: 'step', isCheckpoint: true, checkpointDescription: 'paid', to: ['a'] },
        { stepId: 'a', templateIds: ['a'], to: ['b'] },
        { stepId: 'b', templateIds: ['b'], to: [{ to: 'end', intentLabel: 'stop' }, 'a'] },
        end,
      ],
    };
    const { talk } = started([loop], {}, { settings: { pathEntries: 4 } });
    talk.turn(confirmed);
    for (let turn = 0; turn < 10; turn += 1) talk.turn();
    expect(talk.instance('s').path.map(({ stepId }) => stepId)).toEqual(['a', 'b', 'a', 'b']);
    expect(talk.instance('s').irreversibleDone.map(({ description }) => description)).toEqual(['paid']);
  });

  test('3.7 passed: a checkpoint holds against corrections also when its own path entry is gone', () => {
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
    const { talk } = started([loop], { variables: { amount: 1 } }, { settings: { pathEntries: 2 } });
    talk.turn(confirmed);
    for (let turn = 0; turn < 5; turn += 1) talk.turn();
    talk.turn({ variables: { amount: 2 } });
    expect(['a', 'b']).toContain(talk.instance('s').currentStepId);
  });
});

test('3.7 action_key: CONFIRM and ACTION_HINT name instance, step and visit, the same on every retry, another on every visit', () => {
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
  const turns = played(scenario, [{}, {}, confirmed, {}, declined, {}]);
  const keys = turns.map((turn) => {
    const contribution = turn.contribution('s');
    return 'actionKey' in contribution ? `${contribution.type} ${contribution.actionKey}` : contribution.type;
  });
  expect(keys).toEqual([
    'CONFIRM s#1/pay/1',
    'CONFIRM s#1/pay/1',
    'ACTION_HINT s#1/pay/1',
    'ACTION_HINT s#1/pay/1',
    'INFORM',
    'CONFIRM s#1/pay/3',
  ]);
});
