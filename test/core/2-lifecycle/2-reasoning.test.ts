import { selectContext } from '../../../src/core/context/selection-context';
import { noFieldRules } from '../../../src/core/fields/field-rules';
import { explainLifecycleDecisions } from '../../../src/core/lifecycle/lifecycle-decisions';
import { createTurnInstance, type DecidedAction } from '../../../src/core/lifecycle/turn-instance';
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
  type StepDraft,
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

const explicitEnd =
  'a CONTINUE is aimed at it, a candidate names it, a field that its open question asks for becomes known, or its confirmation is answered';
const nextTurnEnd = `${explicitEnd}, or a message addresses it or no instance, and carries no PAUSE or CANCEL for it`;
const idleEnd = `${explicitEnd}, or a message addresses it or arrives while no other instance is active, or an outcome is about it`;
const interruptedEnd = `${explicitEnd}, or a message addresses it, or no other instance is active`;
const preemptedEnd = `${explicitEnd}, or a message addresses it, or the instance that displaced it is no longer active`;
const callerPausedEnd = `${explicitEnd}, or its caller resumes`;

/** A scenario whose second step calls Refund. */
const calling = (variation: Variation = {}): ScenarioDraft => ({
  scenarioId: 'calling',
  name: 'Calling',
  steps: [
    { stepId: 'start', collectsProfileFields: ['name'], to: ['call'] },
    { stepId: 'call', calls: { scenarioId: 'refund', reuseCompleted: false, returns: [] }, to: ['more'] },
    { stepId: 'more', collectsProfileFields: ['more'], to: ['end'] },
    end,
  ],
  ...variation,
});

/** Calling has called Refund. */
const startCall = (variation: Variation = {}): Conversation => {
  const conversation = new Conversation([calling(variation), refund(), booking()]);
  conversation.turn({ ...aimStart('calling'), variables: { name: 'Ada' } });
  return conversation;
};

/** The caller is "refund": it calls Booking. */
const startRefundCall = (called: ScenarioDraft = booking()): Conversation => {
  const conversation = new Conversation([
    { ...calling({ name: 'Refund' }), scenarioId: 'refund', steps: calling().steps.map(callBooking) },
    called,
  ]);
  conversation.turn({ ...aimStart('refund'), variables: { name: 'Ada' } });
  return conversation;
};

const callBooking = (step: StepDraft): StepDraft =>
  step.calls ? { ...step, calls: { ...step.calls, scenarioId: 'booking' } } : step;

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
    '"Refund" follows from a scenario that starts, ends or depends on it, or from an applied rule.',
  ],
  PENDING: [
    () =>
      playAll(new Conversation([refund({ requires: { id: 'HARD' } })]), aimStart('refund'), { variables: { id: 1 } }),
    '"Refund" was rejected earlier and can start now.',
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
    'The turn addresses "Booking", and "Refund" stays silent.',
  ],
  RESUMED: [
    () =>
      playAll(
        new Conversation([refund()]),
        aimStart('refund'),
        { signals: ['PAUSE'] },
        { signals: [['CONTINUE', '*']] },
      ),
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
    `"Refund" stays paused (USER_REQUEST) until ${explicitEnd}.`,
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
  CALLED: [
    () => new Conversation([calling(), refund()]).turn({ ...aimStart('calling'), variables: { name: 'Ada' } }),
    'A step of another scenario calls "Refund".',
  ],
  CONSENTED: [
    () =>
      playAll(
        new Conversation([refund({ askBeforeStart: true })]),
        { candidates: { refund: 0.9 } },
        {
          outcomes: [{ kind: 'CONFIRMED' }],
        },
      ),
    'The customer agreed to start "Refund".',
  ],
  WAITS_FOR_CALL: [
    () => startRefundCall().turn({ requested: ['hours'] }),
    '"Refund" waits for the scenario "Booking" that it called.',
  ],
  RETURNED: [
    () => playAll(startCall(), { variables: { order: 1, reason: 'broken' } }),
    '"Refund" is finished and returns to the scenario that called it.',
  ],
  CALLER_PAUSED: [
    () => startCall().turn({ signals: [['PAUSE', 'calling']] }),
    '"Refund" is paused with "Calling", whose call started it.',
  ],
  CALLER_LEFT: [
    () => startCall().turn({ signals: [['CANCEL', 'calling']] }),
    'The caller of "Refund" ended or left the step that called it.',
  ],
  CALL_CANCELLED: [
    () => startRefundCall().turn({ signals: [['CANCEL', 'booking']] }),
    'The scenario that step "call" of "Refund" called was canceled, and no transition handles this outcome.',
  ],
  CALL_FAILED: [
    () => {
      const last: StepDraft = { stepId: 'end', isTerminal: true, ending: 'FAILED' };
      return startRefundCall({ ...booking(), steps: [...booking().steps.slice(0, -1), last] }).turn({
        variables: { date: 'May' },
      });
    },
    'The call of step "call" of "Refund" failed, and no transition handles this outcome.',
  ],
  DECLINED: [
    () =>
      playAll(new Conversation([confirming('refund', { name: 'Refund' })]), aimStart('refund'), {
        outcomes: [{ kind: 'DECLINED' }],
      }),
    'Step "confirm" of "Refund" was declined, and no transition handles this outcome.',
  ],
};

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
    const instances = [createTurnInstance(view, decided)];
    expect(explainLifecycleDecisions(context, { instances })).toMatchObject([{ reason, reasoning: sentence }]);
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
  expect(turn.lifecycle('refund').reasoning).toBe('The turn has no message, and nothing in it concerns "Refund".');
});

test('2: the reasoning names all addressed scenarios, including starts', () => {
  const conversation = new Conversation([refund(), booking(), silent('third', { name: 'Third' })]);
  const turn = playAll(conversation, both, { candidates: { third: 0.9 }, signals: [['CONTINUE', 'booking']] });
  expect(turn.lifecycle('refund').reasoning).toBe('The turn addresses "Booking", "Third", and "Refund" stays silent.');
});

const pauseEnds: Readonly<Record<PauseReason, Readonly<Record<OrchestrationSettings['resumePolicy'], string>>>> = {
  USER_REQUEST: {
    next_turn: nextTurnEnd,
    explicit: explicitEnd,
  },
  LOOP: { next_turn: explicitEnd, explicit: explicitEnd },
  IDLE: { next_turn: idleEnd, explicit: idleEnd },
  NEEDS_MIGRATION: { next_turn: explicitEnd, explicit: explicitEnd },
  INTERRUPTED: { next_turn: interruptedEnd, explicit: interruptedEnd },
  PREEMPTED: { next_turn: preemptedEnd, explicit: preemptedEnd },
  CALLER_PAUSED: { next_turn: callerPausedEnd, explicit: callerPausedEnd },
};

test.each(
  toEntries(pauseEnds).flatMap(([reason, byPolicy]) =>
    toEntries(byPolicy).map(([policy, until]) => [reason, policy, until] as const),
  ),
)(
  '2.11: the reasoning states what ends a pause with reason %s and resume_policy %s',
  (pauseReason, resumePolicy, until) => {
    const conversation = new Conversation([refund(), booking(), calling()], { settings: { resumePolicy } });
    conversation.turn(both);
    const paused = {
      ...conversation.instance('refund'),
      status: 'PAUSED' as const,
      pauseReason,
      displacedByInstanceIds: [conversation.instance('booking').instanceId],
    };
    const caller = {
      ...paused,
      instanceId: 'caller#0',
      pauseReason: 'LOOP' as const,
      scenarioId: 'calling',
      call: { scenarioId: 'refund', instanceId: paused.instanceId, hasStarted: true, pendingTurnsLeft: 0 },
    };
    conversation.session = { ...conversation.session, instances: [caller, paused, conversation.instance('booking')] };
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
