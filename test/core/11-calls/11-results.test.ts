import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../../support/conversation';
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

/** Calls Address and confirms at the same step. */
const callAndConfirm: ScenarioDraft = {
  scenarioId: 'register',
  steps: [
    { stepId: 'name', collectsProfileFields: ['name'], to: ['call'] },
    {
      ...callStep({ scenarioId: 'address', returns: ['street'] }, ['end']),
      isCheckpoint: true,
      confirmsFields: ['street'],
    },
    end,
  ],
};
/** Register calls an instance of Address that runs already, and is then paused. The run of Address continues. */
const pauseRegister = (caller: ScenarioDraft, called: ScenarioDraft = address()): Conversation => {
  const conversation = new Conversation([caller, called, other]);
  conversation.turn({ candidates: { address: 0.9 } });
  conversation.turn(startRegister);
  conversation.turn({ signals: [['PAUSE', 'register']] });
  return conversation;
};
const resumeRegister: TurnDraft = { signals: [['CONTINUE', 'register']] };

describe('the result of a call', () => {
  test('11: after a success the other stages of the step follow in the same visit', () => {
    const conversation = startCall([callAndConfirm, address()]);
    expect(conversation.turn(givesStreet).plan).toEqual(['register CONFIRM street=Main 1']);
    expect(conversation.instance('register').visit).toMatchObject({ number: 1, outcome: 'CALL_SUCCEEDED' });
  });

  test('2.17: an instance that was not called completes with TERMINAL, although another one waits for a call', () => {
    const quick: ScenarioDraft = { ...other, steps: [{ ...other.steps[0], stepId: 'ask', to: ['end'] }, silentEnd] };
    const conversation = startCall([register(), address(), quick]);
    conversation.turn({ candidates: { other: 0.9 } });
    const played = conversation.turn({ variables: { other_field: 1 } });
    expect(played.lifecycle('other')).toMatchObject({ action: 'COMPLETE', reason: 'TERMINAL' });
  });

  test('2.10: a caller that is not addressed continues when its call returns', () => {
    const find: StepDraft = { stepId: 'ask', toolIds: ['t'], to: [{ to: 'end', outcomes: ['ACTION_SUCCEEDED'] }] };
    const conversation = startCall([register(), { ...address(), steps: [find, silentEnd] }]);
    const played = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 't' }],
    });
    expect(played.actions).toEqual(['register CONTINUE GOES_ON', 'address COMPLETE RETURNED']);
  });

  test('11: a called scenario with an action at its terminal step completes after the action', () => {
    const last: StepDraft = { ...silentEnd, isRequiredAction: true, requiresConfirmation: false, toolIds: ['t'] };
    const conversation = startCall([register(), address({ last })]);
    expect(conversation.turn(givesStreet).plan).toEqual(['address ACTION_HINT t', 'register NONE']);
    const done = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 't' }],
    });
    expect(done.plan).toEqual(['register CONFIRM name=Ada,street=Main 1']);
  });

  test.each<[string, ScenarioDraft, readonly TurnDraft[]]>([
    ['that is canceled', address(), [startRegister, cancelAddress]],
    ['that is disabled', address({ enabled: false }), [startRegister]],
  ])('11: a call %s returns no templates', (_how, called, drafts) => {
    const caller = register({ to: [{ to: 'failed', outcomes: ['CALL_FAILED', 'CALL_CANCELLED'] }, 'agree'] });
    const conversation = new Conversation([caller, called]);
    const contributions = drafts.map((draft) => conversation.turn(draft).contribution('register'));
    expect(contributions.at(-1)).toMatchObject({ fieldsToAsk: ['reason'], leadInTemplateIds: [] });
  });
});

describe('the result of a call whose caller is paused', () => {
  test('11: a success does not cancel a caller that stays at its step', () => {
    const conversation = pauseRegister(callAndConfirm);
    expect(conversation.turn({ ...givesStreet, candidates: { other: 0.9 } }).actions).toContain(
      'register PAUSE STAYS_PAUSED',
    );
    expect(conversation.turn(resumeRegister).plan).toContain('register CONFIRM street=Main 1');
  });

  test('11: the templates of the called scenario are carried when the caller resumes', () => {
    const conversation = pauseRegister(register(), address({ last: end }));
    conversation.turn({ ...givesStreet, candidates: { other: 0.9 } });
    const played = conversation.turn(resumeRegister);
    expect(played.contribution('register')).toMatchObject({ type: 'CONFIRM', leadInTemplateIds: ['bye'] });
  });

  test('11: a failure that a transition handles does not cancel the caller', () => {
    const caller = register({ to: [{ to: 'failed', outcomes: ['CALL_CANCELLED'] }, 'agree'] });
    const conversation = pauseRegister(caller);
    expect(conversation.turn(cancelAddress).actions).toEqual([
      'address CANCEL USER_REQUEST',
      'register PAUSE STAYS_PAUSED',
    ]);
    expect(conversation.turn(resumeRegister).plan).toEqual(['register ASK reason']);
  });

  test.each<[string, ScenarioDraft, TurnDraft]>([
    ['CALL_CANCELLED', address(), cancelAddress],
    ['CALL_FAILED', address({ last: { ...silentEnd, ending: 'FAILED' } }), givesStreet],
  ])(
    '2.5: a caller with %s is canceled while it is paused when no transition can handle it any more',
    (reason, called, draft) => {
      const handling = {
        to: 'failed',
        outcomes: ['CALL_CANCELLED', 'CALL_FAILED'],
        condition: 'data.reason == "late"',
      } as const;
      const conversation = pauseRegister(register({ to: [handling, 'agree'] }), called);
      expect(conversation.turn({ ...draft, candidates: { other: 0.9 } }).actions).toContain(
        'register PAUSE STAYS_PAUSED',
      );
      const played = conversation.turn({ variables: { reason: 'lost' }, candidates: { other: 0.9 } });
      expect(played.actions).toContain(`register CANCEL ${reason}`);
    },
  );

  test('11: a failure during a visit to a global step does not cancel the caller before it returns', () => {
    const why: StepDraft = {
      stepId: 'why',
      templateIds: ['because'],
      reachableFromAnywhere: true,
      to: [{ returns: true, intentLabel: 'ok' }],
    };
    const caller = register();
    const conversation = new Conversation([
      { ...caller, steps: [...caller.steps, why], globals: [{ to: 'why', intentLabel: 'why' }] },
      address(),
    ]);
    conversation.turn({ candidates: { address: 0.9 } });
    conversation.turn(startRegister);
    conversation.turn({ intent: 'why', signals: [['CONTINUE', 'register']] });
    conversation.turn({ signals: [['PAUSE', 'register']] });
    expect(conversation.turn(cancelAddress).actions).toEqual([
      'address CANCEL USER_REQUEST',
      'register PAUSE STAYS_PAUSED',
    ]);
    expect(conversation.turn({ ...resumeRegister, intent: 'ok' }).actions).toEqual(['register CANCEL CALL_CANCELLED']);
  });
});

test('2.8: a caller that a loop pauses when its call returns does not call again after its resume', () => {
  const caller: ScenarioDraft = {
    scenarioId: 'register',
    maxLoopCount: 1,
    steps: [
      callStep({ scenarioId: 'address', returns: ['street'] }, ['look']),
      {
        stepId: 'look',
        toolIds: ['t'],
        to: [
          { to: 'call', intentLabel: 'again' },
          { to: 'end', intentLabel: 'done' },
        ],
      },
      end,
    ],
  };
  const conversation = new Conversation([caller, address()]);
  conversation.turn({ candidates: { register: 0.9 } });
  expect(conversation.turn(givesStreet).plan).toEqual(['register ACTION_HINT t']);
  expect(conversation.turn({ intent: 'again' }).plan).toEqual(['address ASK street', 'register NONE']);
  expect(conversation.turn({ variables: { street: 'Main 2' } }).actions).toEqual([
    'register PAUSE LOOP',
    'address COMPLETE RETURNED',
  ]);
  const resumed = conversation.turn(resumeRegister);
  expect(resumed.actions).toEqual(['register CONTINUE RESUMED']);
  expect(resumed.plan).toEqual(['register ACTION_HINT t']);
});

test('11: when the caller goes to a step that calls another scenario, the first one is canceled', () => {
  const caller = register({ to: [{ to: 'second', trigger: 'ANYTIME', intentLabel: 'skip' }, 'agree'] });
  const second = { ...callStep({ scenarioId: 'other' }, ['end']), stepId: 'second' };
  const conversation = startCall([{ ...caller, steps: [...caller.steps, second] }, address(), other]);
  expect(conversation.turn({ intent: 'skip' }).actions).toEqual([
    'register CONTINUE WAITS_FOR_CALL',
    'address CANCEL CALLER_LEFT',
    'other START CALLED',
  ]);
});

test('2.17: a caller that contributes from a global step continues with GOES_ON', () => {
  const conversation = startCall([registerWithGlobalStep(), address()]);
  const played = conversation.turn({ intent: 'why', signals: [['CONTINUE', 'register']] });
  expect(played.lifecycle('register').reason).toBe('GOES_ON');
  expect(played.plan).toContain('register INFORM because');
});
