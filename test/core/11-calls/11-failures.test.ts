import { aRelationship, Conversation, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import {
  address,
  callStep,
  cancelAddress,
  end,
  givesStreet,
  other,
  register,
  registerWithGlobalStep,
  silentEnd,
  startCall,
  startRegister,
} from './calling-scenarios';

const failing = address({ last: { ...silentEnd, ending: 'FAILED' } });

describe('a call that does not succeed', () => {
  test('11: a called scenario that ends FAILED fails the call, which cancels the caller (2.5)', () => {
    const played = startCall([register(), failing]).turn(givesStreet);
    expect(played.actions).toEqual(['register CANCEL CALL_FAILED', 'address COMPLETE TERMINAL']);
    expect(played.lifecycle('address').ending).toBe('FAILED');
  });

  test('11: a called scenario that is canceled cancels the call, and with it the caller (2.5)', () => {
    expect(startCall().turn(cancelAddress).actions).toEqual([
      'register CANCEL CALL_CANCELLED',
      'address CANCEL USER_REQUEST',
    ]);
  });

  test.each<[string, ScenarioDraft, TurnDraft]>([
    ['CALL_FAILED', failing, givesStreet],
    ['CALL_CANCELLED', address(), cancelAddress],
  ])('11: a transition that states %s is taken in the same turn', (outcome, called, draft) => {
    const caller = register({ to: [{ to: 'failed', outcomes: [outcome as 'CALL_FAILED'] }, 'agree'] });
    const played = startCall([caller, called]).turn(draft);
    expect(played.lifecycle('register').action).toBe('CONTINUE');
    expect(played.plan).toEqual(['register ASK reason']);
  });

  test('11: a transition whose condition reads the outcome is taken', () => {
    const caller = register({ to: [{ to: 'failed', condition: 'outcome == "cancelled"' }, 'agree'] });
    expect(startCall([caller, address()]).turn(cancelAddress).plan).toEqual(['register ASK reason']);
  });

  test.each<[string, ScenarioDraft, TurnDraft]>([
    ['CALL_FAILED', failing, givesStreet],
    ['CALL_CANCELLED', address(), cancelAddress],
  ])('11: an UNKNOWN transition that states %s keeps the caller', (outcome, called, draft) => {
    const caller = register({
      to: [{ to: 'failed', outcomes: [outcome as 'CALL_FAILED'], conditionFields: ['reason'] }, 'agree'],
    });
    const conversation = startCall([caller, called]);
    expect(conversation.turn(draft).plan).toEqual(['register ASK reason']);
    expect(conversation.turn({ variables: { reason: 'none' } }).plan).toEqual(['register INFORM bye']);
  });

  test('11: a start whose call fails at once is canceled on the same turn', () => {
    const conversation = new Conversation([register(), address({ enabled: false })]);
    const played = conversation.turn(startRegister);
    expect(played.actions).toEqual(['register START CANDIDATE', 'register CANCEL CALL_FAILED']);
    expect(played.rejections).toEqual(['address DISABLED']);
    expect([played.session.instances, played.plan]).toEqual([[], []]);
  });
});

describe('a call that is refused', () => {
  test('11: a refusal of 2.14 keeps the call pending while the caller waits, until it can start', () => {
    const conversation = startCall([register(), address({ requires: { no: 'HARD' } })]);
    expect(conversation.instance('register')).toMatchObject({
      waitsFor: 'CALL',
      call: { scenarioId: 'address', instanceId: '', hasStarted: false, pendingTurnsLeft: 3 },
    });
    const waiting = conversation.turn();
    expect(waiting.actions).toEqual(['register CONTINUE WAITS_FOR_CALL']);
    expect(waiting.result.rejectedCandidates).toMatchObject([
      { scenarioId: 'address', origin: 'CALLED', reason: 'MISSING_HARD_FIELDS', pendingTurnsLeft: 2 },
    ]);
    expect(conversation.turn({ patch: { no: 7 } }).actions).toEqual([
      'register CONTINUE WAITS_FOR_CALL',
      'address START CALLED',
    ]);
  });

  test('11: a pending call fails when it expires', () => {
    const conversation = startCall([register(), address({ requires: { no: 'HARD' } })]);
    conversation.turn();
    conversation.turn();
    expect(conversation.turn().actions).toEqual(['register CANCEL CALL_FAILED']);
  });

  test('11: a pending call does not expire while its blocker is active, and starts when the blocker has ended', () => {
    const conversation = new Conversation([register(), address(), other], {
      relationships: [aRelationship('other', 'EXCLUDES', 'address')],
    });
    conversation.turn({ candidates: { other: 0.9 } });
    conversation.turn(startRegister);
    for (let turn = 0; turn < 4; turn += 1) conversation.turn();
    expect(conversation.instance('register').call?.pendingTurnsLeft).toBe(3);
    expect(conversation.turn({ trigger: 'TOOL_RESULTS', signals: [['CANCEL', 'other']] }).actions).toEqual([
      'other CANCEL USER_REQUEST',
      'register CONTINUE WAITS_FOR_CALL',
      'address START CALLED',
    ]);
  });

  test('11: a call of a paused instance that cannot resume stays pending, and joins it when the blocker has ended', () => {
    const conversation = new Conversation([register(), address(), other], {
      relationships: [aRelationship('other', 'EXCLUDES', 'address')],
    });
    conversation.turn({ candidates: { address: 0.9 } });
    conversation.turn({ signals: ['PAUSE'] });
    conversation.turn({ candidates: { other: 0.9 } });
    const played = conversation.turn(startRegister);
    expect(played.result.rejectedCandidates).toMatchObject([
      { scenarioId: 'address', origin: 'CALLED', reason: 'EXCLUDED', blockingScenarioIds: ['other'] },
    ]);
    conversation.turn();
    expect(conversation.instance('register').call?.pendingTurnsLeft).toBe(3);
    expect(conversation.turn({ signals: [['CANCEL', 'other']] }).actions).toEqual([
      'address CONTINUE RESUMED',
      'other CANCEL USER_REQUEST',
      'register CONTINUE WAITS_FOR_CALL',
    ]);
  });

  test('11: a call of an instance that this turn pauses waits for it', () => {
    const conversation = new Conversation([register(), address()]);
    conversation.turn({ candidates: { address: 0.9 } });
    const played = conversation.turn({ ...startRegister, signals: [['PAUSE', 'address']] });
    expect(played.actions).toEqual(['address PAUSE USER_REQUEST', 'register START CANDIDATE']);
    expect(conversation.instance('register').call).toMatchObject({ instanceId: 'address#1', hasStarted: false });
  });

  test('11: a call of a scenario that has started and ended on this turn stays pending', () => {
    const twice: ScenarioDraft = {
      scenarioId: 'register',
      steps: [
        { ...callStep({ scenarioId: 'address' }, ['again']), stepId: 'name' },
        { ...callStep({ scenarioId: 'address' }, ['end']), stepId: 'again' },
        end,
      ],
    };
    const silent = { ...address(), steps: [silentEnd] };
    const conversation = new Conversation([twice, silent]);
    expect(conversation.turn(startRegister).actions).toEqual([
      'register START CANDIDATE',
      'address START CALLED',
      'address COMPLETE RETURNED',
    ]);
    expect(conversation.instance('register')).toMatchObject({ currentStepId: 'again', call: { instanceId: '' } });
    expect(conversation.turn().plan).toEqual(['register INFORM bye']);
  });

  test('11: a pending call is dropped when the caller leaves the step, also on the turn on which it could start', () => {
    const caller = register({ to: [{ to: 'failed', trigger: 'ANYTIME', intentLabel: 'skip' }, 'agree'] });
    const conversation = startCall([caller, address({ requires: { no: 'HARD' } })]);
    const played = conversation.turn({ intent: 'skip', patch: { no: 7 } });
    expect(played.actions).toEqual(['register CONTINUE GOES_ON']);
    expect(conversation.instance('register').call).toBeUndefined();
  });

  test('11: with pending_start_turns 0, a refused call fails at once', () => {
    const conversation = new Conversation([register(), address({ requires: { no: 'HARD' } })], {
      settings: { pendingStartTurns: 0 },
    });
    expect(conversation.turn(startRegister).actions).toEqual([
      'register START CANDIDATE',
      'register CANCEL CALL_FAILED',
    ]);
  });

  test('11: a call cycle fails', () => {
    const back: ScenarioDraft = {
      scenarioId: 'address',
      steps: [callStep({ scenarioId: 'register' }, ['end']), silentEnd],
    };
    const conversation = new Conversation([register(), back]);
    expect(conversation.turn(startRegister).actions).toEqual([
      'register START CANDIDATE',
      'address START CALLED',
      'register CANCEL CALL_CANCELLED',
      'address CANCEL CALL_FAILED',
    ]);
  });

  test('11: calls nest at most five levels', () => {
    const level = (number: number): ScenarioDraft => ({
      scenarioId: `level${number}`,
      steps: [callStep({ scenarioId: `level${number + 1}` }, ['end']), end],
    });
    const conversation = new Conversation([0, 1, 2, 3, 4, 5, 6].map(level), {
      settings: { maxSimultaneousScenarios: 20 },
    });
    conversation.store({
      scenarioId: 'level6',
      steps: [{ stepId: 'ask', collectsProfileFields: ['x'], to: ['end'] }, end],
    });
    const played = conversation.turn({ candidates: { level0: 0.9 } });
    expect(played.lifecycle('level5')).toMatchObject({ action: 'CANCEL', reason: 'CALL_FAILED' });
    expect(conversation.session.instances).toEqual([]);
  });
});

describe('the end and the pause of a caller', () => {
  test('11: when the caller ends, the instance that its call started is canceled (CALLER_LEFT)', () => {
    expect(startCall().turn({ signals: [['CANCEL', 'register']] }).actions).toEqual([
      'register CANCEL USER_REQUEST',
      'address CANCEL CALLER_LEFT',
    ]);
  });

  test('11: when the caller leaves the step, the instance that its call started is canceled (CALLER_LEFT)', () => {
    const caller = register({ to: [{ to: 'failed', trigger: 'ANYTIME', intentLabel: 'skip' }, 'agree'] });
    const conversation = startCall([caller, address()]);
    const played = conversation.turn({ intent: 'skip' });
    expect(played.actions).toEqual(['register CONTINUE GOES_ON', 'address CANCEL CALLER_LEFT']);
    expect(played.plan).toEqual(['register ASK reason']);
    expect(conversation.instance('register').call).toBeUndefined();
  });

  test('11: an instance that the call joined outlives its caller', () => {
    const conversation = new Conversation([register(), address()]);
    conversation.turn({ candidates: { address: 0.9 } });
    conversation.turn(startRegister);
    expect(conversation.turn({ signals: [['CANCEL', 'register']] }).actions).toEqual([
      'address CONTINUE GOES_ON',
      'register CANCEL USER_REQUEST',
    ]);
  });

  test('11: an instance that the call started is paused and resumed with its caller', () => {
    const conversation = startCall();
    expect(conversation.turn({ signals: [['PAUSE', 'register']] }).actions).toEqual([
      'register PAUSE USER_REQUEST',
      'address PAUSE CALLER_PAUSED',
    ]);
    const played = conversation.turn({ signals: [['CONTINUE', 'register']] });
    expect(played.actions).toEqual(['register CONTINUE RESUMED', 'address CONTINUE RESUMED']);
    expect(played.plan).toEqual(['address ASK street', 'register NONE']);
  });

  test('11: the resume of an instance that a call started is not excluded by its caller, and shares its place at the limit', () => {
    const conversation = new Conversation([register(), address(), other], {
      relationships: [aRelationship('register', 'EXCLUDES', 'address')],
      settings: { maxSimultaneousScenarios: 1 },
    });
    conversation.turn(startRegister);
    conversation.turn({ candidates: { other: 0.9 }, signals: [['PAUSE', 'register']] });
    expect(conversation.turn({ candidates: { register: 0.9 } }).actions).toEqual([
      'register CONTINUE RESUMED',
      'address CONTINUE RESUMED',
      'other PAUSE PREEMPTED',
    ]);
  });

  test('11: an instance that a call started stays paused while its caller cannot become active', () => {
    const conversation = new Conversation([register(), address(), { ...other, exclusive: true }]);
    conversation.turn(startRegister);
    conversation.turn({ candidates: { other: 0.9 }, signals: [['PAUSE', 'register']] });
    const played = conversation.turn({ signals: [['CONTINUE', 'address']] });
    expect(played.lifecycle('register')).toMatchObject({ reason: 'STAYS_PAUSED', staysPausedBecause: 'EXCLUDED' });
    expect(played.lifecycle('address')).toMatchObject({ reason: 'STAYS_PAUSED', staysPausedBecause: 'EXCLUDED' });
  });

  test('11: an answer for an instance that a call started resumes the caller too', () => {
    const conversation = startCall();
    conversation.turn({ signals: [['PAUSE', 'register']] });
    const played = conversation.turn(givesStreet);
    expect(played.actions).toEqual(['register CONTINUE RESUMED', 'address COMPLETE RETURNED']);
    expect(played.plan).toEqual(['register CONFIRM name=Ada,street=Main 1']);
  });

  test('11: the result of a call whose caller is paused is used when the caller resumes', () => {
    const conversation = new Conversation([register(), address(), other]);
    conversation.turn({ candidates: { address: 0.9 } });
    conversation.turn(startRegister);
    conversation.turn({ signals: [['PAUSE', 'register']] });
    expect(conversation.turn({ ...givesStreet, candidates: { other: 0.9 } }).actions).toEqual([
      'address COMPLETE RETURNED',
      'register PAUSE STAYS_PAUSED',
      'other START CANDIDATE',
    ]);
    const played = conversation.turn({ candidates: { register: 0.9 } });
    expect(played.plan).toContain('register CONFIRM name=Ada,street=Main 1');
  });

  test('11: a call that fails while its caller is paused cancels the caller', () => {
    const conversation = new Conversation([register(), address()]);
    conversation.turn({ candidates: { address: 0.9 } });
    conversation.turn(startRegister);
    conversation.turn({ signals: [['PAUSE', 'register']] });
    expect(conversation.turn(cancelAddress).actions).toEqual([
      'address CANCEL USER_REQUEST',
      'register CANCEL CALL_CANCELLED',
    ]);
  });

  test('11: the caller keeps waiting when the instance that its call started is paused', () => {
    expect(startCall().turn({ signals: [['PAUSE', 'address']] }).actions).toEqual([
      'register CONTINUE WAITS_FOR_CALL',
      'address PAUSE USER_REQUEST',
    ]);
  });

  test('11: a call continues during a visit to a global step, and its result is used after the return', () => {
    const conversation = startCall([registerWithGlobalStep(), address()]);
    conversation.turn({ intent: 'why', signals: [['CONTINUE', 'register']] });
    expect(conversation.instance('register')).toMatchObject({ currentStepId: 'why', call: { scenarioId: 'address' } });
    conversation.turn(givesStreet);
    expect(conversation.instance('register')).toMatchObject({ currentStepId: 'why', call: undefined });
    expect(conversation.turn({ intent: 'ok' }).plan).toEqual(['register CONFIRM name=Ada,street=Main 1']);
  });
});
