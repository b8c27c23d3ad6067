import { Conversation, type Played } from '../support/conversation';
import { acting, asking, confirming, end } from '../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);
/** Acts, then asks; standing at `details` the action's visit is over. */
const transfer = {
  scenarioId: 'transfer',
  steps: [
    {
      stepId: 'send',
      description: 'money sent',
      isRequiredAction: true,
      performsAction: true,
      requiresConfirmation: false,
      toolIds: ['send'],
      to: [{ to: 'details', outcomes: ['ACTION_FAILED' as const] }, 'details'],
    },
    { stepId: 'details', collectsProfileFields: ['iban'], to: ['end'] },
    end,
  ],
};
const ignored = (played: Played): readonly string[] =>
  played.result.ignoredOutcomes.map(({ outcome, instanceId }) => `${instanceId} ${outcome.kind}`);

test('0.6 outcomes: a result that comes during a pause is recorded and counts when the pause ends', () => {
  const talk = new Conversation([acting('upload')]);
  talk.turn({ candidates: { upload: 0.9 } });
  talk.turn({ signals: ['PAUSE'] });
  const paused = talk.turn({
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind: 'ACTION_SUCCEEDED', results: { url: 'x' } }],
  });
  expect(paused.actions).toEqual(['upload PAUSE STAYS_PAUSED']);
  expect(ignored(paused)).toEqual([]);
  expect(talk.instance('upload').variables).toEqual(new Map([['url', 'x']]));
  expect(talk.instance('upload').irreversibleDone.map(({ description }) => description)).toEqual(['upload done']);
  const resumed = talk.turn();
  expect(resumed.actions).toEqual(['upload CONTINUE RESUMED']);
  expect(resumed.transition('upload').targetStepId).toBe('wait');
});

test('0.6 outcomes: one that comes while an instance is quiet is recorded as well', () => {
  const talk = new Conversation([acting('upload'), refund]);
  talk.turn({ candidates: { upload: 0.9, refund: 0.8 } });
  const played = talk.turn({ outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId: 'upload#1' }] });
  expect(played.transition('upload').targetStepId).toBe('wait');
});

describe('0.6 outcomes that come too late', () => {
  const atDetails = (): Conversation => {
    const talk = new Conversation([transfer]);
    talk.turn({ candidates: { transfer: 0.9 } });
    talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] });
    return talk;
  };
  const done = (talk: Conversation): readonly string[] =>
    talk.instance('transfer').irreversibleDone.map(({ description }) => description);

  test('0.6 one for a step that was left is returned, and a success is remembered all the same', () => {
    const talk = atDetails();
    const played = talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', stepId: 'send' }] });
    expect(ignored(played)).toEqual(['transfer#1 ACTION_SUCCEEDED']);
    expect(done(talk)).toEqual(['money sent']);
    expect(talk.instance('transfer').currentStepId).toBe('details');
  });

  test.each(['ACTION_FAILED', 'CONFIRMED', 'DECLINED'] as const)(
    '0.6 a %s for a step that was left is returned and changes nothing',
    (kind) => {
      const talk = atDetails();
      const before = talk.instance('transfer');
      expect(ignored(talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind, stepId: 'send' }] }))).toEqual([
        `transfer#1 ${kind}`,
      ]);
      expect(talk.instance('transfer')).toEqual(before);
    },
  );

  test('0.6 one for an older visit of the same step is known by its action_key', () => {
    const again = {
      ...acting('upload'),
      steps: [
        {
          stepId: 'act',
          description: 'upload done',
          isRequiredAction: true,
          performsAction: true,
          requiresConfirmation: false,
          toolIds: ['t'],
          to: [{ to: 'act', outcomes: ['ACTION_FAILED' as const] }, 'end'],
        },
        end,
      ],
    };
    const talk = new Conversation([again]);
    const first = talk.turn({ candidates: { upload: 0.9 } }).contribution('upload');
    if (first.type !== 'ACTION_HINT') throw new Error('no hint');
    talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', actionKey: first.actionKey }] });
    expect(talk.instance('upload').visit.number).toBe(2);
    const late = talk.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: first.actionKey, stepId: 'act' }],
    });
    expect(ignored(late)).toEqual(['upload#1 ACTION_SUCCEEDED']);
    expect(late.actions).toEqual(['upload CONTINUE QUIET']);
    expect(talk.instance('upload').irreversibleDone.map(({ description }) => description)).toEqual(['upload done']);
  });

  test('0.6 the results of one that comes too late are not stored', () => {
    const talk = atDetails();
    talk.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', stepId: 'send', results: { receipt: '7' } }],
    });
    expect(talk.instance('transfer').variables.size).toBe(0);
  });

  test('0.6 an action_key alone says which step it was', () => {
    const talk = atDetails();
    talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: 'transfer#1/send/1' }] });
    expect(done(talk)).toEqual(['money sent']);
  });

  test('0.6 one for an ended instance is returned, and a success enters what that instance has irreversibly done', () => {
    const talk = atDetails();
    talk.turn({ signals: ['CANCEL'] });
    const played = talk.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId: 'transfer#1', stepId: 'send' }],
    });
    expect(ignored(played)).toEqual(['transfer#1 ACTION_SUCCEEDED']);
    expect(
      talk.session.endedInstances.map(({ irreversibleDone }) => irreversibleDone.map(({ description }) => description)),
    ).toEqual([['money sent']]);
  });

  test('0.6 a late success on the very turn on which its instance ends is told with the end and remembered', () => {
    const talk = atDetails();
    const played = talk.turn({ signals: ['CANCEL'], outcomes: [{ kind: 'ACTION_SUCCEEDED', stepId: 'send' }] });
    expect(played.lifecycle('transfer')).toMatchObject({ action: 'CANCEL', irreversibleDone: ['money sent'] });
    expect(talk.session.endedInstances[0]?.irreversibleDone.map(({ description }) => description)).toEqual([
      'money sent',
    ]);
  });

  test('0.6 one for an instance that the session never had is returned', () => {
    expect(ignored(atDetails().turn({ outcomes: [{ kind: 'CONFIRMED', instanceId: 'nobody' }] }))).toEqual([
      'nobody CONFIRMED',
    ]);
  });

  test('0.6 several of one turn are returned in the order of the request', () => {
    const outcomes = [
      { kind: 'CONFIRMED' as const, instanceId: 'transfer#1', stepId: 'send' },
      { kind: 'DECLINED' as const, instanceId: 'nobody' },
      { kind: 'ACTION_FAILED' as const, instanceId: 'transfer#1', stepId: 'send' },
    ];
    expect(ignored(atDetails().turn({ outcomes }))).toEqual([
      'transfer#1 CONFIRMED',
      'nobody DECLINED',
      'transfer#1 ACTION_FAILED',
    ]);
  });
});

test('0.6 outcomes: one with an action_key and no instance is about the instance of the key, whoever is the focus', () => {
  const talk = new Conversation([acting('upload'), confirming('payment')]);
  const first = talk.turn({ candidates: { upload: 0.9, payment: 0.8 } });
  expect(talk.turn({ trigger: 'TIMER' }).result.context.focusInstanceId).toBe('payment#1');
  const hint = first.contribution('upload');
  if (hint.type !== 'ACTION_HINT') throw new Error('no hint');
  const played = talk.turn({
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: hint.actionKey }],
  });
  expect(ignored(played)).toEqual([]);
  expect(played.transition('upload').targetStepId).toBe('wait');
  expect(talk.instance('payment').irreversibleDone).toEqual([]);
});

test('0.6 outcomes: a CONFIRMED that no CONFIRM asked for confirms no step that wants one, and is returned', () => {
  const talk = new Conversation([confirming('payment'), { ...confirming('booking'), priority: -1 }]);
  expect(talk.turn({ candidates: { payment: 0.9, booking: 0.8 } }).plan.at(-1)).toContain('(deferred) booking CONFIRM');
  const played = talk.turn({ outcomes: [{ kind: 'CONFIRMED', instanceId: talk.instance('booking').instanceId }] });
  expect(ignored(played)).toEqual([`${talk.instance('booking').instanceId} CONFIRMED`]);
});

test('0.6 outcomes: a CONFIRMED of a step that asks for none is its outcome', () => {
  const talk = new Conversation([
    {
      scenarioId: 'offer',
      steps: [
        {
          stepId: 'tell',
          templateIds: ['offer'],
          to: [{ to: 'accepted', trigger: 'ANYTIME', outcomes: ['CONFIRMED'] }],
        },
        { stepId: 'accepted', isTerminal: true },
      ],
    },
  ]);
  talk.turn({ candidates: { offer: 0.9 } });
  const played = talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
  expect(played.transition('offer').targetStepId).toBe('accepted');
  expect(ignored(played)).toEqual([]);
});
