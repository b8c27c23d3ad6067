import {
  aRelationship,
  Conversation,
  type ScenarioDraft,
  type StepDraft,
  type TurnDraft,
} from '../../support/conversation';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, waiting } from '../../support/sample-scenarios';

describe('the ending of a run', () => {
  const endings = (draft: TurnDraft, scenario: ScenarioDraft): readonly unknown[] => {
    const conversation = startConversation([scenario]);
    const decision = conversation.turn(draft).lifecycle(scenario.scenarioId);
    return [decision.reason, decision.ending, conversation.session.endedInstances[0]?.ending];
  };
  const atEnd = (ending: 'SUCCEEDED' | 'FAILED'): ScenarioDraft => ({
    scenarioId: 'check',
    steps: [{ ...end, ending }],
  });
  const complete: TurnDraft = { signals: ['COMPLETE'] };

  test.each(['SUCCEEDED', 'FAILED'] as const)(
    '2.3: a finished terminal step ends with its own ending: %s',
    (ending) => {
      expect(endings({}, atEnd(ending))).toEqual(['TERMINAL', ending, ending]);
    },
  );

  test('2.3: a completion_condition ends SUCCEEDED', () => {
    const scenario = { ...confirming('check'), completionCondition: 'message == "enough"' };
    expect(endings({ message: 'enough' }, scenario)).toEqual(['CONDITION', 'SUCCEEDED', 'SUCCEEDED']);
  });

  test('2.3: a COMPLETE signal ends SUCCEEDED if no step that must be passed is ahead', () => {
    expect(endings(complete, asking('check', ['x']))).toEqual(['USER_REQUEST', 'SUCCEEDED', 'SUCCEEDED']);
  });

  test.each(['SUCCEEDED', 'FAILED'] as const)(
    '2.3: a COMPLETE signal at a terminal step that is not finished ends as the step does: %s',
    (ending) => {
      const step: StepDraft = { stepId: 'end', isTerminal: true, ending, collectsProfileFields: ['x'] };
      expect(endings(complete, { scenarioId: 'check', steps: [step] })).toEqual(['USER_REQUEST', ending, ending]);
    },
  );

  const called: StepDraft = {
    stepId: 'call',
    calls: { scenarioId: 'other', reuseCompleted: false, returns: [] },
    to: ['end'],
  };
  test.each<[string, ScenarioDraft]>([
    ['a checkpoint', confirming('check')],
    ['a required action', acting('check')],
    ['a checkpoint further on', { ...confirming('check'), steps: [asks('confirm'), ...confirming('check').steps] }],
    ['a call', { scenarioId: 'check', steps: [asks('call'), called, end] }],
  ])('2.3: a COMPLETE signal ends FAILED before %s', (_what, scenario) => {
    expect(endings(complete, scenario)).toEqual(['USER_REQUEST', 'FAILED', 'FAILED']);
  });

  test('2.3: a COMPLETE signal ends SUCCEEDED after the checkpoint was passed', () => {
    const conversation = startConversation([confirming('check')]);
    conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    expect(conversation.turn(complete).lifecycle('check')).toMatchObject({ ending: 'SUCCEEDED' });
  });

  test('2.3: a checkpoint that was left and must be confirmed again has not been passed', () => {
    const steps = confirming('check').steps.map((step) =>
      step.stepId === 'wait' ? { ...step, to: [...(step.to ?? []), { to: 'confirm', intentLabel: 'again' }] } : step,
    );
    const conversation = startConversation([{ scenarioId: 'check', steps }]);
    conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    conversation.turn({ intent: 'again' });
    expect(conversation.instance('check').currentStepId).toBe('confirm');
    expect(conversation.turn(complete).lifecycle('check')).toMatchObject({ ending: 'FAILED' });
  });

  describe('2.3: a COMPLETE signal after a step that must be passed', () => {
    const other = asking('other', ['y']);
    const read: StepDraft = {
      stepId: 'read',
      isRequiredAction: true,
      toolBindings: [{ toolId: 'find', timing: 'DURING_STEP', variableNames: [], dependsOn: [], effect: 'READ' }],
      to: ['rest', { to: 'rest', trigger: 'ANYTIME', intentLabel: 'on' }],
    };
    const rest: StepDraft = {
      stepId: 'rest',
      collectsProfileFields: ['x'],
      to: [{ to: 'read', intentLabel: 'again' }, 'end'],
    };
    const call: StepDraft = { ...called, to: ['rest'] };
    const found: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] };
    const endingAfter = (steps: readonly StepDraft[], ...drafts: readonly TurnDraft[]): unknown => {
      const conversation = new Conversation([{ scenarioId: 'check', steps: [...steps, end] }, other]);
      for (const draft of [{ candidates: { check: 0.9 } }, ...drafts]) conversation.turn(draft);
      return conversation.turn({ signals: [['COMPLETE', 'check']] }).lifecycle('check').ending;
    };

    test.each<[string, readonly StepDraft[], readonly TurnDraft[], string]>([
      ['a required look-up that is under way', [read, rest], [], 'FAILED'],
      ['a required look-up that succeeded', [read, rest], [found], 'SUCCEEDED'],
      ['a required look-up that was left, and can be reached again', [read, rest], [{ intent: 'on' }], 'SUCCEEDED'],
      [
        'a required look-up whose step informs after it succeeded',
        [{ ...read, templateIds: ['found'] }, rest],
        [found],
        'SUCCEEDED',
      ],
      [
        'a required look-up that must be confirmed first',
        [{ ...read, requiresConfirmation: true }, rest],
        [],
        'FAILED',
      ],
      [
        'a required look-up further on',
        [
          { ...rest, to: ['read'] },
          { ...read, to: ['end'] },
        ],
        [],
        'FAILED',
      ],
      ['a call that is under way', [call, { ...rest, to: ['end'] }], [], 'FAILED'],
      ['a call that returned', [call, { ...rest, to: ['end'] }], [{ variables: { y: 1 } }, {}], 'SUCCEEDED'],
      [
        'a call whose step informs after it returned',
        [
          { ...call, templateIds: ['done'] },
          { ...rest, to: ['end'] },
        ],
        [{ variables: { y: 1 } }],
        'SUCCEEDED',
      ],
    ])('2.3: %s', (_what, steps, drafts, ending) => {
      expect(endingAfter(steps, ...drafts)).toBe(ending);
    });

    test('2.3: another checkpoint that was passed does not count for one ahead', () => {
      const sign = (stepId: string, to: string): StepDraft => ({ stepId, isCheckpoint: true, to: [to] });
      expect(endingAfter([sign('first', 'second'), sign('second', 'end')], { outcomes: [{ kind: 'CONFIRMED' }] })).toBe(
        'FAILED',
      );
    });
  });

  test('2.3: a COMPLETE signal at a finished FAILED terminal step ends FAILED', () => {
    expect(endings(complete, atEnd('FAILED'))).toEqual(['TERMINAL', 'FAILED', 'FAILED']);
  });

  test('2.3: a COMPLETE signal at an unfinished FAILED terminal step ends FAILED', () => {
    const step: StepDraft = { stepId: 'last', isTerminal: true, ending: 'FAILED', collectsProfileFields: ['why'] };
    expect(endings(complete, { scenarioId: 'check', steps: [step] })).toEqual(['USER_REQUEST', 'FAILED', 'FAILED']);
  });

  test('2.3: a COMPLETE signal takes effect on a turn without a message', () => {
    expect(endings({ ...complete, trigger: 'TIMER' }, asking('check', ['x']))).toEqual([
      'USER_REQUEST',
      'SUCCEEDED',
      'SUCCEEDED',
    ]);
  });
});

/** A step that asks before the given step. */
function asks(to: string): StepDraft {
  return { stepId: 'first', collectsProfileFields: ['first_field'], to: [to] };
}

describe('a silent end', () => {
  const silentEnd: StepDraft = { stepId: 'end', isTerminal: true };
  const brief: ScenarioDraft = {
    ...asking('a', ['a_field']),
    steps: [...asking('a', ['a_field']).steps.slice(0, -1), silentEnd],
  };
  const answer: TurnDraft = { variables: { a_field: 1 } };

  test('2.3: a walk that ends at a terminal step with nothing to contribute completes on that turn', () => {
    const conversation = startConversation([brief]);
    const played = conversation.turn(answer);
    expect(played.actions).toEqual(['a COMPLETE TERMINAL']);
    expect(played.lifecycle('a')).toMatchObject({ sourceStepId: 'end', ending: 'SUCCEEDED' });
    expect(played.transition('a')).toMatchObject({ sourceStepId: 'ask_a_field', targetStepId: 'end' });
    expect([played.plan, played.session.instances]).toEqual([[], []]);
    expect(played.session.endedInstances).toMatchObject([{ lastStepId: 'end' }]);
  });

  test('2: an instance that starts and completes on one turn has a START and a COMPLETE, a transition and no contribution', () => {
    const conversation = new Conversation([brief, asking('b', ['b_field'])]);
    const played = conversation.turn({ candidates: { a: 0.9, b: 0.8 }, ...answer });
    expect(played.actions).toEqual(['a START CANDIDATE', 'b START CANDIDATE', 'a COMPLETE TERMINAL']);
    expect(played.result.transitionDecisions.map(({ scenarioId }) => scenarioId)).toEqual(['a', 'b']);
    expect(played.plan).toEqual(['b ASK b_field']);
    expect(played.session.scenarioCounters.get('a')).toMatchObject({ starts: 1, completions: 1 });
  });

  test.each<[string, StepDraft]>([
    ['something to say', end],
    ['transitions of its own', { ...silentEnd, to: [{ to: 'ask_a_field', intentLabel: 'again' }] }],
    [
      'an ANYTIME and another transition',
      {
        ...silentEnd,
        to: [
          { to: 'ask_a_field', intentLabel: 'again' },
          { to: 'ask_a_field', intentLabel: 'now', trigger: 'ANYTIME' },
        ],
      },
    ],
    ['something to ask', { ...silentEnd, collectsProfileFields: ['why'] }],
  ])('2.3: a terminal step with %s does not complete on the turn that enters it', (_what, last) => {
    const conversation = startConversation([{ ...brief, steps: [...brief.steps.slice(0, -1), last] }]);
    expect(conversation.turn(answer).actions).toEqual(['a CONTINUE GOES_ON']);
  });

  test('0.5: the quiet instances contribute if the addressed one ends without a contribution', () => {
    const conversation = startConversation([brief, asking('b', ['b_field'])]);
    const played = conversation.turn(answer);
    expect(played.actions).toEqual(['a COMPLETE TERMINAL', 'b CONTINUE GOES_ON']);
    expect(played.plan).toEqual(['b ASK b_field']);
  });

  test('0.7: a quiet instance that is activated can end without a contribution, which allows a pending start', () => {
    const moving: ScenarioDraft = {
      scenarioId: 'c',
      steps: [{ ...waiting, to: [{ to: 'end', condition: 'turn == 3' }] }, silentEnd],
    };
    const conversation = new Conversation([brief, moving, asking('d', ['d_field'])], {
      relationships: [aRelationship('c', 'EXCLUDES', 'd')],
    });
    conversation.turn({ candidates: { a: 0.9, c: 0.8 } });
    conversation.turn({ candidates: { d: 0.7 } });
    expect(conversation.session.pendingStarts).toMatchObject([{ scenarioId: 'd', reason: 'EXCLUDED' }]);
    const played = conversation.turn(answer);
    expect(played.actions).toEqual(['a COMPLETE TERMINAL', 'c COMPLETE TERMINAL', 'd START PENDING']);
    expect(played.plan).toEqual(['d ASK d_field']);
  });
});

describe('a restart', () => {
  const hours: ScenarioDraft = { scenarioId: 'hours', steps: [end] };
  const startHours = (more: readonly ScenarioDraft[] = [], settings = {}): Conversation =>
    startConversation([hours, ...more], { candidates: { hours: 0.9 } }, settings);

  test('2.3: a clear candidate for a finished scenario completes it and starts a new run', () => {
    const conversation = startHours();
    const played = conversation.turn({ candidates: { hours: 0.8 } });
    expect(played.actions).toEqual(['hours COMPLETE TERMINAL', 'hours START CANDIDATE']);
    expect([played.plan, played.rejections]).toEqual([['hours INFORM bye'], []]);
    expect(conversation.instance('hours').instanceId).toBe('hours#2');
  });

  test('2.3: below restart_threshold the instance completes and the candidate is JUST_ENDED', () => {
    const played = startHours().turn({ candidates: { hours: 0.79 } });
    expect([played.actions, played.rejections]).toEqual([['hours COMPLETE TERMINAL'], ['hours JUST_ENDED']]);
  });

  test('2.3: restart_threshold of the scenario overrules the configuration', () => {
    const conversation = startConversation([{ ...hours, restartThreshold: 0.6 }], {}, { restartThreshold: 0.95 });
    expect(conversation.turn({ candidates: { hours: 0.6 } }).actions).toContain('hours START CANDIDATE');
    expect(startHours([], { restartThreshold: 0.95 }).turn({ candidates: { hours: 0.94 } }).rejections).toEqual([
      'hours JUST_ENDED',
    ]);
  });

  test.each<[string, TurnDraft]>([
    ['another candidate has a higher score', { candidates: { hours: 0.82, invoice: 0.9 } }],
    ['a START is aimed at another scenario', { candidates: { hours: 0.82 }, signals: [['START', 'invoice']] }],
  ])('2.3: no restart where %s', (_why, draft) => {
    const played = startHours([asking('invoice', ['invoice_no'])]).turn(draft);
    expect(played.rejections).toEqual(['hours JUST_ENDED']);
    expect(played.plan).toEqual(['invoice ASK invoice_no']);
  });

  test.each<[string, TurnDraft]>([
    ['beside a weaker candidate', { candidates: { invoice: 0.3, hours: 0.9 } }],
    ['with score 1, beside a START of another scenario', { candidates: { hours: 1 }, signals: [['START', 'invoice']] }],
  ])('2.3: a candidate restarts its scenario %s', (_beside, draft) => {
    const played = startHours([asking('invoice', ['invoice_no'])]).turn(draft);
    expect(played.actions).toContain('hours START CANDIDATE');
  });

  test('2.3: a START restarts a finished scenario although a transition of its step is TRUE', () => {
    const again: ScenarioDraft = {
      scenarioId: 'hours',
      steps: [
        { ...end, to: [{ to: 'more', condition: 'turn == 2' }] },
        { stepId: 'more', templateIds: ['more'], to: ['end'] },
      ],
    };
    const conversation = startConversation([again]);
    expect(conversation.turn({ signals: [['START', 'hours']] }).actions).toEqual([
      'hours COMPLETE TERMINAL',
      'hours START AIMED',
    ]);
  });

  test('2.3: an instance does not restart if the turn addresses another instance', () => {
    const conversation = startConversation([hours, asking('invoice', ['invoice_no'])]);
    const played = conversation.turn({ candidates: { hours: 0.9 }, variables: { invoice_no: 1 } });
    expect(played.rejections).toEqual(['hours JUST_ENDED']);
  });

  test('2.3: a START aimed at a finished scenario always restarts it', () => {
    const conversation = startConversation([hours, asking('invoice', ['invoice_no'])]);
    const played = conversation.turn({ signals: [['START', 'hours']], variables: { invoice_no: 1 } });
    expect(played.actions).toEqual(['hours COMPLETE TERMINAL', 'invoice CONTINUE GOES_ON', 'hours START AIMED']);
  });

  const ticket = asking('ticket', ['subject']);

  test('2.3: the values of the turn belong to the new run and correct nothing', () => {
    const conversation = startConversation([ticket], { variables: { subject: 'printer' } });
    const played = conversation.turn({ candidates: { ticket: 0.9 }, variables: { subject: 'screen' } });
    expect(played.actions).toEqual(['ticket COMPLETE TERMINAL', 'ticket START CANDIDATE']);
    expect(played.plan).toEqual(['ticket INFORM bye']);
  });

  test('2.3: the new run does not see the values of the last one', () => {
    const conversation = startConversation([ticket], { variables: { subject: 'printer' } });
    const played = conversation.turn({ candidates: { ticket: 0.9 } });
    expect(played.plan).toEqual(['ticket ASK subject']);
    expect(conversation.session.variables.has('subject')).toBe(false);
  });

  test('2.3: the new run takes the local values of the turn', () => {
    const conversation = startConversation([{ ...ticket, localFields: ['subject'] }], {
      given: [{ name: 'subject', value: 'printer', scenarioId: 'ticket' }],
    });
    conversation.turn({
      candidates: { ticket: 0.9 },
      given: [{ name: 'subject', value: 'screen', scenarioId: 'ticket' }],
    });
    expect(conversation.instance('ticket').variables.get('subject')).toBe('screen');
  });

  test('2.3: an unfinished instance does not restart', () => {
    const conversation = startConversation([ticket]);
    const played = conversation.turn({ candidates: { ticket: 0.95 } });
    expect([played.actions, played.rejections]).toEqual([['ticket CONTINUE GOES_ON'], ['ticket ALREADY_ACTIVE']]);
  });

  test('2.3: a paused finished instance restarts as well', () => {
    const conversation = startHours();
    const instances = conversation.session.instances.map((instance) => ({
      ...instance,
      status: 'PAUSED' as const,
      pauseReason: 'IDLE' as const,
    }));
    conversation.session = { ...conversation.session, instances };
    expect(conversation.turn({ candidates: { hours: 0.9 } }).actions).toEqual([
      'hours COMPLETE TERMINAL',
      'hours START CANDIDATE',
    ]);
  });
});

test('2.3: a COMPLETE ends FAILED while a second checkpoint is ahead, although the first one is passed', () => {
  const check = (stepId: string, to: string): StepDraft => ({ stepId, isCheckpoint: true, to: [to] });
  const conversation = startConversation([
    { scenarioId: 's', steps: [check('first', 'second'), check('second', 'end'), end] },
  ]);
  conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
  expect(conversation.instance('s').irreversibleDone).toMatchObject([{ stepId: 'first', passed: true }]);
  expect(conversation.turn({ signals: ['COMPLETE'] }).lifecycle('s')).toMatchObject({
    action: 'COMPLETE',
    ending: 'FAILED',
  });
});
