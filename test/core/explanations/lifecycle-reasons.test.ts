import { selectContext } from '../../../src/core/context/selection-context';
import { createOutcome } from '../../../src/core/lifecycle/instance-outcome';
import { toLifecycleDecisions } from '../../../src/core/lifecycle/lifecycle-decisions';
import type { LifecycleReason, PauseReason } from '../../../src/core/model/lifecycle-decision';
import { defaultSettings, type OrchestrationSettings } from '../../../src/core/model/settings';
import { indexRelationships } from '../../../src/core/scenario/relationships';
import {
  aRelationship,
  aTurn,
  Conversation,
  compiled,
  type Played,
  type ScenarioDraft,
  type TurnDraft,
} from '../../support/conversation';
import { aProposal } from '../../support/proposals';
import { asking, confirming, end, silent, type Variation } from '../../support/sample-scenarios';

const refund = (variation: Variation = {}): ScenarioDraft =>
  asking('refund', ['order', 'reason'], { name: 'Refund', ...variation });
const booking = (variation: Variation = {}): ScenarioDraft =>
  asking('booking', ['date'], { name: 'Booking', ...variation });
const both: TurnDraft = { candidates: { refund: 0.9, booking: 0.8 } };
const aimedAt = (scenarioId: string): TurnDraft => ({ signals: [['START', scenarioId]] });

/** Plays turns and gives the last. */
function lastOf(talk: Conversation, ...drafts: readonly [TurnDraft, ...TurnDraft[]]): Played {
  const [first, ...rest] = drafts;
  return rest.reduce((_before, draft) => talk.turn(draft), talk.turn(first));
}

function standingAt(talk: Conversation, currentStepId: string): Conversation {
  talk.session = {
    ...talk.session,
    instances: talk.session.instances.map((each) => ({ ...each, currentStepId })),
  };
  return talk;
}

/** How a turn comes to each reason for "refund", and the sentence that goes with it. NEEDS_MIGRATION is below. */
const cases: Readonly<Record<Exclude<LifecycleReason, 'NEEDS_MIGRATION'>, readonly [() => Played, sentence: string]>> =
  {
    CANDIDATE: [
      () => new Conversation([refund()]).turn({ candidates: { refund: 0.9 } }),
      'Candidate "Refund" scores 0.9 and nothing speaks against it.',
    ],
    AIMED: [() => new Conversation([refund()]).turn(aimedAt('refund')), 'A START is aimed at "Refund".'],
    IMPLIED: [
      () =>
        new Conversation([refund(), booking()], {
          relationships: [aRelationship('booking', 'IMPLIES', 'refund')],
        }).turn(aimedAt('booking')),
      '"Refund" is implied by what takes effect this turn.',
    ],
    PENDING: [
      () =>
        lastOf(new Conversation([refund({ requires: { id: 'HARD' } })]), aimedAt('refund'), { variables: { id: 1 } }),
      '"Refund" was refused before and can start now.',
    ],
    MODEL: [
      () =>
        lastOf(new Conversation([refund()]), aimedAt('refund'), {
          proposal: aProposal({ actions: { 'refund#1': 'PAUSE' } }),
        }),
      'The model chose PAUSE for "Refund".',
    ],
    GOES_ON: [
      () => lastOf(new Conversation([refund()]), aimedAt('refund'), { variables: { order: 1 } }),
      'Nothing ends or pauses "Refund".',
    ],
    QUIET: [
      () => lastOf(new Conversation([refund(), booking()]), both, { signals: [['CONTINUE', 'booking']] }),
      'The turn is about "Booking", and "Refund" waits in silence.',
    ],
    RESUMED: [
      () => lastOf(new Conversation([refund()]), aimedAt('refund'), { signals: ['PAUSE'] }, {}),
      'The pause of "Refund" (USER_REQUEST) has ended.',
    ],
    RELOCALIZED: [
      () => {
        const help = { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['end'] };
        const talk = new Conversation([{ ...refund(), steps: [...refund().steps, help] }]);
        talk.turn(aimedAt('refund'));
        return standingAt(talk, 'gone').turn();
      },
      '"Refund" cannot go on at step "gone" and moves to a recovery step.',
    ],
    USER_REQUEST: [
      () => lastOf(new Conversation([refund()]), aimedAt('refund'), { signals: ['PAUSE'] }),
      'A PAUSE reaches "Refund".',
    ],
    LOOP: [
      () => lastOf(new Conversation([refund()], { settings: { maxAttempts: 1 } }), aimedAt('refund'), {}, {}),
      '"Refund" would go round at step "ask_order" above the limit of visits, failures or attempts, and there is no recovery step.',
    ],
    IDLE: [
      () =>
        lastOf(
          new Conversation([refund({ idleTimeoutMs: 60_000 })]),
          { ...aimedAt('refund'), occurredAt: 0 },
          {
            trigger: 'TIMER',
            occurredAt: 90_000,
          },
        ),
      '"Refund" was idle for 90 s, longer than its idle_timeout of 60 s.',
    ],
    PREEMPTED: [
      () =>
        lastOf(
          new Conversation([refund(), booking()], { settings: { maxSimultaneousScenarios: 1 } }),
          aimedAt('refund'),
          {
            ...aimedAt('booking'),
          },
        ),
      '"Refund" makes room for "Booking".',
    ],
    INTERRUPTED: [
      () =>
        lastOf(
          new Conversation([refund({ whenNotAddressed: 'PAUSE' }), booking()]),
          aimedAt('refund'),
          aimedAt('booking'),
        ),
      'The turn is about "Booking", and "Refund" pauses meanwhile (when_not_addressed).',
    ],
    STAYS_PAUSED: [
      () => lastOf(new Conversation([refund()]), aimedAt('refund'), { signals: ['PAUSE'] }, { signals: ['PAUSE'] }),
      '"Refund" stays paused (USER_REQUEST) until a message is about it or about nobody, and asks for no pause.',
    ],
    TERMINAL: [
      () => lastOf(new Conversation([{ ...refund(), steps: [end] }]), aimedAt('refund'), {}),
      'The terminal step "end" of "Refund" is done.',
    ],
    CONDITION: [
      () => lastOf(new Conversation([refund({ completionCondition: 'turn == 2' })]), aimedAt('refund'), {}),
      'The completion_condition of "Refund" holds.',
    ],
    SCENARIO_NOT_FOUND: [
      () => {
        const talk = new Conversation([refund()]);
        talk.turn(aimedAt('refund'));
        talk.remove('refund');
        return talk.turn();
      },
      'Scenario "refund" is gone from the catalogue, or its version 1 is.',
    ],
    STEP_NOT_FOUND: [
      () => {
        const talk = new Conversation([refund()]);
        talk.turn(aimedAt('refund'));
        return standingAt(talk, 'gone').turn();
      },
      'Step "gone" is not in version 1 of "Refund", and there is no recovery step.',
    ],
    DECLINED: [
      () =>
        lastOf(new Conversation([confirming('refund', { name: 'Refund' })]), aimedAt('refund'), {
          outcomes: [{ kind: 'DECLINED' }],
        }),
      'Step "confirm" of "Refund" was declined, and no transition takes that up.',
    ],
  };

test.each(Object.entries(cases))('2 explained: %s says what it is about', (reason, [play, sentence]) => {
  expect(play().lifecycle('refund')).toMatchObject({ reason, reasoning: sentence });
});

test.each<[PauseReason, string]>([
  ['NEEDS_MIGRATION', 'The definition of "Refund" changed, and there is no safe step to move to from "ask_order".'],
])('2 explained: %s, which no rule of a turn gives, has its sentence', (reason, sentence) => {
  const talk = new Conversation([refund()]);
  talk.turn(aimedAt('refund'));
  const scenario = compiled(refund());
  const context = selectContext({
    session: talk.session,
    turn: aTurn({}, 'turn-2', 0),
    catalogue: {
      revision: 1,
      getScenario: () => scenario,
      getScenarioVersion: () => scenario,
      relationships: indexRelationships([]),
    },
    settings: defaultSettings,
    getNewInstanceId: (scenarioId) => scenarioId,
  });
  const [view] = context.views;
  if (!view) throw new Error('the refund does not run');
  const outcome = createOutcome(view, { action: 'PAUSE', reason });
  expect(toLifecycleDecisions(context, [outcome], [])).toMatchObject([{ reason, reasoning: sentence }]);
});

test.each(['COMPLETE', 'CANCEL', 'PAUSE'] as const)('2 explained: USER_REQUEST says which signal: %s', (signal) => {
  const { reasoning } = lastOf(new Conversation([refund()]), aimedAt('refund'), { signals: [signal] }).lifecycle(
    'refund',
  );
  expect(reasoning).toBe(`A ${signal} reaches "Refund".`);
});

test('2 explained: a turn without a message is about nobody', () => {
  const turn = lastOf(new Conversation([refund()]), aimedAt('refund'), { trigger: 'TIMER' });
  expect(turn.lifecycle('refund').reasoning).toBe(
    'The turn brings no message and no outcome for "Refund", which waits in silence.',
  );
});

test('2 explained: all that the turn is about are named, what starts included', () => {
  const talk = new Conversation([refund(), booking(), silent('third', { name: 'Third' })]);
  const turn = lastOf(talk, both, { candidates: { third: 0.9 }, signals: [['CONTINUE', 'booking']] });
  expect(turn.lifecycle('refund').reasoning).toBe(
    'The turn is about "Booking", "Third", and "Refund" waits in silence.',
  );
});

const called = 'a CONTINUE is aimed at it, it is named, or a field that it waits for becomes known';
test.each<[PauseReason, OrchestrationSettings['resumePolicy'], string]>([
  ['USER_REQUEST', 'next_turn', 'a message is about it or about nobody, and asks for no pause'],
  ['USER_REQUEST', 'explicit', called],
  ['LOOP', 'next_turn', called],
  ['IDLE', 'next_turn', called],
  ['NEEDS_MIGRATION', 'next_turn', called],
  ['INTERRUPTED', 'next_turn', 'a message is about it, or no other scenario is active'],
  ['PREEMPTED', 'next_turn', 'a message is about it, or what displaced it is no longer active'],
])('2.11 explained: what ends a %s pause, with resume_policy %s', (pauseReason, resumePolicy, until) => {
  const talk = new Conversation([refund(), booking()], { settings: { resumePolicy } });
  talk.turn(both);
  const paused = {
    ...talk.instance('refund'),
    status: 'PAUSED' as const,
    pauseReason,
    displacedByInstanceIds: [talk.instance('booking').instanceId],
  };
  talk.session = { ...talk.session, instances: [paused, talk.instance('booking')] };
  expect(talk.turn({ signals: [['CONTINUE', 'booking']] }).lifecycle('refund')).toMatchObject({
    reason: 'STAYS_PAUSED',
    reasoning: `"Refund" stays paused (${pauseReason}) until ${until}.`,
  });
});

test('2.11 explained: a pause that could end says what a resume failed on', () => {
  const talk = new Conversation([refund({ priority: 0 }), booking({ priority: 9 })], {
    settings: { maxSimultaneousScenarios: 1 },
  });
  const turn = lastOf(talk, aimedAt('refund'), aimedAt('booking'), { signals: [['CONTINUE', 'refund']] });
  expect(turn.lifecycle('refund')).toMatchObject({
    staysPausedBecause: 'CAPACITY',
    reasoning: 'The pause of "Refund" (PREEMPTED) could end, but it may not become active: CAPACITY.',
  });
});
