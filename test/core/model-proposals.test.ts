import fc from 'fast-check';
import type { ModelFailureReason, ProposedAction } from '../../src/core/model/model-proposal';
import { createFailedProposal } from '../../src/core/model/model-proposal';
import { aRelationship, Conversation, type ScenarioDraft, type TurnDraft } from '../support/conversation';
import { aProposal } from '../support/proposals';
import { randomSession } from '../support/random-scenarios';
import { running, withFirst } from '../support/running';
import { acting, asking, confirming, end, silent } from '../support/sample-scenarios';

const refund = asking('refund', ['order_id']);
const booking = asking('booking', ['date']);

/** The decision about the first scenario where the model chooses an action for it. */
function chosen(action: ProposedAction, scenarios: readonly ScenarioDraft[], draft: TurnDraft = {}, settings = {}) {
  const talk = running(scenarios, {}, settings);
  const [scenarioId = ''] = scenarios.map((each) => each.scenarioId);
  const proposal = aProposal({ actions: { [talk.instance(scenarioId).instanceId]: action } });
  return talk.turn({ ...draft, proposal }).lifecycle(scenarioId);
}

describe('9 the model proposes an action', () => {
  test.each<ProposedAction>(['PAUSE', 'COMPLETE', 'CANCEL'])('9 %s stands where the rules leave CONTINUE', (action) => {
    expect(chosen(action, [refund])).toMatchObject({ action, reason: 'MODEL', proposed: action, overruledBy: '' });
  });

  test('9 CONTINUE leaves the reason of the rules', () => {
    const decision = { action: 'CONTINUE', reason: 'GOES_ON', proposed: 'CONTINUE', overruledBy: '' };
    expect(chosen('CONTINUE', [refund])).toMatchObject(decision);
  });

  test('9 an instance that the turn does not address may be chosen for, too', () => {
    const talk = running([refund, booking]);
    const proposal = aProposal({ actions: { [talk.instance('booking').instanceId]: 'CANCEL' } });
    expect(talk.turn({ variables: { order_id: 1 }, proposal }).actions).toEqual([
      'refund CONTINUE GOES_ON',
      'booking CANCEL MODEL',
    ]);
  });

  test('9 what it ends or pauses neither moves nor contributes', () => {
    const talk = running([refund]);
    const proposal = aProposal({ actions: { [talk.instance('refund').instanceId]: 'PAUSE' } });
    const turn = talk.turn({ variables: { order_id: 1 }, proposal });
    expect(turn.result.transitionDecisions).toEqual([]);
    expect(turn.plan).toEqual([]);
    expect(talk.instance('refund')).toMatchObject({ currentStepId: 'ask_order_id', pauseReason: 'USER_REQUEST' });
  });

  test('9 a turn is not silent because the model paused the only one that spoke: the quiet ones speak', () => {
    const talk = running([refund, booking]);
    const proposal = aProposal({ actions: { [talk.instance('refund').instanceId]: 'PAUSE' } });
    expect(talk.turn({ signals: [['CONTINUE', 'refund']], proposal }).plan).toEqual(['booking ASK date']);
  });

  test('9 what it does not mention, and what is not there, is left to the rules', () => {
    const talk = running([refund]);
    const turn = talk.turn({ proposal: aProposal({ actions: { 'nobody#9': 'CANCEL' } }) });
    expect(turn.lifecycle('refund')).toMatchObject({ reason: 'GOES_ON', proposed: undefined, overruledBy: '' });
  });
});

describe('9 the rules dispose of an action', () => {
  const overruled = { proposed: 'CONTINUE', overruledBy: 'RULES' };
  test.each<[string, readonly ScenarioDraft[], TurnDraft, object, object]>([
    ['2.3 a signal completes', [refund], { signals: ['COMPLETE'] }, {}, { action: 'COMPLETE' }],
    ['2.4 a signal cancels', [refund], { signals: ['CANCEL'] }, {}, { action: 'CANCEL' }],
    ['2.6 a signal pauses', [refund], { signals: ['PAUSE'] }, {}, { action: 'PAUSE' }],
    ['2.3 a terminal step is done', [silent('s', { completionCondition: 'true' })], {}, {}, { reason: 'CONDITION' }],
    ['2.7 it is idle', [{ ...refund, idleTimeoutMs: 1 }], {}, {}, { reason: 'IDLE' }],
    ['2.8 it loops', [refund], {}, { maxAttempts: 0, maxLoopCount: 1 }, { reason: 'GOES_ON' }],
    ['2.9 a start displaces it', [refund], { signals: [['START', 'x']] }, {}, { reason: 'PREEMPTED' }],
    [
      '2.9 it is not addressed and pauses',
      [{ ...refund, whenNotAddressed: 'PAUSE' }, booking],
      { signals: [['CONTINUE', 'booking']] },
      {},
      { reason: 'INTERRUPTED' },
    ],
  ])('9 CONTINUE does not stand where %s', (what, scenarios, draft, settings, decided) => {
    const exclusive = { ...asking('x', ['x']), exclusive: true, priority: 9 };
    const talk = new Conversation([...scenarios, exclusive], { settings });
    talk.turn({ candidates: scenarios.map(({ scenarioId }) => [scenarioId, 0.9] as const) });
    const first = scenarios[0]?.scenarioId ?? '';
    const proposal = aProposal({ actions: { [talk.instance(first).instanceId]: 'CONTINUE' } });
    const decision = talk.turn({ ...draft, proposal }).lifecycle(first);
    expect(decision).toMatchObject(decided);
    if (!what.startsWith('2.8')) expect(decision).toMatchObject(overruled);
  });

  test('9 a loop pauses although the model goes on (2.8)', () => {
    const talk = running([refund], {}, { maxAttempts: 1 });
    talk.turn();
    const proposal = aProposal({ actions: { [talk.instance('refund').instanceId]: 'COMPLETE' } });
    expect(talk.turn({ proposal }).lifecycle('refund')).toMatchObject({
      action: 'PAUSE',
      reason: 'LOOP',
      proposed: 'COMPLETE',
      overruledBy: 'RULES',
    });
  });

  test('9 a paused instance stays paused: waking it is not the model’s to choose', () => {
    const talk = running([refund], {}, { resumePolicy: 'explicit' });
    talk.turn({ signals: ['PAUSE'] });
    const proposal = aProposal({ actions: { [talk.instance('refund').instanceId]: 'CONTINUE' } });
    expect(talk.turn({ proposal }).lifecycle('refund')).toMatchObject({ reason: 'STAYS_PAUSED', ...overruled });
  });

  test.each<[string, ScenarioDraft]>([
    ['where it stands', confirming('refund')],
    [
      'behind where it stands',
      {
        ...confirming('refund'),
        steps: [{ stepId: 'ask', collectsProfileFields: ['id'], to: ['confirm'] }, ...confirming('refund').steps],
      },
    ],
    ['that is a required action to be confirmed', withFirst(acting('refund'), { requiresConfirmation: true })],
  ])('9 COMPLETE does not pass over a checkpoint %s', (_where, scenario) => {
    expect(chosen('COMPLETE', [scenario])).toMatchObject({
      action: 'CONTINUE',
      reason: 'GOES_ON',
      proposed: 'COMPLETE',
      overruledBy: 'CHECKPOINT_AHEAD',
    });
  });

  test('9 COMPLETE stands once the checkpoint is passed', () => {
    const talk = running([confirming('refund')]);
    talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    const proposal = aProposal({ actions: { [talk.instance('refund').instanceId]: 'COMPLETE' } });
    expect(talk.turn({ proposal }).lifecycle('refund')).toMatchObject({ action: 'COMPLETE', reason: 'MODEL' });
  });

  const wantsMore = { condition: 'data.more == 1' };
  const toMore = withFirst(confirming('refund'), { to: ['more'] });
  const more = { stepId: 'more', collectsProfileFields: ['more'], to: [{ to: 'wait', ...wantsMore }, 'confirm'] };
  test.each<[string, string, ScenarioDraft]>([
    [
      'where it stands, and the way on wants data',
      'confirm',
      withFirst(confirming('refund'), { to: [{ to: 'wait', ...wantsMore }] }),
    ],
    ['that a way back leads to', 'more', { ...toMore, steps: [...toMore.steps, more] }],
  ])('9 COMPLETE stands once the checkpoint is passed %s', (_where, stepId, scenario) => {
    const talk = running([scenario]);
    talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    const { currentStepId, instanceId, irreversibleDone } = talk.instance('refund');
    expect([currentStepId, irreversibleDone.map((done) => done.stepId)]).toEqual([stepId, ['confirm']]);
    const proposal = aProposal({ actions: { [instanceId]: 'COMPLETE' } });
    expect(talk.turn({ proposal }).lifecycle('refund')).toMatchObject({ action: 'COMPLETE', reason: 'MODEL' });
  });

  test('9 COMPLETE does not stand on a second visit of a checkpoint: what was passed on the first was another thing', () => {
    const [confirm = { stepId: '' }, ...rest] = confirming('refund').steps;
    const again = { stepId: 'again', collectsProfileFields: ['more'], to: ['confirm'] };
    const unknown = { to: 'again', condition: '!has(data.more)' };
    const talk = running([{ scenarioId: 'refund', steps: [{ ...confirm, to: [unknown, 'wait'] }, again, ...rest] }]);
    talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    talk.turn({ variables: { more: 1 } });
    const { currentStepId, instanceId, irreversibleDone } = talk.instance('refund');
    expect([currentStepId, irreversibleDone.map(({ stepId }) => stepId)]).toEqual(['confirm', ['confirm']]);
    const proposal = aProposal({ actions: { [instanceId]: 'COMPLETE' } });
    expect(talk.turn({ proposal }).lifecycle('refund')).toMatchObject({
      action: 'CONTINUE',
      overruledBy: 'CHECKPOINT_AHEAD',
    });
  });

  test('9 COMPLETE does not stand for a success that came late, after the step was left (0.6)', () => {
    const [act = { stepId: '' }, ...rest] = acting('refund').steps;
    const back = { stepId: 'back', collectsProfileFields: ['more'], to: ['act'] };
    const left = { ...act, to: [{ to: 'back', outcomes: ['DECLINED'] }, 'wait'] } as const;
    const talk = running([{ scenarioId: 'refund', steps: [left, back, ...rest] }]);
    const { instanceId } = talk.instance('refund');
    talk.turn({ outcomes: [{ kind: 'DECLINED' }] });
    talk.turn({ outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId, stepId: 'act' }] });
    expect(talk.instance('refund')).toMatchObject({
      currentStepId: 'back',
      irreversibleDone: [{ stepId: 'act', passed: false }],
    });
    const proposal = aProposal({ actions: { [instanceId]: 'COMPLETE' } });
    expect(talk.turn({ proposal }).lifecycle('refund')).toMatchObject({
      action: 'CONTINUE',
      overruledBy: 'CHECKPOINT_AHEAD',
    });
  });

  test.each<ProposedAction>(['CANCEL', 'COMPLETE'])(
    '9 %s does not stand while a required action’s result is awaited',
    (proposed) => {
      const overruledBy = 'AWAITS_RESULT';
      expect(chosen(proposed, [acting('refund')])).toMatchObject({ action: 'CONTINUE', proposed, overruledBy });
    },
  );

  test('9 CANCEL by the customer stands also then', () => {
    const talk = running([acting('refund')]);
    expect(talk.turn({ signals: ['CANCEL'] }).lifecycle('refund')).toMatchObject({ reason: 'USER_REQUEST' });
  });

  test('9 what the model completes fulfils no dependency of the same turn (1.1)', () => {
    const talk = new Conversation([refund, booking], {
      relationships: [aRelationship('booking', 'DEPENDS_ON', 'refund')],
    });
    talk.turn({ candidates: { refund: 0.9 } });
    const proposal = aProposal({ actions: { [talk.instance('refund').instanceId]: 'COMPLETE' } });
    const turn = talk.turn({ candidates: { booking: 0.9 }, proposal });
    expect(turn.actions).toEqual(['refund COMPLETE MODEL']);
    expect(turn.rejections).toEqual(['booking DEPENDENCY']);
  });
});

describe('9 the model takes the place of the score test', () => {
  const low: TurnDraft = { candidates: { refund: 0.1 } };
  const high: TurnDraft = { candidates: { refund: 0.9 } };
  const fits = aProposal({ fits: { refund: true } });
  const fitsNot = aProposal({ fits: { refund: false } });

  test('9 a candidate below the threshold starts where the model finds that it fits', () => {
    expect(new Conversation([refund]).turn({ ...low, proposal: fits }).lifecycle('refund')).toMatchObject({
      action: 'START',
      reason: 'CANDIDATE',
      confidence: 0.1,
      reasoning: 'The model finds that the message is about "refund", and nothing speaks against it.',
      proposed: 'START',
      overruledBy: '',
    });
  });

  test('9 one above the threshold does not start where the model finds that it does not fit', () => {
    expect(new Conversation([refund]).turn({ ...high, proposal: fitsNot }).rejections).toEqual(['refund MODEL']);
  });

  test('9 one that it does not mention is tested by its score', () => {
    const proposal = aProposal({ fits: { other: false } });
    expect(new Conversation([refund]).turn({ ...high, proposal }).actions).toEqual(['refund START CANDIDATE']);
    expect(new Conversation([refund]).turn({ ...low, proposal }).rejections).toEqual(['refund BELOW_THRESHOLD']);
  });

  test('9 a START that is aimed at a scenario needs no test, whatever the model says', () => {
    const turn = new Conversation([refund]).turn({ ...high, signals: [['START', 'refund']], proposal: fitsNot });
    expect(turn.lifecycle('refund')).toMatchObject({ reason: 'AIMED', proposed: undefined, overruledBy: 'RULES' });
  });

  test('9 what the model lets pass and the rules refuse for now stays pending, and is tried again (2.14)', () => {
    const talk = new Conversation([asking('refund', ['order_id'], { requires: { vip: 'HARD' } })]);
    expect(talk.turn({ ...low, proposal: fits }).rejections).toEqual(['refund MISSING_HARD_FIELDS']);
    expect(talk.turn({ variables: { vip: true } }).actions).toEqual(['refund START PENDING']);
  });

  test('9 naming a paused scenario resumes it where the model finds that it is meant, and only then (2.11)', () => {
    const pausedOne = () => {
      const talk = running([refund], {}, { resumePolicy: 'explicit' });
      talk.turn({ signals: ['PAUSE'] });
      return talk;
    };
    expect(pausedOne().turn({ ...low, proposal: fits }).actions).toEqual(['refund CONTINUE RESUMED']);
    expect(pausedOne().turn({ ...high, proposal: fitsNot }).actions).toEqual(['refund PAUSE STAYS_PAUSED']);
  });

  test.each<[string, ScenarioDraft, TurnDraft, object]>([
    ['DISABLED', asking('refund', ['order_id'], { enabled: false }), {}, {}],
    ['ENTRY_CONDITION', asking('refund', ['order_id'], { entryCondition: 'data.vip == true' }), {}, {}],
    ['MISSING_HARD_FIELDS', asking('refund', ['order_id'], { requires: { vip: 'HARD' } }), {}, {}],
    ['FILTERING_DISABLED', refund, {}, { filteringEnabled: false }],
    ['EXCLUDED', asking('refund', ['order_id'], { exclusive: true }), {}, {}],
    ['MULTI_SCENARIO_DISABLED', refund, {}, { enableMultiScenario: false }],
    ['CAPACITY', refund, { signals: [['CONTINUE', 'booking']] }, { maxSimultaneousScenarios: 1 }],
  ])('9 %s holds although the model finds that it fits', (reason, scenario, draft, settings) => {
    const talk = new Conversation([booking, scenario], { settings: { ...settings, filteringEnabled: true } });
    talk.turn({ candidates: { booking: 0.9 } });
    const strict = new Conversation([booking, scenario], { settings });
    strict.session = talk.session;
    const { result } = strict.turn({ ...high, ...draft, proposal: fits });
    expect(result.rejectedCandidates).toMatchObject([{ reason, proposed: 'START', overruledBy: 'RULES' }]);
  });
});

describe('9 the model was not heard', () => {
  const reasons: readonly ModelFailureReason[] = ['TIMEOUT', 'OFF_SCHEMA', 'CIRCUIT_OPEN'];
  test.each(reasons)('9 %s: the turn is decided as without it, and says so where the rules left a choice', (reason) => {
    const draft: TurnDraft = { candidates: { booking: 0.9, other: 0.1 } };
    const talk = running([refund, confirming('done')]);
    talk.store(booking);
    talk.store(asking('other', ['x']));
    const alone = talk.decide({ ...draft, occurredAt: 9 }).result;
    const { modelProposal, lifecycleDecisions, rejectedCandidates, ...rest } = talk.decide({
      ...draft,
      occurredAt: 9,
      proposal: createFailedProposal(reason),
    }).result;
    expect(modelProposal?.outcome).toBe(reason);
    expect(lifecycleDecisions.map(({ overruledBy }) => overruledBy)).toEqual([reason, reason, reason]);
    expect(rejectedCandidates.map(({ overruledBy }) => overruledBy)).toEqual([reason]);
    const silently = <T extends object>(decision: T) => ({ ...decision, overruledBy: '' });
    const decided = {
      ...rest,
      lifecycleDecisions: lifecycleDecisions.map(silently),
      rejectedCandidates: rejectedCandidates.map(silently),
    };
    expect(decided).toEqual({ ...alone, modelProposal: undefined });
  });

  test('9 nothing is said of it where the rules left no choice', () => {
    const talk = running([refund]);
    expect(
      talk.turn({ signals: ['CANCEL'], proposal: createFailedProposal('TIMEOUT') }).lifecycle('refund').overruledBy,
    ).toBe('');
  });
});

test('9 the proposal is recorded with the answer', () => {
  const proposal = aProposal({ fits: { refund: true } });
  expect(new Conversation([refund]).turn({ proposal }).result.modelProposal).toBe(proposal);
});

test('9 always: a model that would end everything ends nothing at a checkpoint that this visit has not passed', () => {
  fc.assert(
    fc.property(randomSession, fc.constantFrom<ProposedAction[]>('COMPLETE', 'CANCEL'), (given, action) => {
      const talk = new Conversation(given.scenarios, given);
      for (const draft of given.turns) {
        const { instances } = talk.session;
        const actions = Object.fromEntries(instances.map(({ instanceId }) => [instanceId, action]));
        // Looked at and not applied: what the model ended would come to no second visit.
        const { result, session } = talk.decide({ ...draft, proposal: aProposal({ actions }) });
        for (const { instanceId, scenarioId } of result.lifecycleDecisions.filter(({ reason }) => reason === 'MODEL')) {
          const { currentStepId, visit } = instances.find((each) => each.instanceId === instanceId) ?? {};
          const { steps = [] } = given.scenarios.find((each) => each.scenarioId === scenarioId) ?? {};
          const step = steps.find(({ stepId }) => stepId === currentStepId);
          const ended = session.endedInstances.find((each) => each.instanceId === instanceId);
          const passed = ended?.irreversibleDone.some((done) => done.passed && done.visitNumber === visit?.number);
          if (action === 'COMPLETE' && (step?.isCheckpoint || step?.isRequiredAction)) expect(passed).toBe(true);
          const underWay = visit?.openType === 'ACTION_HINT' && step?.isRequiredAction;
          if (underWay) expect(draft.outcomes).not.toEqual([]);
        }
        talk.turn(draft);
      }
    }),
    { numRuns: 200 },
  );
});

test('9 always: a scenario that the rules refuse does not start, whatever the model finds that it fits', () => {
  fc.assert(
    fc.property(randomSession, ({ scenarios, relationships, settings, turns }) => {
      const talk = new Conversation(scenarios, { relationships, settings });
      for (const draft of turns) {
        const { lifecycleDecisions, rejectedCandidates } = talk.turn(draft).result;
        const started = lifecycleDecisions.filter(({ action }) => action === 'START');
        const refused = new Set(rejectedCandidates.map(({ scenarioId }) => scenarioId));
        expect(started.filter(({ scenarioId }) => refused.has(scenarioId))).toEqual([]);
      }
    }),
    { numRuns: 200 },
  );
});

test('9 always: an action that wants a confirmation is never hinted at without one, whatever the model proposes', () => {
  fc.assert(
    fc.property(randomSession, ({ scenarios, relationships, settings, turns }) => {
      const talk = new Conversation(scenarios, { relationships, settings });
      for (const draft of turns) {
        const { contributions } = talk.turn(draft).result.plan;
        for (const { type, deferred, scenarioId, instanceId, stepId } of contributions) {
          if (type !== 'ACTION_HINT' || deferred) continue;
          const step = scenarios
            .find((each) => each.scenarioId === scenarioId)
            ?.steps.find((each) => each.stepId === stepId);
          const confirms =
            step?.requiresConfirmation ?? (step?.isCheckpoint || (step?.performsAction && step.isRequiredAction));
          const { visit } = talk.session.instances.find((each) => each.instanceId === instanceId) ?? {};
          if (confirms) expect(visit?.confirmed).toBe(true);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('9 a choice of one thing and a proposal of another: CHOICE is not the model’s to make (1.5)', () => {
  const talk = new Conversation([refund, booking], {
    relationships: [aRelationship('refund', 'AMBIGUOUS', 'booking')],
  });
  const proposal = aProposal({ fits: { refund: true, booking: true } });
  const turn = talk.turn({ candidates: { refund: 0.3, booking: 0.29 }, proposal });
  expect(turn.plan).toEqual(['CHOICE refund,booking']);
});

test('9 the steps that end a scenario without a checkpoint may be completed by the model', () => {
  expect(
    chosen('COMPLETE', [
      { scenarioId: 's', steps: [{ stepId: 'ask', collectsProfileFields: ['x'], to: ['end'] }, end] },
    ]),
  ).toMatchObject({ action: 'COMPLETE', reason: 'MODEL' });
});
