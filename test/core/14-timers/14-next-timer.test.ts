import { getNextTimerAt } from '../../../src/core/apply/next-timer';
import type { StepTransition } from '../../../src/core/model/scenario';
import type { SessionVariable } from '../../../src/core/model/session';
import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../../support/conversation';
import { startScenarios } from '../../support/play-turns';
import { acting, asking, confirming, end, silent, waiting } from '../../support/sample-scenarios';

const minute = 60_000;
const start = { occurredAt: 10 * minute };

/** Plays turns and returns the next timer after each of them. */
function listNext(scenarios: readonly ScenarioDraft[], turns: readonly TurnDraft[], options = {}): readonly unknown[] {
  const { conversation, first } = startScenarios(scenarios, { ...start, ...turns[0] }, options);
  return [first, ...turns.slice(1).map((turn) => conversation.turn(turn))].map(({ result }) => result.nextTimerAt);
}

test('14: a session without timers has no next timer', () => {
  expect(listNext([asking('s', ['x'])], [{}])).toEqual([undefined]);
});

test('14: a moment after the latest time that a turn can have is no timer', () => {
  const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
  const idle = silent('s', { idleTimeoutMs: minute });
  expect(listNext([idle], [{ occurredAt: latest - minute - 1 }])).toEqual([latest]);
  expect(listNext([idle], [{ occurredAt: latest - minute }])).toEqual([undefined]);
});

describe('idle_timeout', () => {
  const idle = { idleTimeoutMs: 5 * minute };

  test('2.7: an instance is idle just after idle_timeout since the last MESSAGE turn, not since another turn', () => {
    expect(
      listNext(
        [silent('s', idle)],
        [{}, { occurredAt: 12 * minute }, { occurredAt: 13 * minute, trigger: 'TOOL_RESULTS' }],
      ),
    ).toEqual([15 * minute + 1, 17 * minute + 1, 17 * minute + 1]);
  });

  test('2.7: a TIMER turn at that moment pauses the instance, and then there is no timer', () => {
    const { conversation, first } = startScenarios([silent('s', idle)], start);
    const { nextTimerAt = 0 } = first.result;
    expect(conversation.turn({ trigger: 'TIMER', occurredAt: nextTimerAt - 1 }).actions).toEqual(['s CONTINUE QUIET']);
    const due = conversation.turn({ trigger: 'TIMER', occurredAt: nextTimerAt });
    expect([due.actions, due.result.nextTimerAt]).toEqual([['s PAUSE IDLE'], undefined]);
  });

  test('2.7: an instance that resumes without a message is not idle before idle_timeout has passed since then', () => {
    const { conversation } = startScenarios([silent('s', idle)], start);
    conversation.turn({ signals: ['PAUSE'], occurredAt: 11 * minute });
    const resumed = conversation.turn({
      trigger: 'TIMER',
      signals: [['CONTINUE', 's']],
      occurredAt: 14 * minute,
    });
    expect([resumed.actions, resumed.result.nextTimerAt]).toEqual([['s CONTINUE RESUMED'], 19 * minute + 1]);
  });

  test('2.7: an instance with an action under way is not idle', () => {
    expect(listNext([acting('s', idle)], [{}])).toEqual([undefined]);
  });

  test('2.7: an instance whose optional action is put again, because it gave no value, is not idle', () => {
    const look: StepDraft = {
      stepId: 'look',
      toolBindings: [{ toolId: 't', timing: 'DURING_STEP', variableNames: ['v'], dependsOn: [], effect: 'READ' }],
      to: [{ to: 'end', condition: 'data.v == 1' }],
    };
    const outcomes = [{ kind: 'ACTION_SUCCEEDED' }] as const;
    const { conversation } = startScenarios([{ scenarioId: 's', ...idle, steps: [look, end] }], start);
    const again = conversation.turn({ trigger: 'TOOL_RESULTS', outcomes, occurredAt: 11 * minute });
    expect([again.plan, again.result.nextTimerAt]).toEqual([['s ACTION_HINT t'], undefined]);
    expect(conversation.turn({ trigger: 'TIMER', occurredAt: 60 * minute }).actions).toEqual(['s CONTINUE QUIET']);
  });

  test('2.7: an instance that waits for a call is not idle', () => {
    const step: StepDraft = {
      stepId: 'call',
      calls: { scenarioId: 't', reuseCompleted: false, returns: [] },
      to: ['end'],
    };
    const conversation = new Conversation([{ scenarioId: 's', steps: [step, end], ...idle }, asking('t', ['x'])]);
    expect(conversation.turn({ candidates: { s: 0.9 } }).result.nextTimerAt).toBeUndefined();
  });
});

describe('after', () => {
  const until = (afterMs: number, more: Partial<StepDraft> = {}): ScenarioDraft => ({
    scenarioId: 's',
    steps: [
      {
        stepId: 'step',
        ...more,
        to: [
          { to: 'end', afterMs },
          { to: 'end', intentLabel: 'never' },
        ],
      },
      end,
    ],
  });

  test('14: a transition is due its duration after the last MESSAGE turn', () => {
    expect(
      listNext([until(3 * minute)], [{}, { occurredAt: 11 * minute }, { occurredAt: 12 * minute, trigger: 'TIMER' }]),
    ).toEqual([13 * minute, 14 * minute, 14 * minute]);
  });

  test('14: a transition is due its duration after the visit opened, if that is later', () => {
    const scenario = until(3 * minute);
    const [step, ...others] = scenario.steps;
    const steps = [{ stepId: 'act', toolIds: ['t'], to: [{ to: 'step', outcomes: ['ACTION_SUCCEEDED' as const] }] }];
    const result = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] } as const;
    expect(
      listNext(
        [{ ...scenario, steps: [...steps, ...(step ? [step] : []), ...others] }],
        [{}, { ...result, occurredAt: 12 * minute }],
      ),
    ).toEqual([undefined, 15 * minute]);
  });

  test.each<[string, TurnDraft, string]>([
    ['a TIMER turn before that moment', { trigger: 'TIMER', occurredAt: 13 * minute - 1 }, 'NONE'],
    [
      'another turn without a message at that moment',
      { trigger: 'TOOL_RESULTS', signals: ['BACK'], occurredAt: 13 * minute },
      'INFORM bye',
    ],
    ['a message after that moment, which restarts the time', { occurredAt: 20 * minute }, 'NONE'],
  ])('14: whether the transition is taken: %s', (_turn, draft, planned) => {
    const { conversation } = startScenarios([until(3 * minute)], start);
    expect(conversation.turn(draft).plan).toEqual([`s ${planned}`]);
  });

  test('14: a TIMER turn at that moment takes the transition', () => {
    const { conversation, first } = startScenarios([until(3 * minute)], start);
    const due = conversation.turn({ trigger: 'TIMER', occurredAt: first.result.nextTimerAt ?? 0 });
    expect(due.plan).toEqual(['s INFORM bye']);
    expect(due.result.nextTimerAt).toBeUndefined();
  });

  test('14: a time that elapsed without a transition is not due again', () => {
    const scenario: ScenarioDraft = {
      ...asking('s', ['x']),
      globals: [{ to: 'help', afterMs: 3 * minute, condition: 'data.y == 2.0' }],
    };
    const steps = [
      ...scenario.steps,
      { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['end'] },
    ];
    expect(listNext([{ ...scenario, steps }], [{}, { trigger: 'TIMER', occurredAt: 13 * minute }])).toEqual([
      13 * minute,
      undefined,
    ]);
  });

  test('14: a transition back to its own step is due', () => {
    const again: StepDraft = {
      stepId: 'step',
      to: [
        { to: 'step', afterMs: 3 * minute },
        { to: 'end', intentLabel: 'x' },
      ],
    };
    expect(listNext([{ scenarioId: 's', steps: [again, end] }], [{}])).toEqual([13 * minute]);
  });

  test('3.2: a global transition is not due at its own target', () => {
    const help: StepDraft = { stepId: 'help', reachableFromAnywhere: true, to: [{ to: 'other', intentLabel: 'x' }] };
    const other: StepDraft = { stepId: 'other', to: [{ to: 'end', intentLabel: 'y' }] };
    const scenario = { scenarioId: 's', steps: [help, other, end], globals: [{ to: 'help', afterMs: 3 * minute }] };
    expect(listNext([scenario], [{}, { intent: 'x', occurredAt: 11 * minute }])).toEqual([undefined, 14 * minute]);
  });

  test('14: an ON_COMPLETION transition is not due while its step waits for a call, an ANYTIME one is', () => {
    const calling = (trigger: StepTransition['trigger']): ScenarioDraft => ({
      scenarioId: 's',
      steps: [
        {
          stepId: 'call',
          calls: { scenarioId: 't', reuseCompleted: false, returns: [] },
          to: [{ to: 'end', afterMs: 3 * minute, trigger }, 'end'],
        },
        end,
      ],
    });
    const play = (trigger: StepTransition['trigger']) => {
      const conversation = new Conversation([calling(trigger), asking('t', ['x'])]);
      return conversation.turn({ candidates: { s: 0.9 }, occurredAt: 10 * minute }).result.nextTimerAt;
    };
    expect([play('ON_COMPLETION'), play('ANYTIME')]).toEqual([undefined, 13 * minute]);
  });

  test('14: an ON_COMPLETION transition is not due while a stage of its step waits', () => {
    expect(listNext([until(3 * minute, { collectsProfileFields: ['x'] })], [{}])).toEqual([undefined]);
    expect(listNext([until(3 * minute, { isCheckpoint: true })], [{}])).toEqual([undefined]);
    expect(listNext([until(3 * minute, { toolIds: ['t'], isRequiredAction: true })], [{}])).toEqual([undefined]);
  });

  test('14: an ON_COMPLETION transition is due while the step asks for what another transition misses', () => {
    const step: StepDraft = {
      stepId: 'step',
      to: [
        { to: 'end', afterMs: 3 * minute },
        { to: 'end', condition: 'data.x == 2.0' },
      ],
    };
    const { conversation, first } = startScenarios(
      [{ scenarioId: 's', steps: [step, end], requires: { x: 'SOFT' } }],
      start,
    );
    expect([first.plan, first.result.nextTimerAt]).toEqual([['s ASK x'], 13 * minute]);
    expect(conversation.turn({ trigger: 'TIMER', occurredAt: 13 * minute }).plan).toEqual(['s INFORM bye']);
  });
});

describe('remind_after', () => {
  const reminding = (scenario: ScenarioDraft, maxReminders: number): ScenarioDraft => ({
    ...scenario,
    steps: scenario.steps.map((step, index) =>
      index === 0 ? { ...step, remindAfterMs: 2 * minute, maxReminders } : step,
    ),
  });

  test.each<[string, ScenarioDraft]>([
    ['ASK', asking('s', ['x'])],
    ['CONFIRM', confirming('s')],
  ])('14: an open %s is due remind_after since it was last put, until it has had max_reminders', (type, scenario) => {
    const { conversation, first } = startScenarios([reminding(scenario, 2)], start);
    expect(first.result.nextTimerAt).toBe(12 * minute);
    const turns = [12, 14].map((time) => conversation.turn({ trigger: 'TIMER', occurredAt: time * minute }));
    expect(turns.map((turn) => turn.contribution('s'))).toMatchObject([
      { type, isReminder: true, isReprompt: true },
      { type, isReminder: true, isReprompt: true },
    ]);
    expect(turns.map(({ result }) => result.nextTimerAt)).toEqual([14 * minute, undefined]);
    expect(conversation.instance('s').requests).toMatchObject([{ reminders: 2, putCount: 3, attempts: 0 }]);
  });

  test('14: a question that is put again on a message is no reminder, and its time restarts', () => {
    const { conversation } = startScenarios([reminding(asking('s', ['x']), 1)], start);
    const again = conversation.turn({ occurredAt: 13 * minute });
    expect(again.contribution('s')).toMatchObject({ isReminder: false, isReprompt: true });
    expect(again.result.nextTimerAt).toBe(15 * minute);
  });

  test('14: a question that is put again after a partial answer, before that moment, is not a reminder', () => {
    const steps: readonly StepDraft[] = [{ stepId: 'ask', collectsProfileFields: ['x', 'y'], to: ['end'] }, end];
    const { conversation } = startScenarios([reminding({ scenarioId: 's', steps }, 1)], start);
    const again = conversation.turn({ trigger: 'TOOL_RESULTS', patch: { x: 1 }, occurredAt: 11 * minute });
    expect(again.contribution('s')).toMatchObject({ type: 'ASK', isReprompt: true, isReminder: false });
  });

  test('14: a reminder is one even if another instance is paused', () => {
    const { conversation } = startScenarios([reminding(asking('s', ['x']), 1), asking('t', ['y'])], start);
    conversation.turn({ signals: [['PAUSE', 't']], trigger: 'TOOL_RESULTS', occurredAt: 11 * minute });
    const due = conversation.turn({ trigger: 'TIMER', occurredAt: 12 * minute });
    expect(due.contribution('s')).toMatchObject({ type: 'ASK', isReminder: true });
  });

  test('14, 2.11: an instance that resumes beside another one is not reminded', () => {
    const { conversation } = startScenarios([reminding(asking('s', ['x']), 1), asking('t', ['y'])], start);
    conversation.turn({ signals: [['PAUSE', 's']], occurredAt: 11 * minute });
    const resumed = conversation.turn({ trigger: 'TIMER', signals: [['CONTINUE', 's']], occurredAt: 20 * minute });
    expect(resumed.contribution('s')).toMatchObject({ type: 'ASK', isReminder: false });
  });

  test('4.2: a reminder that is deferred at its time is no timer any more', () => {
    const remind = (scenarioId: string, field: string, minutes: number, priority: number): ScenarioDraft => ({
      scenarioId,
      priority,
      steps: [{ stepId: 'ask', collectsProfileFields: [field], remindAfterMs: minutes * minute, to: ['end'] }, end],
    });
    const conversation = new Conversation([remind('s', 'x', 2, 1), remind('t', 'y', 3, 2)], {
      settings: { maxFieldsToAskPerTurn: 1 },
    });
    conversation.turn({ candidates: { t: 0.9 }, occurredAt: 10 * minute });
    conversation.turn({ candidates: { s: 0.9 }, occurredAt: 11 * minute });
    const due = conversation.turn({ trigger: 'TIMER', occurredAt: 13 * minute });
    expect([due.plan, due.result.nextTimerAt]).toEqual([['t ASK y', '(deferred) s ASK '], undefined]);
  });

  test('14: a step without a question of its own is not reminded of that of a suspended step', () => {
    const why: StepDraft = {
      stepId: 'why',
      reachableFromAnywhere: true,
      templateIds: ['why'],
      remindAfterMs: 2 * minute,
      to: [{ returns: true, intentLabel: 'ok' }],
    };
    const scenario = asking('s', ['x'], { globals: [{ to: 'why', intentLabel: 'why' }] });
    const { conversation } = startScenarios([{ ...scenario, steps: [...scenario.steps, why] }], start);
    const asked = conversation.turn({ intent: 'why', occurredAt: 11 * minute });
    expect([asked.plan, asked.result.nextTimerAt]).toEqual([['s INFORM why'], undefined]);
    expect(conversation.instance('s').requests).toMatchObject([{ kind: 'ASK', status: 'OPEN' }]);
  });

  test('14: an open action and a question that was answered are not reminded', () => {
    const pay: StepDraft = { stepId: 'pay', isCheckpoint: true, isRequiredAction: true, toolIds: ['pay'], to: ['end'] };
    const { conversation, first } = startScenarios([reminding({ scenarioId: 's', steps: [pay, end] }, 1)], start);
    expect([first.plan, first.result.nextTimerAt]).toEqual([['s CONFIRM '], 12 * minute]);
    const hinted = conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }], occurredAt: 11 * minute });
    expect([hinted.plan, hinted.result.nextTimerAt]).toEqual([['s ACTION_HINT pay'], undefined]);
  });

  test('14: a TIMER turn before that moment puts no reminder', () => {
    const { conversation } = startScenarios([reminding(asking('s', ['x']), 1)], start);
    const early = conversation.turn({ trigger: 'TIMER', occurredAt: 11 * minute });
    expect(early.plan).toEqual(['s NONE']);
    expect(early.result.nextTimerAt).toBe(12 * minute);
  });
});

describe('max_age', () => {
  const fields = [{ name: 'x', maxAgeMs: 4 * minute }];
  const options = { fields };

  test('10: a value that the CONFIRM of a WRITE action shows is due until the action is under way', () => {
    const pay: StepDraft = {
      stepId: 'pay',
      isCheckpoint: true,
      isRequiredAction: true,
      toolIds: ['pay'],
      confirmsFields: ['x'],
      to: ['end'],
    };
    expect(
      listNext(
        [{ scenarioId: 's', steps: [pay, end] }],
        [{ patch: { x: 1 } }, { outcomes: [{ kind: 'CONFIRMED' }], occurredAt: 11 * minute }],
        options,
      ),
    ).toEqual([14 * minute + 1, undefined]);
  });

  test.each<[string, StepDraft]>([
    ['its step collects', { stepId: 'step', collectsProfileFields: ['x', 'y'], to: ['end'] }],
    [
      'an ANYTIME transition of its step reads',
      {
        stepId: 'step',
        collectsProfileFields: ['y'],
        to: [{ to: 'end', trigger: 'ANYTIME', condition: 'data.x == 2.0' }],
      },
    ],
  ])('10: a value that %s is due just after its max_age', (_case, step) => {
    const scenario = { scenarioId: 's', steps: [step, end] };
    expect(listNext([scenario], [{ variables: { x: 1 } }, { occurredAt: 11 * minute }], options)).toEqual([
      14 * minute + 1,
      14 * minute + 1,
    ]);
  });

  test('10: a value that its open CONFIRM binds is due', () => {
    expect(listNext([confirming('s', { confirms: ['x'] })], [{ variables: { x: 1 } }], options)).toEqual([
      14 * minute + 1,
    ]);
  });

  test('10: a value that its step does not use is not due, and neither is one from the profile', () => {
    expect(listNext([asking('s', ['y'])], [{ variables: { x: 1 } }], options)).toEqual([undefined]);
    const step: StepDraft = { stepId: 'step', collectsProfileFields: ['x', 'y'], to: ['end'] };
    expect(listNext([{ scenarioId: 's', steps: [step, end] }], [{ customer: { x: 1 } }], options)).toEqual([undefined]);
  });

  test('10: the time of a result counts for the instance that has it', () => {
    const steps: readonly StepDraft[] = [
      { ...waiting, to: [{ to: 'wait2', outcomes: ['ACTION_SUCCEEDED'] }] },
      { stepId: 'wait2', to: [{ to: 'end', condition: 'data.x == 2.0' }] },
      end,
    ];
    const result = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', results: { x: 1 } }] } as const;
    expect(listNext([{ scenarioId: 's', steps }], [{}, { ...result, occurredAt: 12 * minute }], options)).toEqual([
      undefined,
      16 * minute + 1,
    ]);
  });

  test('10: a value that only an ON_COMPLETION transition reads is not due while a stage waits', () => {
    const step: StepDraft = {
      stepId: 'step',
      collectsProfileFields: ['y'],
      to: [{ to: 'end', condition: 'data.x == 2.0' }],
    };
    const scenario = { scenarioId: 's', steps: [step, end] };
    expect(listNext([scenario], [{ variables: { x: 1 } }], options)).toEqual([undefined]);
  });

  test('10: a value that the route used is due if a step that binds the customer is ahead', () => {
    const steps = (last: StepDraft): readonly StepDraft[] => [
      { stepId: 'first', collectsProfileFields: ['x'], to: ['second'] },
      { stepId: 'second', collectsProfileFields: ['y'], to: ['last'] },
      last,
      end,
    ];
    const next = (last: StepDraft): unknown =>
      listNext([{ scenarioId: 's', steps: steps(last) }], [{ variables: { x: 1 } }], options)[0];
    expect(next({ stepId: 'last', isCheckpoint: true, confirmsFields: ['y'], to: ['end'] })).toBe(14 * minute + 1);
    expect(next({ stepId: 'last', collectsProfileFields: ['z'], to: ['end'] })).toBeUndefined();
  });

  test('10: a value that the action under way was confirmed with is not due', () => {
    const step: StepDraft = {
      stepId: 'pay',
      collectsProfileFields: ['x'],
      isRequiredAction: true,
      toolIds: ['pay'],
      to: ['end'],
    };
    const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }], occurredAt: 11 * minute };
    expect(listNext([{ scenarioId: 's', steps: [step, end] }], [{ variables: { x: 1 } }, confirmed], options)).toEqual([
      14 * minute + 1,
      undefined,
    ]);
  });
});

describe('turns on which a timer is due', () => {
  const expiring: StepDraft = { stepId: 'step', collectsProfileFields: ['x', 'y'], to: ['end'] };
  const fields = [{ name: 'x', maxAgeMs: 4 * minute }];
  const play = (scenario: ScenarioDraft, first: TurnDraft, turn: TurnDraft, options = {}): readonly string[] =>
    startScenarios([scenario], { ...start, ...first }, options).conversation.turn(turn).plan;

  test.each<NonNullable<TurnDraft['trigger']>>(['TIMER', 'TOOL_RESULTS'])(
    '14: a %s turn asks again for a value that has just become too old, and not before',
    (trigger) => {
      const scenario: ScenarioDraft = { scenarioId: 's', steps: [expiring, end] };
      const variables = { variables: { x: 1 } };
      const at = (occurredAt: number) => play(scenario, variables, { trigger, occurredAt }, { fields });
      expect([at(14 * minute), at(14 * minute + 1)]).toEqual([['s NONE'], ['s ASK x,y']]);
    },
  );

  test('14: a TOOL_RESULTS turn takes a transition whose time has elapsed', () => {
    const steps: readonly StepDraft[] = [{ stepId: 'step', to: [{ to: 'end', afterMs: minute }] }, end];
    expect(play({ scenarioId: 's', steps }, {}, { trigger: 'TOOL_RESULTS', occurredAt: 11 * minute })).toEqual([
      's INFORM bye',
    ]);
  });

  test('14: a global transition is due its duration after the last MESSAGE turn', () => {
    const help: StepDraft = { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['end'] };
    const scenario = { ...asking('s', ['x']), globals: [{ to: 'help', afterMs: 2 * minute }] };
    const { conversation, first } = startScenarios([{ ...scenario, steps: [...scenario.steps, help] }], start);
    expect(first.result.nextTimerAt).toBe(12 * minute);
    expect(conversation.turn({ trigger: 'TIMER', occurredAt: 12 * minute }).plan).toEqual(['s INFORM help']);
  });

  test('14: an instance whose time elapsed without a transition does not walk on the next TIMER turn', () => {
    const to = [{ to: 'end', trigger: 'ANYTIME' as const, afterMs: minute, condition: 'data.x == 2.0' }];
    const scenario: ScenarioDraft = {
      scenarioId: 's',
      steps: [{ stepId: 'step', collectsProfileFields: ['x', 'y'], to }, end],
    };
    const { conversation } = startScenarios([scenario], start);
    const turns = [11, 12].map((time) => conversation.turn({ trigger: 'TIMER', occurredAt: time * minute }));
    expect(turns.map(({ plan }) => plan)).toEqual([['s ASK x,y'], ['s NONE']]);
  });

  test('14: a reminder whose time passed during a message to another instance is put on the next turn without a message', () => {
    const reminding: ScenarioDraft = {
      scenarioId: 's',
      steps: [
        { stepId: 'ask', collectsProfileFields: ['x'], remindAfterMs: minute, maxReminders: 1, to: ['end'] },
        end,
      ],
    };
    const { conversation } = startScenarios([reminding, asking('t', ['y', 'z'])], start);
    const other = conversation.turn({ variables: { y: 1 }, occurredAt: 12 * minute });
    expect(other.contribution('s').type).toBe('NONE');
    expect(other.result.nextTimerAt).toBe(12 * minute);
    const next = conversation.turn({ trigger: 'TIMER', occurredAt: 12 * minute });
    expect(next.contribution('s')).toMatchObject({ type: 'ASK', isReminder: true });
  });

  test('4.2: a reminder whose fields another scenario asks for counts as a reminder', () => {
    const createReminding = (scenarioId: string, priority: number): ScenarioDraft => ({
      scenarioId,
      priority,
      steps: [
        { stepId: 'ask', collectsProfileFields: ['x'], remindAfterMs: minute, maxReminders: 1, to: ['end'] },
        end,
      ],
    });
    const { conversation } = startScenarios([createReminding('high', 2), createReminding('low', 1)], start);
    const due = conversation.turn({ trigger: 'TIMER', occurredAt: 11 * minute });
    expect(due.plan).toEqual(['high ASK x', 'low NONE']);
    expect(conversation.instance('low').requests).toMatchObject([{ reminders: 1, putCount: 2 }]);
  });
});

test('14: the earliest timer of all instances counts', () => {
  const scenarios = [silent('s', { idleTimeoutMs: 5 * minute }), silent('t', { idleTimeoutMs: 3 * minute })];
  expect(listNext(scenarios, [{}])).toEqual([13 * minute + 1]);
  expect(listNext(scenarios.toReversed(), [{}])).toEqual([13 * minute + 1]);
});

test('14: a paused instance has no timer, and neither does an instance whose version was deleted', () => {
  const { conversation } = startScenarios([silent('s', { idleTimeoutMs: 5 * minute })], start);
  expect(conversation.turn({ signals: ['PAUSE'] }).result.nextTimerAt).toBeUndefined();
  const { catalogue } = conversation.input();
  expect(getNextTimerAt(conversation.session, catalogue)).toBeUndefined();
  const active = startScenarios([silent('s', { idleTimeoutMs: 5 * minute })], start).conversation;
  expect(getNextTimerAt(active.session, { ...catalogue, getScenarioVersion: () => undefined })).toBeUndefined();
});

describe('14, 3.2: the after of a global transition', () => {
  const help: StepDraft = {
    stepId: 'help',
    reachableFromAnywhere: true,
    templateIds: ['help'],
    to: [{ to: 'end', intentLabel: 'on' }],
  };
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    steps: [{ stepId: 'a', collectsProfileFields: ['x'], to: ['end'] }, help, end],
    globals: [{ to: 'help', afterMs: 5 * minute }],
  };

  test('14: is a timer until the transition is taken, and not at its target', () => {
    const { conversation, first } = startScenarios([scenario], start);
    expect(first.result.nextTimerAt).toBe(15 * minute);
    const due = conversation.turn({ trigger: 'TIMER', occurredAt: 15 * minute });
    expect([due.plan, due.result.nextTimerAt]).toEqual([['s INFORM help'], undefined]);
  });
});

test('14, 2.11: an instance that resumes puts its request again as a reprompt, and not as a reminder', () => {
  const steps = asking('s', ['x']).steps.map((step) => ({ ...step, remindAfterMs: 5 * minute }));
  const { conversation } = startScenarios([{ scenarioId: 's', steps }], start);
  conversation.turn({ signals: ['PAUSE'], occurredAt: 11 * minute });
  const resumed = conversation.turn({ trigger: 'TIMER', signals: [['CONTINUE', 's']], occurredAt: 30 * minute });
  expect(resumed.contribution('s')).toMatchObject({ type: 'ASK', isReprompt: true, isReminder: false });
});

test('14, 3.2: the after of an ON_COMPLETION transition is no timer while the step waits for its call', () => {
  const call = { scenarioId: 't', reuseCompleted: false, returns: [] };
  const listTimers = (trigger: 'ANYTIME' | 'ON_COMPLETION'): unknown => {
    const step: StepDraft = { stepId: 'call', calls: call, to: ['end', { to: 'end', trigger, afterMs: 5 * minute }] };
    const conversation = new Conversation([{ scenarioId: 's', steps: [step, end] }, asking('t', ['x'])]);
    return conversation.turn({ ...start, candidates: { s: 0.9 } }).result.nextTimerAt;
  };
  expect([listTimers('ON_COMPLETION'), listTimers('ANYTIME')]).toEqual([undefined, 15 * minute]);
});

describe('14: times that are not timers', () => {
  const help: StepDraft = {
    stepId: 'help',
    reachableFromAnywhere: true,
    templateIds: ['help'],
    to: [{ to: 'ask_x', intentLabel: 'back' }],
  };
  const withGlobal = (global: Partial<StepTransition>): ScenarioDraft => ({
    ...asking('s', ['x']),
    steps: [...asking('s', ['x']).steps, help],
    globals: [{ to: 'help', afterMs: 3 * minute, ...global }],
  });

  test('14: the after of a transition that needs an intent, because a turn without a message has none', () => {
    expect(listNext([withGlobal({ intentLabel: 'x' })], [{}])).toEqual([undefined]);
  });

  test('14: the after of a global transition that was taken and reads nothing that has changed', () => {
    const { conversation } = startScenarios([withGlobal({})], start);
    conversation.turn({ trigger: 'TIMER', occurredAt: 13 * minute });
    const back = conversation.turn({ intent: 'back', occurredAt: 14 * minute });
    expect([back.transition('s').targetStepId, back.result.nextTimerAt]).toEqual(['ask_x', undefined]);
  });

  test('14: the after of a transition beside transitions without one', () => {
    const step: StepDraft = {
      stepId: 'step',
      collectsProfileFields: ['x'],
      to: [
        'end',
        { to: 'end', trigger: 'ANYTIME', intentLabel: 'stop' },
        { to: 'end', trigger: 'ANYTIME', afterMs: 3 * minute },
      ],
    };
    expect(listNext([{ scenarioId: 's', steps: [step, end] }], [{}])).toEqual([13 * minute]);
  });

  test('14: the after of an ON_COMPLETION transition counts after the call returned', () => {
    const steps: readonly StepDraft[] = [
      {
        stepId: 'call',
        calls: { scenarioId: 't', reuseCompleted: false, returns: [] },
        to: [{ to: 'end', afterMs: 5 * minute }],
      },
      end,
    ];
    const silent = {
      ...asking('t', ['x']),
      steps: [...asking('t', ['x']).steps.slice(0, -1), { stepId: 'end', isTerminal: true }],
    };
    const conversation = new Conversation([{ scenarioId: 's', steps }, silent]);
    expect(conversation.turn({ ...start, candidates: { s: 0.9 } }).result.nextTimerAt).toBeUndefined();
    const returned = conversation.turn({ variables: { x: 1 }, occurredAt: 11 * minute });
    expect(returned.result.nextTimerAt).toBe(16 * minute);
  });

  test.each<[string, Partial<SessionVariable>]>([
    ['a null', { value: null, storedAt: 10 * minute }],
    ['a value without a time', { value: 1, storedAt: undefined }],
  ])('10: the max_age of %s', (_value, variable) => {
    const step: StepDraft = { stepId: 'step', collectsProfileFields: ['x', 'y'], to: ['end'] };
    const options = { fields: [{ name: 'x', maxAgeMs: 4 * minute }] };
    const { conversation } = startScenarios([{ scenarioId: 's', steps: [step, end] }], start, options);
    conversation.session = {
      ...conversation.session,
      variables: new Map([['x', { value: null, scope: 'CASE', isPersistedResult: false, ...variable }]]),
    };
    expect(conversation.turn({ trigger: 'TIMER', occurredAt: 11 * minute }).result.nextTimerAt).toBeUndefined();
  });

  test('10: the max_age of a value that the action under way does not bind still counts', () => {
    const pay: StepDraft = {
      stepId: 'pay',
      isRequiredAction: true,
      requiresConfirmation: false,
      toolIds: ['pay'],
      to: [{ to: 'end', trigger: 'ANYTIME', condition: 'data.x == 2.0' }, 'end'],
    };
    expect(
      listNext([{ scenarioId: 's', steps: [pay, end] }], [{ patch: { x: 1 } }], {
        fields: [{ name: 'x', maxAgeMs: 4 * minute }],
      }),
    ).toEqual([14 * minute + 1]);
  });
});

describe('14: a reminder', () => {
  const reminding: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'ask', collectsProfileFields: ['x'], remindAfterMs: minute, maxReminders: 2, to: ['next'] },
      { stepId: 'next', collectsProfileFields: ['y'], remindAfterMs: minute, maxReminders: 1, to: ['end'] },
      end,
    ],
  };

  test('14: is not due again on the next turn without a message after the turn that has just put it', () => {
    const { conversation } = startScenarios([reminding], start);
    const turns = [11, 11].map((time) => conversation.turn({ trigger: 'TIMER', occurredAt: time * minute }));
    expect(turns.map(({ plan }) => plan)).toEqual([['s ASK x'], ['s NONE']]);
  });

  test('14: counts for the question of the current visit only', () => {
    const { conversation } = startScenarios([reminding], start);
    const next = conversation.turn({ variables: { x: 1 }, occurredAt: 12 * minute });
    expect(next.result.nextTimerAt).toBe(13 * minute);
    expect(conversation.turn({ trigger: 'TIMER', occurredAt: 13 * minute }).plan).toEqual(['s ASK y']);
    expect(conversation.session.nextTimerAt).toBeUndefined();
  });

  test('14: of an instance whose version was deleted is not put', () => {
    const { conversation } = startScenarios([reminding], start);
    conversation.remove('s');
    expect(conversation.turn({ trigger: 'TIMER', occurredAt: 11 * minute }).plan).toEqual([]);
  });
});

test('14: an ASK of which the step collects one field is a stage that waits', () => {
  const { conversation } = startScenarios(
    [
      {
        scenarioId: 's',
        steps: [{ stepId: 'ask', collectsProfileFields: ['x'], to: [{ to: 'end', afterMs: minute }] }, end],
      },
      {
        scenarioId: 't',
        priority: -9,
        steps: [{ stepId: 'ask', collectsProfileFields: ['x', 'y'], to: [{ to: 'end', afterMs: minute }] }, end],
      },
    ],
    start,
  );
  expect(conversation.session.nextTimerAt).toBeUndefined();
});
