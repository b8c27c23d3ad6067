import type { ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { listContributions, playTurns, startScenarios } from '../../support/play-turns';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const neverTaken = { to: 'end', intentLabel: 'never' };
const declined: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };
const failed: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] };
/** Every DECLINED leads to "note" and back to "check". */
const repeating: ScenarioDraft = {
  scenarioId: 's',
  steps: [
    { stepId: 'check', isCheckpoint: true, to: [{ to: 'note', outcomes: ['DECLINED'] }, 'end'] },
    { stepId: 'note', templateIds: ['note'], to: ['check'] },
    end,
  ],
};
const act: ScenarioDraft = {
  scenarioId: 's',
  steps: [{ stepId: 'act', isRequiredAction: true, toolIds: ['t'], to: ['end'] }, end],
};

describe('visits', () => {
  test('3.6: START opens visit 1 at the step where the walk ends', () => {
    const { conversation } = startScenarios([
      { ...repeating, steps: [{ stepId: 'empty', to: ['check'] }, ...repeating.steps] },
    ]);
    expect(conversation.instance('s').visit.number).toBe(1);
    expect(conversation.instance('s').currentStepId).toBe('check');
  });

  test('3.6: each arrival opens a visit with the next number', () => {
    const numbers = playTurns(repeating, [{}, declined, {}, declined]).map((turn) => turn.transition('s').visitNumber);
    expect(numbers).toEqual([1, 2, 3, 4]);
  });

  test('3.6: an instance that stays does not open a visit', () => {
    expect(playTurns(repeating, [{}, {}, {}]).map((turn) => turn.transition('s').visitNumber)).toEqual([1, 1, 1]);
  });

  test('3.6: the action_key stays the same when a failed action is retried', () => {
    const keys = playTurns(act, [{}, failed, {}]).map((turn) => {
      const contribution = turn.contribution('s');
      return contribution.type === 'ACTION_HINT' ? contribution.actionKey : '';
    });
    expect(new Set(keys)).toEqual(new Set(['s#1/act/1']));
  });

  test('3.6: a self-transition opens a visit', () => {
    const self: ScenarioDraft = {
      scenarioId: 's',
      steps: [{ stepId: 'a', templateIds: ['a'], to: [{ to: 'a', intentLabel: 'again' }, 'end'] }, end],
    };
    expect(playTurns(self, [{}, { intent: 'again' }]).map((turn) => turn.transition('s').visitNumber)).toEqual([1, 2]);
  });

  test('3.6: a skipped step has no visit and no loop count', () => {
    const { conversation } = startScenarios(
      [{ ...repeating, steps: [{ stepId: 'a', collectsProfileFields: ['a'], to: ['check'] }, ...repeating.steps] }],
      { variables: { a: 1 } },
    );
    expect(conversation.instance('s').path).toMatchObject([{ stepId: 'a', visitNumber: 0 }]);
    expect(conversation.instance('s').loopCounts.get('a')).toBeUndefined();
  });

  test('3.6: a new visit has no attempts and no finished stages', () => {
    const scenario: ScenarioDraft = {
      scenarioId: 's',
      steps: [
        {
          stepId: 'a',
          collectsProfileFields: ['a'],
          to: [{ to: 'tell', trigger: 'ANYTIME', intentLabel: 'why' }, 'end'],
        },
        { stepId: 'tell', templateIds: ['because'], to: ['a'] },
        end,
      ],
    };
    const { conversation } = startScenarios([scenario]);
    conversation.turn();
    expect(conversation.instance('s').attempts).toBe(1);
    conversation.turn({ intent: 'why' });
    const back = conversation.turn();
    expect(conversation.instance('s')).toMatchObject({ attempts: 0, visit: { number: 3 } });
    // The first ASK of a visit is not a reprompt.
    expect(back.contribution('s')).toMatchObject({ type: 'ASK', isReprompt: false });
  });

  test('3.6: a step confirms again in every visit', () => {
    expect(listContributions(repeating, [{}, declined, {}, {}])).toEqual([
      'CONFIRM ',
      'INFORM note',
      'CONFIRM ',
      'CONFIRM ',
    ]);
  });
});

describe('the visits variable of conditions', () => {
  const createScenario = (condition: string): ScenarioDraft => ({
    scenarioId: 's',
    steps: [
      { stepId: 'x', collectsProfileFields: ['x'], to: ['y'] },
      { stepId: 'y', collectsProfileFields: ['y'], to: [{ to: 'end', condition }, 'z'] },
      { stepId: 'z', collectsProfileFields: ['z'], to: [{ to: 'y', clears: ['y'] }] },
      end,
    ],
  });

  test('3.6: a transition does not count a skipped step as visited', () => {
    const { conversation } = startScenarios([createScenario('visits > 1')]);
    conversation.turn({ variables: { x: 1, y: 1 } });
    conversation.turn({ variables: { z: 1 } });
    expect(conversation.instance('s').currentStepId).toBe('y');
    expect(conversation.turn({ variables: { y: 2 } }).transition('s').alternatives[0]).toMatchObject({
      truth: 'FALSE',
    });
  });

  test('3.6: a completion_condition does not count a skipped step as visited', () => {
    const { conversation } = startScenarios([{ ...createScenario('false'), completionCondition: 'visits > 1' }]);
    conversation.turn({ variables: { x: 1, y: 1 } });
    conversation.turn({ variables: { z: 1 } });
    expect(conversation.turn().actions).toEqual(['s CONTINUE GOES_ON']);
  });
});

describe('loop counts', () => {
  test.each<[string, Omit<StepDraft, 'stepId'>]>([
    ['that collects fields', { collectsProfileFields: ['x'] }],
    ['that confirms', { isCheckpoint: true }],
    ['that acts', { toolIds: ['t'] }],
  ])('3.6: a visit of a step %s increments its loop count', (_step, step) => {
    const { conversation } = startScenarios([{ scenarioId: 's', steps: [{ stepId: 'a', to: ['end'], ...step }, end] }]);
    expect(conversation.instance('s').loopCounts.get('a')).toBe(1);
  });

  test.each<[string, Omit<StepDraft, 'stepId'>]>([
    ['that only informs', { templateIds: ['text'] }],
    ['without stages', { to: [neverTaken] }],
  ])('3.6: a visit of a step %s is not counted', (_step, step) => {
    const { conversation } = startScenarios([{ scenarioId: 's', steps: [{ stepId: 'a', to: ['end'], ...step }, end] }]);
    expect(conversation.instance('s').loopCounts.get('a')).toBeUndefined();
  });

  test('3.6: every failure of a required action increments the loop count', () => {
    const { conversation } = startScenarios([act]);
    conversation.turn(failed);
    conversation.turn(failed);
    expect(conversation.instance('s').loopCounts.get('act')).toBe(3);
  });

  test('3.6: a failure of an optional action does not increment the loop count', () => {
    const { conversation } = startScenarios([
      { scenarioId: 's', steps: [{ stepId: 'a', toolIds: ['t'], to: [neverTaken] }, end] },
    ]);
    conversation.turn(failed);
    expect(conversation.instance('s').loopCounts.get('a')).toBe(1);
  });

  test('3.6: turns without a new visit do not increment the loop count', () => {
    const { conversation } = startScenarios([{ ...repeating, maxAttempts: 0 }]);
    for (let turn = 0; turn < 10; turn += 1) conversation.turn();
    expect(conversation.instance('s').loopCounts.get('check')).toBe(1);
    expect(conversation.instance('s').status).toBe('ACTIVE');
  });

  const asking: ScenarioDraft = {
    ...repeating,
    steps: [...repeating.steps, { stepId: 'later', collectsProfileFields: ['x'], to: ['end'] }],
  };

  test.each<[string, TurnDraft]>([
    ['becomes known by a candidate variable', { variables: { x: 1 } }],
    ['becomes known by the patch', { patch: { x: 1 } }],
  ])('3.6: the loop counts are reset when a field %s', (_event, draft) => {
    const { conversation } = startScenarios([asking]);
    conversation.turn(draft);
    expect(conversation.instance('s').loopCounts.get('check') ?? 0).toBe(0);
  });

  test.each<[string, TurnDraft]>([
    ['that the scenario does not collect becomes known', { variables: { y: 1 } }],
    ['becomes known by customer_data', { customer: { x: 1 } }],
    ['becomes known by an action result', { outcomes: [{ kind: 'ACTION_FAILED', results: { x: 1 } }] }],
  ])('3.6: the loop counts are kept when a field %s', (_event, draft) => {
    const { conversation } = startScenarios([asking]);
    conversation.turn(draft);
    expect(conversation.instance('s').loopCounts.get('check') ?? 0).toBe(1);
  });

  test('3.6: a changed value resets the loop counts, but an unchanged value does not', () => {
    const { conversation } = startScenarios([asking], { variables: { x: 1 } });
    conversation.turn({ variables: { x: 1 } });
    expect(conversation.instance('s').loopCounts.get('check')).toBe(1);
    conversation.turn({ variables: { x: 2 } });
    expect(conversation.instance('s').loopCounts.get('check') ?? 0).toBe(0);
  });

  test('3.6: a visit on the turn that resets the loop counts is counted', () => {
    const scenario: ScenarioDraft = {
      scenarioId: 's',
      steps: [
        { stepId: 'a', collectsProfileFields: ['a'], to: ['b'] },
        { stepId: 'b', collectsProfileFields: ['b'], to: ['end'] },
        end,
      ],
    };
    const { conversation } = startScenarios([scenario]);
    conversation.turn({ variables: { a: 1 } });
    expect([...conversation.instance('s').loopCounts]).toEqual([['b', 1]]);
  });
});
