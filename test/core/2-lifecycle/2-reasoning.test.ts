import { selectContext } from '../../../src/core/context/selection-context';
import { noFieldRules } from '../../../src/core/fields/field-rules';
import { createDecision, type DecidedAction } from '../../../src/core/lifecycle/instance-decision';
import { toLifecycleDecisions } from '../../../src/core/lifecycle/lifecycle-decisions';
import type { LifecycleReason, PauseReason } from '../../../src/core/model/lifecycle-decision';
import { defaultSettings, type OrchestrationSettings } from '../../../src/core/model/settings';
import { indexRelationships } from '../../../src/core/scenario/relationships';
import {
  aRelationship,
  aTurn,
  Conversation,
  compileDraft,
  type PlayedTurn,
  type ScenarioDraft,
  type TurnDraft,
} from '../../support/conversation';
import { toEntries } from '../../support/entries';
import { aProposal } from '../../support/proposals';
import { asking, confirming, end, silent, type Variation } from '../../support/sample-scenarios';

const refund = (variation: Variation = {}): ScenarioDraft =>
  asking('refund', ['order', 'reason'], { name: 'Refund', ...variation });

const booking = (variation: Variation = {}): ScenarioDraft =>
  asking('booking', ['date'], { name: 'Booking', ...variation });

const both: TurnDraft = { candidates: { refund: 0.9, booking: 0.8 } };
const aimStart = (scenarioId: string): TurnDraft => ({ signals: [['START', scenarioId]] });

/** Plays turns and returns the last. */
function playAll(conversation: Conversation, ...drafts: readonly [TurnDraft, ...TurnDraft[]]): PlayedTurn {
  const [first, ...rest] = drafts;
  return rest.reduce((_before, draft) => conversation.turn(draft), conversation.turn(first));
}

function moveTo(conversation: Conversation, currentStepId: string): Conversation {
  conversation.session = {
    ...conversation.session,
    instances: conversation.session.instances.map((instance) => ({ ...instance, currentStepId })),
  };
  return conversation;
}

/** Reasons that no rule produces yet. */
type UnproducedReason = 'NEEDS_MIGRATION';
type ProducedReason = Exclude<LifecycleReason, UnproducedReason>;

/** For each reason, a turn that decides about "refund" with this reason, and the expected sentence. */
const cases: Readonly<Record<ProducedReason, readonly [() => PlayedTurn, sentence: string]>> = {
  CANDIDATE: [
    () => new Conversation([refund()]).turn({ candidates: { refund: 0.9 } }),
    '"Refund" is a candidate with score 0.9, and no rule rejects it.',
  ],
  AIMED: [() => new Conversation([refund()]).turn(aimStart('refund')), 'A START is aimed at "Refund".'],
  IMPLIED: [
    () =>
      new Conversation([refund(), booking()], {
        relationships: [aRelationship('booking', 'IMPLIES', 'refund')],
      }).turn(aimStart('booking')),
    '"Refund" is implied by a scenario that starts or by an applied rule.',
  ],
  PENDING: [
    () =>
      playAll(new Conversation([refund({ requires: { id: 'HARD' } })]), aimStart('refund'), { variables: { id: 1 } }),
    '"Refund" was rejected on an earlier turn and can start now.',
  ],
  MODEL: [
    () =>
      playAll(new Conversation([refund()]), aimStart('refund'), {
        proposal: aProposal({ actions: { 'refund#1': 'PAUSE' } }),
      }),
    'The model chose PAUSE for "Refund".',
  ],
  GOES_ON: [
    () => playAll(new Conversation([refund()]), aimStart('refund'), { variables: { order: 1 } }),
    'No rule ends or pauses "Refund".',
  ],
  QUIET: [
    () => playAll(new Conversation([refund(), booking()]), both, { signals: [['CONTINUE', 'booking']] }),
    'The turn addresses "Booking", and when_not_addressed of "Refund" is QUIET.',
  ],
  RESUMED: [
    () => playAll(new Conversation([refund()]), aimStart('refund'), { signals: ['PAUSE'] }, {}),
    'The pause of "Refund" (USER_REQUEST) has ended.',
  ],
  RELOCALIZED: [
    () => {
      const help = { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['end'] };
      const conversation = new Conversation([{ ...refund(), steps: [...refund().steps, help] }]);
      conversation.turn(aimStart('refund'));
      return moveTo(conversation, 'gone').turn();
    },
    '"Refund" cannot continue at step "gone" and moves to a recovery step.',
  ],
  USER_REQUEST: [
    () => playAll(new Conversation([refund()]), aimStart('refund'), { signals: ['PAUSE'] }),
    '"Refund" received a PAUSE signal.',
  ],
  LOOP: [
    () => playAll(new Conversation([refund()], { settings: { maxAttempts: 1 } }), aimStart('refund'), {}, {}),
    '"Refund" exceeds the limit of visits, failures or attempts at step "ask_order", and no recovery step is available.',
  ],
  IDLE: [
    () =>
      playAll(
        new Conversation([refund({ idleTimeoutMs: 60_000 })]),
        { ...aimStart('refund'), occurredAt: 0 },
        {
          trigger: 'TIMER',
          occurredAt: 90_600,
        },
      ),
    '"Refund" was idle for 91 s, longer than its idle_timeout of 60 s.',
  ],
  PREEMPTED: [
    () =>
      playAll(
        new Conversation([refund(), booking()], { settings: { maxSimultaneousScenarios: 1 } }),
        aimStart('refund'),
        {
          ...aimStart('booking'),
        },
      ),
    '"Refund" is displaced by "Booking".',
  ],
  INTERRUPTED: [
    () =>
      playAll(
        new Conversation([refund({ whenNotAddressed: 'PAUSE' }), booking()]),
        aimStart('refund'),
        aimStart('booking'),
      ),
    'The turn addresses "Booking", and when_not_addressed of "Refund" is PAUSE.',
  ],
  STAYS_PAUSED: [
    () => playAll(new Conversation([refund()]), aimStart('refund'), { signals: ['PAUSE'] }, { signals: ['PAUSE'] }),
    '"Refund" stays paused (USER_REQUEST) until a message addresses it or no instance, and carries no PAUSE or CANCEL for it.',
  ],
  TERMINAL: [
    () => playAll(new Conversation([{ ...refund(), steps: [end] }]), aimStart('refund'), {}),
    'The terminal step "end" of "Refund" is finished.',
  ],
  CONDITION: [
    () => playAll(new Conversation([refund({ completionCondition: 'turn == 2' })]), aimStart('refund'), {}),
    'The completion_condition of "Refund" is TRUE.',
  ],
  SCENARIO_NOT_FOUND: [
    () => {
      const conversation = new Conversation([refund()]);
      conversation.turn(aimStart('refund'));
      conversation.remove('refund');
      return conversation.turn();
    },
    'The catalogue does not contain version 1 of scenario "refund".',
  ],
  STEP_NOT_FOUND: [
    () => {
      const conversation = new Conversation([refund()]);
      conversation.turn(aimStart('refund'));
      return moveTo(conversation, 'gone').turn();
    },
    'Version 1 of "Refund" has no step "gone", and no recovery step is available.',
  ],
  DECLINED: [
    () =>
      playAll(new Conversation([confirming('refund', { name: 'Refund' })]), aimStart('refund'), {
        outcomes: [{ kind: 'DECLINED' }],
      }),
    'Step "confirm" of "Refund" was declined, and no transition handles this outcome.',
  ],
};

const explicitEnd = 'a CONTINUE is aimed at it, a candidate names it, or a field that it waits for becomes known';
const interruptedEnd = 'a message addresses it, or no other instance is active';
const preemptedEnd = 'a message addresses it, or the instance that displaced it is no longer active';

test.each(Object.entries(cases))('2: the reasoning explains %s', (reason, [play, sentence]) => {
  expect(play().lifecycle('refund')).toMatchObject({ reason, reasoning: sentence });
});

const unproducedCases: {
  readonly [Reason in UnproducedReason]: readonly [DecidedAction & { readonly reason: Reason }, sentence: string];
} = {
  NEEDS_MIGRATION: [
    { action: 'PAUSE', reason: 'NEEDS_MIGRATION' },
    'The definition of "Refund" changed, and no safe target exists for step "ask_order".',
  ],
};

test.each(Object.values(unproducedCases).map(([decided, sentence]) => [decided.reason, decided, sentence] as const))(
  '2: the reasoning explains %s, which no rule produces',
  (reason, decided, sentence) => {
    const conversation = new Conversation([refund()]);
    conversation.turn(aimStart('refund'));
    const scenario = compileDraft(refund());
    const context = selectContext({
      session: conversation.session,
      turn: aTurn({}, 'turn-2', 0),
      catalogue: {
        revision: 1,
        getScenario: () => scenario,
        getScenarioVersion: () => scenario,
        relationships: indexRelationships([]),
        fields: noFieldRules,
      },
      settings: defaultSettings,
      getNewInstanceId: (scenarioId) => scenarioId,
    });
    const [view] = context.views;
    if (!view) throw new Error('no instance of refund');
    const outcome = createDecision(view, decided);
    expect(toLifecycleDecisions(context, [outcome], [])).toMatchObject([{ reason, reasoning: sentence }]);
  },
);

test.each(['COMPLETE', 'CANCEL', 'PAUSE'] as const)(
  '2: the reasoning of USER_REQUEST names the signal: %s',
  (signal) => {
    const { reasoning } = playAll(new Conversation([refund()]), aimStart('refund'), { signals: [signal] }).lifecycle(
      'refund',
    );
    expect(reasoning).toBe(`"Refund" received a ${signal} signal.`);
  },
);

test('2: the reasoning of a turn without a message names no addressed scenario', () => {
  const turn = playAll(new Conversation([refund()]), aimStart('refund'), { trigger: 'TIMER' });
  expect(turn.lifecycle('refund').reasoning).toBe('The turn has no message, and no outcome is about "Refund".');
});

test('2: the reasoning names all addressed scenarios, including starts', () => {
  const conversation = new Conversation([refund(), booking(), silent('third', { name: 'Third' })]);
  const turn = playAll(conversation, both, { candidates: { third: 0.9 }, signals: [['CONTINUE', 'booking']] });
  expect(turn.lifecycle('refund').reasoning).toBe(
    'The turn addresses "Booking", "Third", and when_not_addressed of "Refund" is QUIET.',
  );
});

const pauseEnds: Readonly<Record<PauseReason, Readonly<Record<OrchestrationSettings['resumePolicy'], string>>>> = {
  USER_REQUEST: {
    next_turn: 'a message addresses it or no instance, and carries no PAUSE or CANCEL for it',
    explicit: explicitEnd,
  },
  LOOP: { next_turn: explicitEnd, explicit: explicitEnd },
  IDLE: { next_turn: explicitEnd, explicit: explicitEnd },
  NEEDS_MIGRATION: { next_turn: explicitEnd, explicit: explicitEnd },
  INTERRUPTED: { next_turn: interruptedEnd, explicit: interruptedEnd },
  PREEMPTED: { next_turn: preemptedEnd, explicit: preemptedEnd },
};

test.each(
  toEntries(pauseEnds).flatMap(([reason, byPolicy]) =>
    toEntries(byPolicy).map(([policy, until]) => [reason, policy, until] as const),
  ),
)(
  '2.11: the reasoning states what ends a pause with reason %s and resume_policy %s',
  (pauseReason, resumePolicy, until) => {
    const conversation = new Conversation([refund(), booking()], { settings: { resumePolicy } });
    conversation.turn(both);
    const paused = {
      ...conversation.instance('refund'),
      status: 'PAUSED' as const,
      pauseReason,
      displacedByInstanceIds: [conversation.instance('booking').instanceId],
    };
    conversation.session = { ...conversation.session, instances: [paused, conversation.instance('booking')] };
    expect(conversation.turn({ signals: [['CONTINUE', 'booking']] }).lifecycle('refund')).toMatchObject({
      reason: 'STAYS_PAUSED',
      reasoning: `"Refund" stays paused (${pauseReason}) until ${until}.`,
    });
  },
);

test('2.11: the reasoning states why a resume that is due failed', () => {
  const conversation = new Conversation([refund({ priority: 0 }), booking({ priority: 9 })], {
    settings: { maxSimultaneousScenarios: 1 },
  });
  const turn = playAll(conversation, aimStart('refund'), aimStart('booking'), { signals: [['CONTINUE', 'refund']] });
  expect(turn.lifecycle('refund')).toMatchObject({
    staysPausedBecause: 'CAPACITY',
    reasoning: '"Refund" stays paused (PREEMPTED): it is due to resume but cannot become active (CAPACITY).',
  });
});
