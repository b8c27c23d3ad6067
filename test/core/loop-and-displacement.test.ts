import {
  aRelationship,
  Conversation,
  type ScenarioDraft,
  type StepDraft,
  type TurnDraft,
} from '../support/conversation';
import { running, withFirst } from '../support/running';
import { acting, asking, confirming, end, silent, type Variation, waiting } from '../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);
const booking = asking('booking', ['date']);

describe('2.8 loop', () => {
  /** Every no opens a new visit of the step. */
  const again = (variation: Variation = {}, step: Partial<StepDraft> = {}): ScenarioDraft => ({
    ...withFirst(confirming('payment'), { to: [{ to: 'confirm', outcomes: ['DECLINED'] }, 'wait'], ...step }),
    ...variation,
  });
  const no: TurnDraft = { outcomes: [{ kind: 'DECLINED', instanceId: 'payment#1' }] };
  const afterNos = (talk: Conversation, count: number): readonly string[] =>
    Array.from({ length: count }, () => talk.turn(no).lifecycle('payment').reason);

  test('2.8 loop: a fourth visit of a step pauses the instance where there is no recovery step', () => {
    const talk = running([again()]);
    expect(afterNos(talk, 3)).toEqual(['GOES_ON', 'GOES_ON', 'LOOP']);
    expect(talk.instance('payment')).toMatchObject({ status: 'PAUSED', pauseReason: 'LOOP', currentStepId: 'confirm' });
    expect(talk.instance('payment').visit.number).toBe(3);
  });

  test.each<[string, Variation, Partial<StepDraft>, number]>([
    ['the step', { maxLoopCount: 5 }, { maxLoopCount: 1 }, 1],
    ['else the scenario', { maxLoopCount: 2 }, {}, 2],
    ['else the configuration', {}, {}, 4],
  ])('2.8 the limit is that of %s', (_whose, variation, step, limit) => {
    const talk = running([again(variation, step)], {}, { maxLoopCount: 4 });
    const reasons = afterNos(talk, limit);
    expect(reasons).toEqual([...Array.from({ length: limit - 1 }, () => 'GOES_ON'), 'LOOP']);
  });

  test('2.8 it is relocalized where there is a recovery step', () => {
    const draft = again();
    const talk = running([
      {
        ...draft,
        steps: [...draft.steps, { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['end'] }],
      },
    ]);
    expect(afterNos(talk, 3)).toEqual(['GOES_ON', 'GOES_ON', 'RELOCALIZED']);
    expect(talk.instance('payment')).toMatchObject({ status: 'ACTIVE', currentStepId: 'help', relocalizationCount: 1 });
  });

  test('2.8 a failed action is tried again until the count of visits and failures is above the limit', () => {
    const talk = running([acting('upload')]);
    const failing = (): string =>
      talk
        .turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'upload#1' }] })
        .lifecycle('upload').reason;
    expect([failing(), failing(), failing()]).toEqual(['GOES_ON', 'GOES_ON', 'LOOP']);
  });

  test('2.8 a question that stays unanswered more than max_attempts times is a loop', () => {
    const talk = running([refund], {}, { maxAttempts: 2 });
    expect([talk.turn(), talk.turn(), talk.turn()].map(({ actions }) => actions)).toEqual([
      ['refund CONTINUE GOES_ON'],
      ['refund CONTINUE GOES_ON'],
      ['refund PAUSE LOOP'],
    ]);
  });

  test('2.8 max_attempts is 5 by default, and 0 is no limit', () => {
    const pausedAfter = (settings: object): number => {
      const talk = running([refund], {}, settings);
      for (let count = 1; count <= 20; count += 1) if (talk.turn().lifecycle('refund').action === 'PAUSE') return count;
      return Number.POSITIVE_INFINITY;
    };
    expect([pausedAfter({}), pausedAfter({ maxAttempts: 0 })]).toEqual([6, Number.POSITIVE_INFINITY]);
  });

  test('2.8 a turn that addresses another instance is no attempt, nor is one that starts another', () => {
    const talk = new Conversation([refund, booking]);
    talk.turn({ candidates: { refund: 0.9 } });
    talk.turn({ candidates: { booking: 0.9 } });
    expect(talk.instance('refund').visit.attempts).toBe(0);
    talk.turn({ variables: { date: 'May' } });
    expect(talk.instance('refund').visit.attempts).toBe(0);
  });

  test('2.8 a question that was deferred on the last turn was not made, so no attempt is counted for it', () => {
    const talk = new Conversation(
      [
        { ...refund, whenNotAddressed: 'CONTRIBUTE' },
        { ...booking, priority: 10 },
      ],
      { settings: { maxFieldsToAskPerTurn: 1 } },
    );
    talk.turn({ candidates: { refund: 0.9 } });
    expect(talk.turn({ candidates: { booking: 0.9 } }).plan).toEqual(['booking ASK date', '(deferred) refund ASK ']);
    talk.turn();
    expect([talk.instance('booking').visit.attempts, talk.instance('refund').visit.attempts]).toEqual([1, 0]);
  });

  test('2.8 is not looked at for an instance that does not move', () => {
    const talk = running([again({ maxLoopCount: 1 }), booking]);
    const played = talk.turn({ signals: [['CONTINUE', 'booking']] });
    expect(played.lifecycle('payment').reason).toBe('QUIET');
  });

  test('2.8 a value that the scenario collects and that becomes known or changes sets all counts back to 0, a null does not', () => {
    const counts = (variables: TurnDraft['variables']): number => {
      const draft = again();
      const talk = running(
        [{ ...draft, steps: [...draft.steps, { stepId: 'later', collectsProfileFields: ['note'], to: ['end'] }] }],
        { patch: { note: 'old' } },
      );
      talk.turn(no);
      talk.turn({ ...no, ...(variables ? { variables } : {}) });
      return talk.instance('payment').loopCounts.get('confirm') ?? 0;
    };
    expect([counts(undefined), counts({ note: 'new' }), counts({ note: 'old' }), counts({ note: null })]).toEqual([
      3, 1, 3, 3,
    ]);
  });
});

describe('2.9 displaced or interrupted', () => {
  test('2.9 one that a start excludes is paused as PREEMPTED', () => {
    const talk = new Conversation([refund, { ...booking, priority: 1 }], {
      relationships: [aRelationship('refund', 'EXCLUDES', 'booking')],
    });
    talk.turn({ candidates: { refund: 0.9 } });
    const played = talk.turn({ candidates: { booking: 0.9 } });
    expect(played.actions).toEqual(['refund PAUSE PREEMPTED', 'booking START CANDIDATE']);
    expect(played.lifecycle('refund').displacedByInstanceIds).toEqual(['booking#2']);
    expect(played.plan).toEqual(['booking ASK date']);
  });

  test('2.9 one that makes room is paused as PREEMPTED', () => {
    const talk = new Conversation([refund, booking], { settings: { maxSimultaneousScenarios: 1 } });
    talk.turn({ candidates: { refund: 0.9 } });
    expect(talk.turn({ candidates: { booking: 0.9 } }).actions).toEqual([
      'refund PAUSE PREEMPTED',
      'booking START CANDIDATE',
    ]);
  });

  test('2.9 one that is both displaced and interrupted is PREEMPTED', () => {
    const talk = new Conversation([{ ...refund, whenNotAddressed: 'PAUSE' }, booking], {
      settings: { maxSimultaneousScenarios: 1 },
    });
    talk.turn({ candidates: { refund: 0.9 } });
    expect(talk.turn({ candidates: { booking: 0.9 } }).actions).toEqual([
      'refund PAUSE PREEMPTED',
      'booking START CANDIDATE',
    ]);
  });

  test('2.9 one that the turn does not address is paused as INTERRUPTED where its scenario says so', () => {
    const played = running([{ ...refund, whenNotAddressed: 'PAUSE' }, booking]).turn({ variables: { date: 'May' } });
    expect(played.actions).toEqual(['refund PAUSE INTERRUPTED', 'booking CONTINUE GOES_ON']);
  });
});

test('2.10 continue: otherwise it goes on', () => {
  expect(running([refund, silent('chat')]).turn().actions).toEqual([
    'refund CONTINUE GOES_ON',
    'chat CONTINUE GOES_ON',
  ]);
});

test('2.10 continue: a step without a way on stays where it is', () => {
  expect(
    running([{ scenarioId: 'chat', steps: [waiting, end] }])
      .turn()
      .transition('chat'),
  ).toMatchObject({ targetStepId: 'wait', reason: 'NO_TRANSITION' });
});
