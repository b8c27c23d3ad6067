import type { ScenarioDraft, StepDraft, TurnDraft } from '../support/conversation';
import { played, said, started } from '../support/started';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const onward = { to: 'end', intentLabel: 'never' };
const declined: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };
const failed: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] };
/** Collects a, confirms it, and goes back to asking for `note` on every DECLINED. */
const round: ScenarioDraft = {
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

describe('3.6 visits', () => {
  test('3.6 visits: START opens visit 1, where the walk ends', () => {
    const { talk } = started([{ ...round, steps: [{ stepId: 'empty', to: ['check'] }, ...round.steps] }]);
    expect(talk.instance('s').visit.number).toBe(1);
    expect(talk.instance('s').currentStepId).toBe('check');
  });

  test('3.6 visits: an arrival opens the next one, and a number is never used again', () => {
    const numbers = played(round, [{}, declined, {}, declined]).map((turn) => turn.transition('s').visitNumber);
    expect(numbers).toEqual([1, 2, 3, 4]);
  });

  test('3.6 visits: staying opens none', () => {
    expect(played(round, [{}, {}, {}]).map((turn) => turn.transition('s').visitNumber)).toEqual([1, 1, 1]);
  });

  test('3.6 visits: a failed action opens none, so its action_key is stable across retries', () => {
    const keys = played(act, [{}, failed, {}]).map((turn) => {
      const contribution = turn.contribution('s');
      return contribution.type === 'ACTION_HINT' ? contribution.actionKey : '';
    });
    expect(new Set(keys)).toEqual(new Set(['s#1/act/1']));
  });

  test('3.6 visits: a self-transition opens one', () => {
    const self: ScenarioDraft = {
      scenarioId: 's',
      steps: [{ stepId: 'a', templateIds: ['a'], to: [{ to: 'a', intentLabel: 'again' }, 'end'] }, end],
    };
    expect(played(self, [{}, { intent: 'again' }]).map((turn) => turn.transition('s').visitNumber)).toEqual([1, 2]);
  });

  test('3.6 visits: a step passed over has none', () => {
    const { talk } = started(
      [{ ...round, steps: [{ stepId: 'a', collectsProfileFields: ['a'], to: ['check'] }, ...round.steps] }],
      { variables: { a: 1 } },
    );
    expect(talk.instance('s').path).toMatchObject([{ stepId: 'a', visitNumber: 0 }]);
    expect(talk.instance('s').loopCounts.get('a')).toBeUndefined();
  });

  test('3.6 visits: stage state and attempts belong to the visit', () => {
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
    const { talk } = started([scenario]);
    talk.turn();
    expect(talk.instance('s').visit.attempts).toBe(1);
    talk.turn({ intent: 'why' });
    const back = talk.turn();
    expect(talk.instance('s').visit).toMatchObject({ number: 3, attempts: 0 });
    // Nothing was asked in this visit yet, so this is no reprompt.
    expect(back.contribution('s')).toMatchObject({ type: 'ASK', isReprompt: false });
  });

  test('3.6 visits: a confirmation of an earlier visit does not confirm a later one', () => {
    expect(said(round, [{}, declined, {}, {}])).toEqual(['CONFIRM ', 'INFORM note', 'CONFIRM ', 'CONFIRM ']);
  });
});

describe('3.6 loop counts', () => {
  test.each<[string, Omit<StepDraft, 'stepId'>, number | undefined]>([
    ['collects', { collectsProfileFields: ['x'] }, 1],
    ['confirms', { isCheckpoint: true }, 1],
    ['acts', { toolIds: ['t'] }, 1],
    ['only informs', { templateIds: ['text'] }, undefined],
    ['does nothing', { to: [onward] }, undefined],
  ])('3.6 loop counts: a visit of a step that %s', (_what, step, count) => {
    const { talk } = started([{ scenarioId: 's', steps: [{ stepId: 'a', to: ['end'], ...step }, end] }]);
    expect(talk.instance('s').loopCounts.get('a')).toBe(count);
  });

  test('3.6 loop counts: every failure of a required action counts one more', () => {
    const { talk } = started([act]);
    talk.turn(failed);
    talk.turn(failed);
    expect(talk.instance('s').loopCounts.get('act')).toBe(3);
  });

  test('3.6 loop counts: a failure of another tool counts nothing', () => {
    const { talk } = started([{ scenarioId: 's', steps: [{ stepId: 'a', toolIds: ['t'], to: [onward] }, end] }]);
    talk.turn(failed);
    expect(talk.instance('s').loopCounts.get('a')).toBe(1);
  });

  test('3.6 loop counts: staying counts nothing, so that talk about another scenario never pauses this one', () => {
    const { talk } = started([round]);
    for (let turn = 0; turn < 10; turn += 1) talk.turn();
    expect(talk.instance('s').loopCounts.get('check')).toBe(1);
    expect(talk.instance('s').status).toBe('ACTIVE');
  });

  const asking: ScenarioDraft = {
    ...round,
    steps: [...round.steps, { stepId: 'later', collectsProfileFields: ['x'], to: ['end'] }],
  };

  test.each<[string, TurnDraft, number]>([
    ['becomes known', { variables: { x: 1 } }, 0],
    ['becomes known by the patch', { patch: { x: 1 } }, 0],
    ['is given that the scenario does not collect', { variables: { y: 1 } }, 1],
    ['comes from customer_data', { customer: { x: 1 } }, 1],
    ['comes as a result of an action', { outcomes: [{ kind: 'ACTION_FAILED', results: { x: 1 } }] }, 1],
  ])('3.6 loop counts: all return to 0 when a field that the scenario collects %s: %#', (_what, draft, count) => {
    const { talk } = started([asking]);
    talk.turn(draft);
    expect(talk.instance('s').loopCounts.get('check') ?? 0).toBe(count);
  });

  test('3.6 loop counts: a changed value returns them to 0, the same value again does not', () => {
    const { talk } = started([asking], { variables: { x: 1 } });
    talk.turn({ variables: { x: 1 } });
    expect(talk.instance('s').loopCounts.get('check')).toBe(1);
    talk.turn({ variables: { x: 2 } });
    expect(talk.instance('s').loopCounts.get('check') ?? 0).toBe(0);
  });

  test('3.6 loop counts: what arrives in the turn that returns them to 0 counts from there', () => {
    const scenario: ScenarioDraft = {
      scenarioId: 's',
      steps: [
        { stepId: 'a', collectsProfileFields: ['a'], to: ['b'] },
        { stepId: 'b', collectsProfileFields: ['b'], to: ['end'] },
        end,
      ],
    };
    const { talk } = started([scenario]);
    talk.turn({ variables: { a: 1 } });
    expect([...talk.instance('s').loopCounts]).toEqual([['b', 1]]);
  });
});

describe('2.8 loops of the walk', () => {
  test('2.8 loop: entering a step above max_loop_count pauses the instance where it stands', () => {
    const { talk } = started([round]);
    // check is visited three times ...
    for (let visit = 2; visit <= 3; visit += 1) {
      talk.turn(declined);
      expect(talk.turn().actions).toEqual(['s CONTINUE GOES_ON']);
    }
    // ... and would be a fourth time.
    talk.turn(declined);
    expect(talk.turn().actions).toEqual(['s PAUSE LOOP']);
    expect(talk.instance('s').currentStepId).toBe('note');
  });

  test.each<[string, Partial<ScenarioDraft>, Partial<StepDraft>]>([
    ["the step's own", { maxLoopCount: 9 }, { maxLoopCount: 1 }],
    ["else the scenario's", { maxLoopCount: 1 }, {}],
  ])('2.8 loop: the limit is %s', (_what, scenario, step) => {
    const [check, ...rest] = round.steps;
    const { talk } = started([{ ...round, ...scenario, steps: [{ stepId: 'check', ...check, ...step }, ...rest] }]);
    talk.turn(declined);
    expect(talk.turn().actions).toEqual(['s PAUSE LOOP']);
  });

  test('2.8 loop: a failed action is retried until its loop count is above the limit', () => {
    const actions = played(act, [{}, failed, failed, failed]).flatMap((turn) => turn.actions);
    // Visit 1, then failures 2 and 3, which may be retried; the fourth is above 3.
    expect(actions).toEqual(['s START CANDIDATE', 's CONTINUE GOES_ON', 's CONTINUE GOES_ON', 's PAUSE LOOP']);
  });

  test('2.8 loop: a failure above the limit that a transition takes is no loop', () => {
    const scenario: ScenarioDraft = {
      scenarioId: 's',
      maxLoopCount: 1,
      steps: [
        {
          stepId: 'act',
          isRequiredAction: true,
          toolIds: ['t'],
          to: [{ to: 'end', outcomes: ['ACTION_FAILED'] }, 'end'],
        },
        end,
      ],
    };
    expect(said(scenario, [{}, failed])).toEqual(['ACTION_HINT t', 'INFORM bye']);
  });

  test('2.8 loop: after a pause for a failed action it is tried again once the customer asks for it, with counts at 0', () => {
    const { talk } = started([act]);
    for (let failures = 0; failures < 3; failures += 1) talk.turn(failed);
    const resumed = talk.turn({ signals: [['CONTINUE', 's']] });
    expect(resumed.plan).toEqual(['s ACTION_HINT t']);
    expect(resumed.contribution('s').isReprompt).toBe(true);
    expect(talk.instance('s').loopCounts.get('act') ?? 0).toBe(0);
    expect(talk.turn({ outcomes: [{ kind: 'ACTION_SUCCEEDED' }] }).plan).toEqual(['s INFORM bye']);
  });

  test('2.8 loop: a CONFIRM of a checkpoint is not repeated for ever, where max_attempts is for ASKs alone it is', () => {
    const { talk } = started([round], {}, { settings: { maxAttempts: 1 } });
    for (let turn = 0; turn < 5; turn += 1) expect(talk.turn().plan).toEqual(['s CONFIRM ']);
  });
});

describe('3.6 attempts', () => {
  const ask: ScenarioDraft = {
    scenarioId: 's',
    steps: [{ stepId: 'a', collectsProfileFields: ['a', 'b'], to: ['end'] }, end],
  };
  const other: ScenarioDraft = {
    scenarioId: 'o',
    steps: [{ stepId: 'x', collectsProfileFields: ['x', 'y'], to: ['end'] }, end],
  };
  const attempts = (draft: TurnDraft): number => {
    const { talk } = started([ask, other]);
    talk.turn(draft);
    return talk.instance('s').visit.attempts;
  };

  test.each<[string, TurnDraft, number]>([
    ['leaves the ASK unanswered', {}, 1],
    ['answers a part of it', { variables: { a: 1 } }, 0],
    ['gives a null for it', { variables: { a: null } }, 1],
    ['asks about something', { requested: ['price'] }, 1],
    ['addresses another instance', { variables: { x: 1 } }, 0],
    ['names another scenario', { candidates: { o: 0.9 } }, 0],
    ['addresses this one without an answer', { signals: [['CONTINUE', 's']] }, 1],
    ['brings an outcome of it', { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 's#1' }] }, 0],
    ['is a timer', { trigger: 'TIMER' }, 0],
    ['brings tool results', { trigger: 'TOOL_RESULTS' }, 0],
  ])('3.6 attempts: a turn that %s', (_what, draft, count) => {
    expect(attempts(draft)).toBe(count);
  });

  test('3.6 attempts: a turn that starts another scenario addresses somebody else', () => {
    const { talk } = started([ask]);
    talk.store(other);
    talk.turn({ candidates: { o: 0.9 } });
    expect(talk.instance('s').visit.attempts).toBe(0);
  });

  test('3.6 attempts: a step without an open ASK has none', () => {
    const { talk } = started([round]);
    talk.turn();
    expect(talk.instance('s').visit.attempts).toBe(0);
  });

  test('2.8 loop: above max_attempts the instance is paused; 0 is no limit', () => {
    const actions = (maxAttempts: number) =>
      played(ask, [{}, {}, {}, {}], { settings: { maxAttempts } }).flatMap((turn) => turn.actions);
    expect(actions(2)).toEqual(['s START CANDIDATE', 's CONTINUE GOES_ON', 's CONTINUE GOES_ON', 's PAUSE LOOP']);
    expect(actions(0)[3]).toBe('s CONTINUE GOES_ON');
  });
});
