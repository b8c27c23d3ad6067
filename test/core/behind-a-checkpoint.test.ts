import type { ScenarioDraft, StepDraft, TurnDraft } from '../support/conversation';
import { played, started } from '../support/started';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const ask = (field: string, ...to: NonNullable<StepDraft['to']>): StepDraft => ({
  stepId: field,
  collectsProfileFields: [field],
  to,
});
const pay = (...to: NonNullable<StepDraft['to']>): StepDraft => ({
  stepId: 'pay',
  isCheckpoint: true,
  checkpointDescription: 'paid',
  to,
});

describe('3.9 a correction that a passed checkpoint blocks', () => {
  const steps = (...ofPhone: NonNullable<StepDraft['to']>): ScenarioDraft => ({
    scenarioId: 'refund',
    steps: [ask('order', 'pay'), pay('phone'), ask('phone', ...ofPhone), ask('city', 'end'), end],
  });
  const until: readonly TurnDraft[] = [{}, { variables: { order: 1 } }, confirmed];
  const afterPaying = (draft: TurnDraft, scenario = steps('city')) => played(scenario, [...until, draft])[until.length];

  test('3.9 blocked: the answer that comes with it counts, and the decision says what cannot be undone', () => {
    const turn = afterPaying({ variables: { order: 2, phone: '555' } });
    expect(turn?.plan).toEqual(['refund ASK city']);
    expect(turn?.transition('refund')).toMatchObject({
      reason: 'ADVANCED',
      targetStepId: 'city',
      transitionsTaken: ['phone/1'],
      blockedByCheckpoint: 'paid',
      correctedFields: ['order'],
    });
  });

  test('3.9 blocked: alone it leaves the instance where it is', () => {
    const turn = afterPaying({ variables: { order: 2 } });
    expect(turn?.plan).toEqual(['refund ASK phone']);
    expect(turn?.transition('refund')).toMatchObject({ reason: 'BLOCKED_BY_CHECKPOINT', targetStepId: 'phone' });
  });

  test('3.9 blocked: a condition of the current step sees the new value', () => {
    const scenario = steps({ to: 'city', condition: 'data.order == 2.0' }, 'end');
    expect(afterPaying({ variables: { order: 2, phone: '555' } }, scenario)?.plan).toEqual(['refund ASK city']);
    expect(afterPaying({ variables: { phone: '555' } }, scenario)?.plan).toEqual(['refund INFORM bye']);
  });

  test('3.9 blocked: it keeps no finished terminal step from completing', () => {
    const turns = played(steps('end'), [...until, { variables: { phone: '555' } }, { variables: { order: 2 } }]);
    expect(turns.at(-1)?.actions).toEqual(['refund COMPLETE TERMINAL']);
  });

  test('3.9 blocked: a no that comes with it is taken up by the transition that is there for it', () => {
    const scenario: ScenarioDraft = {
      scenarioId: 'refund',
      steps: [ask('order', 'pay'), pay('call'), { ...pay({ to: 'end', outcomes: ['DECLINED'] }), stepId: 'call' }, end],
    };
    const turn = afterPaying({ outcomes: [{ kind: 'DECLINED' }], variables: { order: 2 } }, scenario);
    expect(turn?.plan).toEqual(['refund INFORM bye']);
  });
});

describe('3.7 the bounded path', () => {
  /** Leaves the recovery step, goes round until its entry is lost, passes a checkpoint, and asks until it loops. */
  const long: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['a'] },
      { stepId: 'a', templateIds: ['a'], to: [{ to: 'pay', intentLabel: 'pay' }, 'b'] },
      { stepId: 'b', templateIds: ['b'], to: ['a'] },
      pay('phone'),
      ask('phone', 'end'),
      end,
    ],
  };
  const looping = (pathEntries: number, rounds: number) => {
    const { talk } = started([long], {}, { settings: { pathEntries, maxAttempts: 1 } });
    talk.turn();
    for (let turn = 0; turn < 2 * rounds; turn += 1) talk.turn();
    talk.turn({ intent: 'pay' });
    talk.turn(confirmed);
    talk.turn();
    return { talk, last: talk.turn() };
  };

  test.each([
    ['is still there', 200, 1],
    ['is lost', 2, 1],
    ['was lost long ago', 3, 20],
  ])('3.7 path: a step left before the checkpoint is barred where its entry %s', (_what, pathEntries, rounds) => {
    const { talk, last } = looping(pathEntries, rounds);
    expect(talk.instance('s').path.some(({ stepId }) => stepId === 'help')).toBe(pathEntries === 200);
    expect(last.actions).toEqual(['s PAUSE LOOP']);
  });

  test('3.7 path: a step that was never entered is not barred, however long the way was', () => {
    const steps = [...long.steps, { ...end, stepId: 'agent', reachableFromAnywhere: true }];
    const { talk } = started([{ ...long, steps }], {}, { settings: { pathEntries: 2, maxAttempts: 1 } });
    for (const draft of [{}, {}, {}, { intent: 'pay' }, confirmed, {}]) talk.turn(draft);
    expect(talk.turn().transition('s')).toMatchObject({ reason: 'RELOCALIZED', targetStepId: 'agent' });
  });

  test('3.7 path: each step that it has lost is remembered once, in order', () => {
    const { talk } = started([long], {}, { settings: { pathEntries: 2 } });
    for (let turn = 0; turn < 9; turn += 1) talk.turn();
    expect(talk.instance('s').stepsTrimmedFromPath).toEqual(['a', 'b', 'help']);
  });
});

describe('3.8 a step that is gone behind a passed checkpoint', () => {
  const help: StepDraft = { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['pay'] };
  /** Passes the checkpoint; then the step where the instance stands is gone. */
  const lost = (...steps: readonly StepDraft[]) => {
    const { talk } = started([{ scenarioId: 's', steps: [...steps, end] }]);
    talk.turn();
    talk.turn(confirmed);
    talk.session = { ...talk.session, instances: [{ ...talk.instance('s'), currentStepId: 'gone' }] };
    return talk.turn();
  };

  test('3.8 gone: a recovery step before the checkpoint is none, and what is done is told with the end', () => {
    const turn = lost(help, pay('phone'), ask('phone', 'end'));
    expect(turn.lifecycle('s')).toMatchObject({
      action: 'CANCEL',
      reason: 'STEP_NOT_FOUND',
      irreversibleDone: ['paid'],
    });
  });

  test('3.8 gone: the checkpoint itself is none either, where it is reachable from anywhere', () => {
    const turn = lost({ ...pay('phone'), reachableFromAnywhere: true, templateIds: ['receipt'] }, ask('phone', 'end'));
    expect(turn.lifecycle('s').reason).toBe('STEP_NOT_FOUND');
  });

  test('3.8 gone: one that was never entered is taken, also where one of higher priority is barred', () => {
    const agent: StepDraft = { ...help, stepId: 'agent', to: ['end'] };
    const turn = lost({ ...help, priority: 9 }, pay('phone'), ask('phone', 'end'), agent);
    expect(turn.transition('s')).toMatchObject({
      reason: 'RELOCALIZED',
      originalStepId: 'gone',
      targetStepId: 'agent',
    });
  });
});
