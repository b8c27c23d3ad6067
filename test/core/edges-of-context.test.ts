// Cases at the very edge of a rule: whom a turn is about, and which outcome counts for which instance.
import { Conversation, type ScenarioDraft, type TurnDraft } from '../support/conversation';
import { running } from '../support/running';
import { acting, asking, confirming, end, silent } from '../support/sample-scenarios';

type Outcome = NonNullable<TurnDraft['outcomes']>[number];

describe('0.5 addressed: a field that an instance only collects later', () => {
  const later: TurnDraft = { variables: { y: 1 } };
  const talk = (): Conversation => {
    const going = running([asking('s', ['x', 'y']), asking('t', ['z', 'w'])]);
    going.store(asking('u', ['v']));
    return going;
  };

  test.each<[string, TurnDraft, boolean]>([
    ['addresses it', {}, true],
    ['does not where a START is aimed at what does not run', { signals: [['START', 'u']] }, false],
    ['does not where a candidate may start', { candidates: { u: 0.5 } }, false],
    ['does where a candidate is below the threshold', { candidates: { u: 0.4 } }, true],
    ['does not where another instance is addressed', { signals: [['CONTINUE', 't']] }, false],
  ])('0.5 it %s', (_what, more, addressed) => {
    const { addressedInstanceIds } = talk().turn({ ...later, ...more }).result.context;
    expect(addressedInstanceIds.includes('s#1')).toBe(addressed);
  });

  test('0.5 an unaddressed turn without a message addresses the instances that its outcomes are about, alone', () => {
    const going = running([acting('s'), acting('t')]);
    const { context } = going.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_FAILED', instanceId: 't#1' }],
    }).result;
    expect(context.addressedInstanceIds).toEqual(['t#1']);
  });
});

describe('0.5 addressed: an awaited field', () => {
  test('0.5 one that became unknown is no answer', () => {
    const talk = running([asking('s', ['x', 'y']), asking('t', ['z'])], { variables: { y: 1 } });
    const { addressedInstanceIds } = talk.turn({ variables: { x: null } }).result.context;
    expect(addressedInstanceIds).toEqual([]);
    expect(talk.instance('s').visit.attempts).toBe(1);
  });

  test('0.5 one that a result brought is no answer of the customer', () => {
    const talk = running([asking('s', ['x', 'y']), acting('t')]);
    const outcomes = [{ kind: 'ACTION_FAILED', instanceId: 't#1', results: { x: 1 } } as const];
    expect(talk.turn({ outcomes }).result.context.addressedInstanceIds).toEqual(['t#1']);
  });
});

describe('0.6 outcomes', () => {
  const ended = (): Conversation => {
    const talk = running([acting('s'), acting('t')]);
    talk.turn({ signals: [['CANCEL', 's']] });
    return talk;
  };
  const ignored = (talk: Conversation, outcomes: readonly Outcome[]) =>
    talk.turn({ outcomes }).result.ignoredOutcomes.map(({ instanceId, reasoning }) => `${instanceId}: ${reasoning}`);

  test('0.6 what changed nothing is told in the order of the request, late or not', () => {
    const told = ignored(ended(), [
      { kind: 'ACTION_SUCCEEDED', instanceId: 't#1' },
      { kind: 'ACTION_FAILED', instanceId: 't#1' },
      { kind: 'ACTION_FAILED', instanceId: 'x#1' },
      { kind: 'ACTION_FAILED', instanceId: 's#1' },
      { kind: 'DECLINED', instanceId: 't#1' },
    ]);
    expect(told).toEqual([
      't#1: The action of this visit has succeeded already.',
      'x#1: The session has no such instance.',
      's#1: The instance has ended.',
      't#1: The action of this visit has succeeded already.',
    ]);
  });

  test('0.6 an action_key names its own instance and no other, also where one id begins like another', () => {
    const talk = running([acting('s'), acting('s#1')]);
    expect(talk.session.instances.map(({ instanceId }) => instanceId)).toEqual(['s#1', 's#1#1']);
    const { context } = talk.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_FAILED', actionKey: 's#1#1/act/1' }],
    }).result;
    expect(context.addressedInstanceIds).toEqual(['s#1#1']);
  });

  test('0.6 an action_key of nobody is for the focus, to whom it does not belong', () => {
    expect(ignored(running([acting('s')]), [{ kind: 'ACTION_FAILED', actionKey: 'other/act/1' }])).toEqual([
      's#1: Its action_key belongs to another visit of the step.',
    ]);
  });

  test('0.6 the step where the instance stands may be named', () => {
    expect(ignored(running([acting('s')]), [{ kind: 'ACTION_FAILED', stepId: 'act' }])).toEqual([]);
  });

  test('0.6 a late success is remembered by its own instance, as done but not as passed', () => {
    const talk = ended();
    const { session } = talk.turn({ outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: 's#1/act/1' }] });
    expect(session.endedInstances[0]?.irreversibleDone).toEqual([
      { stepId: 'act', description: 's done', visitNumber: 0, revision: 3, pathSequence: 0, passed: false },
    ]);
    expect(session.instances[0]?.irreversibleDone).toEqual([]);
  });

  test('0.6 a late success of a step or a scenario that is gone has the step for a description', () => {
    const talk = ended();
    talk.remove('s');
    const late = (stepId: string): Outcome => ({ kind: 'ACTION_SUCCEEDED', instanceId: 's#1', stepId });
    const { session } = talk.turn({ outcomes: [late('act')] });
    expect(session.endedInstances[0]?.irreversibleDone).toMatchObject([{ description: 'act' }]);
    const other = ended();
    expect(other.turn({ outcomes: [late('gone')] }).session.endedInstances[0]?.irreversibleDone).toMatchObject([
      { stepId: 'gone', description: 'gone' },
    ]);
  });

  test.each<[Outcome['kind'], string | undefined]>([
    ['CONFIRMED', undefined],
    ['DECLINED', undefined],
    ['ACTION_FAILED', 'CONFIRM'],
  ])('0.6 after %s on a paused instance that awaits a confirmation there is open: %s', (kind, open) => {
    const talk = running([confirming('s'), silent('t')]);
    talk.turn({ signals: [['PAUSE', 's']] });
    const turn = { trigger: 'TOOL_RESULTS', outcomes: [{ kind, instanceId: 's#1' }] } as const;
    const { visit } = talk.turn(turn).session.instances[0] ?? {};
    expect([visit?.openType, visit?.openAskFields]).toEqual([open, []]);
  });

  test.each<[Outcome['kind'], string | undefined]>([
    ['ACTION_SUCCEEDED', undefined],
    ['CONFIRMED', 'ACTION_HINT'],
  ])('0.6 after %s on a paused instance that awaits a result there is open: %s', (kind, open) => {
    const talk = running([acting('s'), silent('t')]);
    talk.turn({ signals: [['PAUSE', 's']] });
    const turn = { trigger: 'TOOL_RESULTS', outcomes: [{ kind, instanceId: 's#1' }] } as const;
    expect(talk.turn(turn).session.instances[0]?.visit.openType).toBe(open);
  });
});

describe('3.1 a confirmation is void once a value that it was for has changed', () => {
  const pay: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      {
        stepId: 'pay',
        performsAction: true,
        isRequiredAction: true,
        requiresConfirmation: true,
        confirmsFields: ['x'],
        toolIds: ['pay'],
        to: ['wait'],
      },
      ...silent('s').steps,
    ],
  };
  const confirmed = (): Conversation => {
    const talk = new Conversation([pay]);
    talk.turn({ candidates: { s: 0.9 }, variables: { x: 1 } });
    talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    return talk;
  };

  test('3.1 and so is its outcome', () => {
    const { session, plan } = confirmed().turn({ variables: { x: 2 } });
    expect(session.instances[0]?.visit).toMatchObject({ confirmed: false, outcome: undefined });
    expect(plan).toEqual(['s CONFIRM x=2']);
  });

  test('3.1 but not a failure that came after it', () => {
    const talk = confirmed();
    talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] });
    const { session } = talk.turn({ variables: { x: 2 } });
    expect(session.instances[0]?.visit).toMatchObject({ confirmed: false, outcome: 'ACTION_FAILED' });
  });
});

test('1 candidates: of two of one scenario the higher score counts, of equal ones the first', () => {
  const talk = new Conversation([asking('s', ['x']), { scenarioId: 't', steps: [end] }]);
  const candidates = [
    ['s', 0.6],
    ['t', 0.8],
    ['s', 0.9],
    ['s', 0.9],
  ] as const;
  expect(
    talk.turn({ candidates }).result.context.candidates.map(({ scenarioId, score }) => [scenarioId, score]),
  ).toEqual([
    ['s', 0.9],
    ['t', 0.8],
  ]);
});
