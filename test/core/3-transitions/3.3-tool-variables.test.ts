import type { ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { listContributions, playTurns } from '../../support/play-turns';
import { getActionKey, listOpenRequests } from '../../support/requests';
import { startConversation } from '../../support/running';
import { end } from '../../support/sample-scenarios';

const tool = (toolId: string, ...variableNames: readonly string[]) => ({
  toolId,
  variableNames,
  timing: 'DURING_STEP' as const,
  dependsOn: [],
});
/** Looks up a status and continues depending on its value. */
const status = (step: Partial<StepDraft> = {}): ScenarioDraft => ({
  scenarioId: 's',
  steps: [
    {
      stepId: 'look',
      toolBindings: [tool('find', 'status')],
      to: [{ to: 'lost', condition: 'data.status == "lost"' }, 'end'],
      ...step,
    },
    { stepId: 'lost', templateIds: ['lost'], to: ['end'] },
    { stepId: 'sorry', templateIds: ['sorry'], to: ['end'] },
    end,
  ],
});
const result = (
  results: Readonly<Record<string, string>>,
  kind: 'ACTION_SUCCEEDED' | 'ACTION_FAILED' = 'ACTION_SUCCEEDED',
): TurnDraft => ({
  trigger: 'TOOL_RESULTS',
  outcomes: [{ kind, results }],
});

describe('3.3: a variable that a tool of the step fills', () => {
  test('3.3: is never asked for: the hint is repeated while the action is open', () => {
    expect(listContributions(status(), [{}, {}, result({ status: 'lost' })])).toEqual([
      'ACTION_HINT find',
      'ACTION_HINT find',
      'INFORM lost',
    ]);
  });

  test('3.3: is never asked for, although a step collects it', () => {
    const scenario = status();
    const steps = [...scenario.steps, { stepId: 'ask', collectsProfileFields: ['status'], to: ['end'] }];
    expect(listContributions({ ...scenario, steps }, [{}, result({})])).toEqual([
      'ACTION_HINT find',
      'ACTION_HINT find',
    ]);
  });

  test.each(['ACTION_SUCCEEDED', 'ACTION_FAILED'] as const)(
    '3.3: is looked up again if it is missing after %s, which counts like a failed action',
    (kind) => {
      const conversation = startConversation([status()]);
      const again = conversation.turn(result({ other: 'x' }, kind));
      expect(again.plan).toEqual(['s ACTION_HINT find']);
      expect(again.contribution('s').isReprompt).toBe(true);
      expect(getActionKey(again, 's')).toBe('s#1/look/1');
      expect(conversation.instance('s').loopCounts.get('look')).toBe(2);
      expect(listOpenRequests(conversation.session)).toEqual(['s#1 ACTION s#1/look/1']);
      expect(conversation.turn(result({ status: 'lost' })).plan).toEqual(['s INFORM lost']);
    },
  );

  test('3.3: a retry lists the tools that have not succeeded or that fill a missing variable', () => {
    const conversation = startConversation([
      status({ toolBindings: [tool('find', 'status'), tool('log', 'entry'), tool('mail', 'sent')] }),
    ]);
    conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [
        { kind: 'ACTION_SUCCEEDED', toolId: 'find' },
        { kind: 'ACTION_SUCCEEDED', toolId: 'log', results: { entry: '1' } },
        { kind: 'ACTION_FAILED', toolId: 'mail' },
      ],
    });
    expect(conversation.turn({ trigger: 'MESSAGE' }).plan).toEqual(['s ACTION_HINT find,mail']);
  });

  test('3.3: too many such retries are a loop', () => {
    const conversation = startConversation([status()], {}, { maxLoopCount: 2 });
    conversation.turn(result({}));
    expect(conversation.turn(result({})).actions).toEqual(['s PAUSE LOOP']);
  });

  test('3.3: after a failure, a transition that is FALSE because of has() causes a retry', () => {
    const step: Partial<StepDraft> = { to: [{ to: 'lost', condition: 'has(data.status) && data.status == "lost"' }] };
    expect(listContributions(status(step), [{}, result({}, 'ACTION_FAILED'), result({ status: 'lost' })])).toEqual([
      'ACTION_HINT find',
      'ACTION_HINT find',
      'INFORM lost',
    ]);
  });

  test('3.3: after a failure, a transition that is TRUE is taken', () => {
    const step: Partial<StepDraft> = { to: [{ to: 'lost', condition: 'has(data.status)' }, 'sorry'] };
    expect(listContributions(status(step), [{}, result({}, 'ACTION_FAILED')])).toEqual([
      'ACTION_HINT find',
      'INFORM sorry',
    ]);
  });

  test('3.3: after a success without it, a transition that is FALSE because of has() causes no retry', () => {
    const step: Partial<StepDraft> = { to: [{ to: 'lost', condition: 'has(data.status)' }] };
    expect(listContributions(status(step), [{}, result({})])).toEqual(['ACTION_HINT find', 'NONE']);
  });
});

describe('3.3: data that can be asked for', () => {
  const fork = (condition: string, variation: Partial<ScenarioDraft> = {}): ScenarioDraft => ({
    scenarioId: 's',
    steps: [
      { stepId: 'name', collectsProfileFields: ['name'], to: [{ to: 'zip', condition }, 'end'] },
      { stepId: 'zip', collectsProfileFields: ['zip'], to: ['end'] },
      end,
    ],
    ...variation,
  });
  const named: TurnDraft = { variables: { name: 'Ada' } };

  test('3.3: are fields that the scenario collects', () => {
    expect(listContributions(fork('data.zip == "1"'), [named])).toEqual(['ASK zip']);
  });

  test.each(['HARD', 'SOFT'] as const)('3.3: are fields that the scenario requires (%s)', (level) => {
    const scenario = fork('data.age > 18.0', { requires: { age: level } });
    expect(listContributions(scenario, [named], { settings: { blockOnMissingHardFields: false } })).toEqual([
      'ASK age',
    ]);
  });

  test('3.3: are asked for without those that only come from outside', () => {
    const [turn] = playTurns(fork('data.zip == "1" && data.paid'), [named]);
    expect(turn?.plan).toEqual(['s ASK zip']);
  });
});

describe('3.3: a key that no step collects and no tool fills', () => {
  const parcel: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'way', templateIds: ['sent'], to: [{ to: 'here', condition: 'data.arrived == true' }, 'end'] },
      { stepId: 'here', templateIds: ['here'], to: ['end'] },
      end,
    ],
  };

  test('3.3: is awaited from outside, and the instance contributes NONE', () => {
    const conversation = startConversation([parcel]);
    const waits = conversation.turn();
    expect(waits.plan).toEqual(['s NONE']);
    expect(waits.transition('s')).toMatchObject({ reason: 'AWAITS_EVENT', missingFields: ['arrived'] });
    expect(conversation.instance('s')).toMatchObject({ waitsFor: 'EVENT', attempts: 0 });
  });

  test.each<[string, TurnDraft]>([
    ['the patch', { patch: { arrived: true } }],
    ['a candidate variable', { variables: { arrived: true } }],
    ['an event', { outcomes: [{ kind: 'ACTION_SUCCEEDED', results: { arrived: true } }] }],
  ])('3.3: moves the instance when it comes by %s, on a turn without a message', (_source, draft) => {
    const conversation = startConversation([parcel]);
    conversation.turn();
    expect(conversation.turn({ trigger: 'TOOL_RESULTS', ...draft }).plan).toEqual(['s INFORM here']);
  });
});

test('3.3: counts the turn as an attempt if nothing can be asked because a tool of another step fills it', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'name', collectsProfileFields: ['name'], to: [{ to: 'look', condition: 'data.status == "x"' }, 'end'] },
      { stepId: 'look', toolBindings: [tool('find', 'status')], to: ['end'] },
      end,
    ],
  };
  const conversation = startConversation([scenario]);
  expect(conversation.turn({ variables: { name: 'Ada' } }).plan).toEqual(['s NONE']);
  expect(conversation.instance('s').attempts).toBe(1);
  conversation.turn();
  expect(conversation.instance('s').attempts).toBe(2);
});

test('3.3: an attempt is counted if a tool of another step fills one of two keys and the other comes from outside', () => {
  const steps: readonly StepDraft[] = [
    {
      stepId: 'name',
      collectsProfileFields: ['name'],
      to: [{ to: 'look', conditionFields: ['status', 'paid'] }, 'end'],
    },
    { stepId: 'look', toolBindings: [tool('find', 'status')], to: ['end'] },
    end,
  ];
  const conversation = startConversation([{ scenarioId: 's', steps }]);
  conversation.turn({ variables: { name: 'Ada' } });
  expect(conversation.instance('s')).toMatchObject({ attempts: 1, waitsFor: 'NOTHING' });
});

test('3.3: asking for a field of a condition does not count as a failure', () => {
  const steps: readonly StepDraft[] = [
    { stepId: 'name', collectsProfileFields: ['name'], to: [{ to: 'zip', condition: 'data.zip == "1"' }, 'end'] },
    { stepId: 'zip', collectsProfileFields: ['zip'], to: ['end'] },
    end,
  ];
  const conversation = startConversation([{ scenarioId: 's', steps }], { customer: { name: 'Ada' } });
  expect(conversation.turn({ customer: { name: 'Ada' } }).plan).toEqual(['s ASK zip']);
  expect([...conversation.instance('s').loopCounts]).toEqual([['name', 1]]);
});

describe('3.3: the retry for a missing variable', () => {
  test('3.3: is awaited', () => {
    const conversation = startConversation([status()]);
    conversation.turn(result({}));
    expect(conversation.instance('s').waitsFor).toBe('ACTION');
  });

  test('3.3: runs a tool that fills the missing variable and others', () => {
    const conversation = startConversation([status({ toolBindings: [tool('find', 'status', 'date'), tool('log')] })]);
    const again = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [
        { kind: 'ACTION_SUCCEEDED', toolId: 'find', results: { date: 'today' } },
        { kind: 'ACTION_SUCCEEDED', toolId: 'log' },
      ],
    });
    expect(again.plan).toEqual(['s ACTION_HINT find']);
  });

  test('3.3: is not made if the failed action provided the variable', () => {
    const step: Partial<StepDraft> = { to: [{ to: 'lost', condition: 'has(data.status) && data.status == "lost"' }] };
    expect(listContributions(status(step), [{}, result({ status: 'found' }, 'ACTION_FAILED')])).toEqual([
      'ACTION_HINT find',
      'NONE',
    ]);
  });
});
