import type { ConditionVariables } from '../../../src/core/conditions';
import type { ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { Conversation } from '../../support/conversation';
import { playTurns, startScenarios } from '../../support/play-turns';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
/** Creates a scenario that leaves step a when the condition is true. The transition is ANYTIME, so it is evaluated on every turn. */
const createWatching = (condition: string, step: Partial<StepDraft> = {}): ScenarioDraft => ({
  scenarioId: 's',
  steps: [
    {
      stepId: 'a',
      collectsProfileFields: ['a', 'b'],
      ...step,
      to: [{ to: 'hit', trigger: 'ANYTIME', condition }, 'end'],
    },
    { stepId: 'hit', templateIds: ['hit'], to: ['end'] },
    end,
  ],
});
/** Whether the condition is true on the last turn. */
function isTrue(condition: string, drafts: readonly TurnDraft[], step: Partial<StepDraft> = {}): boolean {
  return (
    playTurns(createWatching(`turn == ${drafts.length + 1} && (${condition})`, step), [{}, ...drafts])
      .at(-1)
      ?.transition('s').targetStepId === 'hit'
  );
}

test.each<[string, readonly TurnDraft[], string]>([
  ['a field that becomes known', [{ variables: { a: 1 } }], '["a"]'],
  ['a field that changes', [{ variables: { a: 1 } }, { variables: { a: 2 } }], '["a"]'],
  ['a field that is set to null', [{ variables: { a: 1 } }, { variables: { a: null } }], '["a"]'],
  ['a field of the patch', [{ patch: { z: 1 } }], '["z"]'],
  ['several fields, sorted', [{ variables: { z: 1, a: 1 } }], '["a", "z"]'],
  ['a field of an outcome result', [{ outcomes: [{ kind: 'ACTION_FAILED', results: { r: 1 } }] }], '["r"]'],
  ['no field whose value stays the same', [{ variables: { a: 1 } }, { variables: { a: 1 } }], '[]'],
  ['no null of a field that was not known', [{ variables: { a: null } }], '[]'],
  ['no change of an earlier turn', [{ variables: { a: 1 } }, {}], '[]'],
])('6: changed contains %s', (_field, drafts, expected) => {
  expect(isTrue(`changed == ${expected}`, drafts)).toBe(true);
});

test.each<[string, TurnDraft, string]>([
  [
    'the fields of each source',
    { customer: { c: 1 }, patch: { s: 1 }, outcomes: [{ kind: 'ACTION_FAILED', results: { r: 1 } }] },
    '["c", "r", "s"]',
  ],
  ['a field of several sources once', { customer: { a: 1 }, patch: { a: 2 } }, '["a"]'],
  [
    'a field of session and instance once',
    { patch: { a: 1 }, outcomes: [{ kind: 'ACTION_FAILED', results: { a: 2 } }] },
    '["a"]',
  ],
  ['no field that a newer null hides', { customer: { a: 1, c: 1 }, variables: { a: null } }, '["c"]'],
  [
    'no field that a null of the instance hides',
    { customer: { a: 1, c: 1 }, outcomes: [{ kind: 'ACTION_FAILED', results: { a: null } }] },
    '["c"]',
  ],
  ['no null of customer_data', { customer: { c: null } }, '[]'],
])('6: iterating over data yields %s', (_fields, draft, expected) => {
  expect(isTrue(`size(data) == size(${expected}) && data.all(key, key in ${expected})`, [draft])).toBe(true);
});

test('6: iterating over session yields the variables that are not null', () => {
  const draft: TurnDraft = { customer: { c: 1 }, patch: { s: 1 }, variables: { a: 1, n: null } };
  expect(isTrue('size(session) == 2 && session.all(key, key in ["a", "s"])', [draft])).toBe(true);
});

/** Creates a scenario that clears `old` on the second turn. The walk then ends at `cleared` if the condition is true. */
const createClearing = (condition: string): ScenarioDraft => ({
  scenarioId: 's',
  steps: [
    { stepId: 'a', templateIds: ['a'], to: [{ to: 'fork', clears: ['old'] }] },
    { stepId: 'fork', to: [{ to: 'cleared', condition }, 'end'] },
    { stepId: 'cleared', templateIds: ['cleared'], to: ['end'] },
    end,
  ],
});

test('6: iterating over data does not yield fields that the same walk has cleared', () => {
  const scenario = createClearing('size(data) == 1 && data.all(key, key == "new")');
  expect(playTurns(scenario, [{ variables: { old: 1, new: 1 } }, {}])[1]?.plan).toEqual(['s INFORM cleared']);
});

test('6: changed contains the fields that the same walk has cleared', () => {
  const scenario = createClearing('"old" in changed');
  expect(playTurns(scenario, [{ variables: { old: 1 } }, {}])[1]?.plan).toEqual(['s INFORM cleared']);
});

test('6: visits counts the visits of the step, including the current one', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'a', templateIds: ['a'], to: [{ to: 'third', condition: 'visits == 3' }, 'b'] },
      { stepId: 'b', templateIds: ['b'], to: ['a'] },
      { stepId: 'third', templateIds: ['third'], to: ['end'] },
      end,
    ],
  };
  const lines = playTurns(scenario, [{}, {}, {}, {}, {}, {}]).map(({ plan }) => plan.join());
  expect(lines).toEqual(['s INFORM a', 's INFORM b', 's INFORM a', 's INFORM b', 's INFORM a', 's INFORM third']);
});

test('6: attempts counts the unanswered turns of the visit', () => {
  expect([1, 2, 3].map((count) => isTrue(`attempts == ${count}`, [{}, {}]))).toEqual([false, true, false]);
});

test('6: signal is the signal that reached the instance, or ""', () => {
  expect(isTrue('signal == "CONTINUE"', [{ signals: [['CONTINUE', 's']] }])).toBe(true);
  expect(isTrue('signal == ""', [{ signals: [['PAUSE', 'other']] }])).toBe(true);
  expect(isTrue('signal == ""', [{}])).toBe(true);
});

test('6: a completion_condition reads a PAUSE before it takes effect', () => {
  const { conversation } = startScenarios([{ ...createWatching('false'), completionCondition: 'signal == "PAUSE"' }]);
  expect(conversation.turn({ signals: ['PAUSE'] }).actions).toEqual(['s COMPLETE CONDITION']);
});

test.each<[string, TurnDraft]>([
  ['', {}],
  ['declined', { outcomes: [{ kind: 'DECLINED' }] }],
  ['succeeded', { outcomes: [{ kind: 'ACTION_SUCCEEDED' }] }],
  ['failed', { outcomes: [{ kind: 'ACTION_FAILED' }] }],
])('6: outcome is "%s"', (value, draft) => {
  expect(isTrue(`outcome == "${value}"`, [draft])).toBe(true);
});

test('6: outcome is "confirmed" after a CONFIRMED, and "" in the next visit', () => {
  const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
  expect(
    isTrue('outcome == "confirmed"', [confirmed], { collectsProfileFields: [], isCheckpoint: true, toolIds: ['t'] }),
  ).toBe(true);
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'a', isCheckpoint: true, to: ['b'] },
      { stepId: 'b', to: [{ to: 'hit', condition: 'outcome == ""' }] },
      { stepId: 'hit', templateIds: ['hit'], to: ['end'] },
      end,
    ],
  };
  expect(playTurns(scenario, [{}, confirmed])[1]?.transition('s').targetStepId).toBe('hit');
});

/** Conditions that are true on the turn after the first. The test does not compile until a new variable has a row. */
const readable: Readonly<
  Record<keyof ConditionVariables, readonly (readonly [condition: string, draft: TurnDraft])[]>
> = {
  data: [['data.x == "1"', { variables: { x: '1' } }]],
  customer: [
    ['customer.x == "1"', { customer: { x: '1' } }],
    ['customer.x == "1" && data.x == "2"', { customer: { x: '1' }, variables: { x: '2' } }],
  ],
  session: [['session.x == "1"', { patch: { x: '1' } }]],
  instance: [['instance.x == "1"', { outcomes: [{ kind: 'ACTION_FAILED', results: { x: '1' } }] }]],
  intent: [
    ['intent == "x"', { intent: 'x' }],
    ['intent == ""', {}],
  ],
  intent_score: [['intent_score > 0.6', { situation: { canonicalIntentScore: 0.7 } }]],
  signal: [['signal == "CONTINUE"', { signals: [['CONTINUE', 's']] }]],
  outcome: [['outcome == "failed"', { outcomes: [{ kind: 'ACTION_FAILED' }] }]],
  changed: [['"a" in changed', { variables: { a: 1 } }]],
  requested: [['"price" in requested', { requested: ['price'] }]],
  facts: [['facts.vip', { facts: { vip: true } }]],
  visits: [['visits == 1', {}]],
  attempts: [['attempts == 1', {}]],
  attempts_total: [['attempts_total == 1', {}]],
  turn: [['turn == 2', {}]],
  message: [['message.contains("help")', { message: 'please help' }]],
  tone: [['tone == "angry"', { situation: { tone: 'angry' } }]],
  frustration: [['frustration == "high"', { situation: { frustrationLevel: 'high' } }]],
  urgency: [['urgency == "critical"', { situation: { urgency: 'critical' } }]],
  language: [['language == "de-CH"', { situation: { language: 'de-CH' } }]],
};

test.each(
  Object.entries(readable).flatMap(([name, rows]) =>
    rows.map(([condition, draft]) => [name, condition, draft] as const),
  ),
)('6: a condition can read %s: %s', (_name, condition, draft) => {
  expect(isTrue(condition, [draft])).toBe(true);
  expect(isTrue(`!(${condition})`, [draft])).toBe(false);
});

test('6: turn counts the MESSAGE turns, including the current one', () => {
  const { conversation } = startScenarios([createWatching('turn == 2')]);
  conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 's#1' }] });
  expect(conversation.instance('s').currentStepId).toBe('a');
  expect(conversation.turn().transition('s').targetStepId).toBe('hit');
});

describe('errors', () => {
  const broken = 'data.a > "text"';

  test('6: an evaluation error counts as FALSE and is reported in the decision', () => {
    const [, turn] = playTurns(createWatching(broken), [{}, { variables: { a: 1 } }]);
    expect(turn?.transition('s')).toMatchObject({
      targetStepId: 'a',
      alternatives: [{ transitionId: 'a/1', truth: 'FALSE', taken: false, missingFields: [] }],
    });
    expect(turn?.transition('s').conditionErrors).toEqual([expect.stringMatching(/^a\/1: /)]);
  });

  test('6: an ON_COMPLETION transition that fails does not block the transitions below it', () => {
    const scenario: ScenarioDraft = {
      scenarioId: 's',
      steps: [{ stepId: 'a', collectsProfileFields: ['a'], to: [{ to: 'a', condition: broken }, 'end'] }, end],
    };
    expect(playTurns(scenario, [{}, { variables: { a: 1 } }])[1]?.plan).toEqual(['s INFORM bye']);
  });

  test('6: a reported error contains no value of the customer', () => {
    const [, turn] = playTurns(createWatching('int(data.a) > 1'), [{}, { variables: { a: 'secret' } }]);
    expect(turn?.transition('s').conditionErrors.join()).not.toContain('secret');
  });

  test('6: an error of a completion_condition is reported and does not complete the instance', () => {
    const { conversation } = startScenarios([{ ...createWatching('false'), completionCondition: broken }]);
    const decision = conversation.turn({ variables: { a: 1 } }).lifecycle('s');
    expect(decision.action).toBe('CONTINUE');
    expect(decision.conditionErrors).toEqual([expect.stringMatching(/^completion_condition: /)]);
  });

  test('6: an error of an entry_condition is reported and does not start the scenario', () => {
    const conversation = new Conversation([{ ...createWatching('false'), entryCondition: broken }]);
    const turn = conversation.turn({ candidates: { s: 1 }, variables: { a: 1 } });
    expect(turn.rejections).toEqual(['s ENTRY_CONDITION']);
    expect(turn.result.rejectedCandidates[0]?.conditionErrors).toEqual([expect.stringMatching(/^entry_condition: /)]);
  });
});

test('6: an UNKNOWN entry_condition does not start the scenario, and the rejection lists the missing fields', () => {
  const conversation = new Conversation([{ ...createWatching('false'), entryCondition: 'data.age >= 18.0' }]);
  const turn = conversation.turn({ candidates: { s: 1 } });
  expect(turn.rejections).toEqual(['s ENTRY_CONDITION']);
  expect(turn.result.rejectedCandidates[0]?.missingFields).toEqual(['age']);
  expect(conversation.turn({ candidates: { s: 1 }, variables: { age: 20 } }).actions).toEqual(['s START CANDIDATE']);
});

test('6: an UNKNOWN completion_condition does not complete the instance', () => {
  const { conversation } = startScenarios([{ ...createWatching('false'), completionCondition: 'data.paid' }]);
  expect(conversation.turn().actions).toEqual(['s CONTINUE GOES_ON']);
  expect(conversation.turn({ variables: { paid: true } }).actions).toEqual(['s COMPLETE CONDITION']);
});

test('6: has() tests for a missing key without making the condition UNKNOWN', () => {
  expect(isTrue('!has(data.zip)', [{}])).toBe(true);
  expect(isTrue('has(data.zip)', [{ variables: { zip: '' } }])).toBe(true);
});
