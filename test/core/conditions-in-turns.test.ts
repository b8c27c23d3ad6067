import type { ScenarioDraft, StepDraft, TurnDraft } from '../support/conversation';
import { Conversation } from '../support/conversation';
import { played, started } from '../support/started';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
/** Stands at `a` until the condition is true there; ANYTIME, so that it is looked at on every turn. */
const watching = (condition: string, step: Partial<StepDraft> = {}): ScenarioDraft => ({
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
/** Whether the condition was true on the last of the turns. */
function holds(condition: string, drafts: readonly TurnDraft[], step: Partial<StepDraft> = {}): boolean {
  return (
    played(watching(`turn == ${drafts.length + 1} && (${condition})`, step), [{}, ...drafts])
      .at(-1)
      ?.transition('s').targetStepId === 'hit'
  );
}

test.each<[string, readonly TurnDraft[], string]>([
  ['a field that became known', [{ variables: { a: 1 } }], '["a"]'],
  ['a field that changed', [{ variables: { a: 1 } }, { variables: { a: 2 } }], '["a"]'],
  ['a field that was cleared', [{ variables: { a: 1 } }, { variables: { a: null } }], '["a"]'],
  ['a field of the patch', [{ patch: { z: 1 } }], '["z"]'],
  ['several, in their order', [{ variables: { z: 1, a: 1 } }], '["a", "z"]'],
  ["the instance's results", [{ outcomes: [{ kind: 'ACTION_FAILED', results: { r: 1 } }] }], '["r"]'],
  ['not the same value again', [{ variables: { a: 1 } }, { variables: { a: 1 } }], '[]'],
  ['not a null of what was not known', [{ variables: { a: null } }], '[]'],
  ['not the changes of earlier turns', [{ variables: { a: 1 } }, {}], '[]'],
])('6 changed: it holds %s', (_what, drafts, expected) => {
  expect(holds(`changed == ${expected}`, drafts)).toBe(true);
});

test.each<[string, TurnDraft, string]>([
  [
    'each source',
    { customer: { c: 1 }, patch: { s: 1 }, outcomes: [{ kind: 'ACTION_FAILED', results: { r: 1 } }] },
    '["c", "r", "s"]',
  ],
  ['a field of several sources once', { customer: { a: 1 }, patch: { a: 2 } }, '["a"]'],
  [
    'a field of session and instance once',
    { patch: { a: 1 }, outcomes: [{ kind: 'ACTION_FAILED', results: { a: 2 } }] },
    '["a"]',
  ],
  ['not what a newer null hides', { customer: { a: 1, c: 1 }, variables: { a: null } }, '["c"]'],
  [
    'not what a null of its own hides',
    { customer: { a: 1, c: 1 }, outcomes: [{ kind: 'ACTION_FAILED', results: { a: null } }] },
    '["c"]',
  ],
  ['not a null of the customer', { customer: { c: null } }, '[]'],
])('6 data: whoever goes over all of it finds %s', (_what, draft, expected) => {
  expect(holds(`size(data) == size(${expected}) && data.all(key, key in ${expected})`, [draft])).toBe(true);
});

test('6 session: whoever goes over all of it finds the variables that are not null', () => {
  const draft: TurnDraft = { customer: { c: 1 }, patch: { s: 1 }, variables: { a: 1, n: null } };
  expect(holds('size(session) == 2 && session.all(key, key in ["a", "s"])', [draft])).toBe(true);
});

/** Clears `old` on its second turn, and ends that walk at `cleared` where the condition then holds. */
const clearing = (condition: string): ScenarioDraft => ({
  scenarioId: 's',
  steps: [
    { stepId: 'a', templateIds: ['a'], to: [{ to: 'fork', clears: ['old'] }] },
    { stepId: 'fork', to: [{ to: 'cleared', condition }, 'end'] },
    { stepId: 'cleared', templateIds: ['cleared'], to: ['end'] },
    end,
  ],
});

test('6 data: whoever goes over all of it does not find what a transition of the same walk cleared', () => {
  const scenario = clearing('size(data) == 1 && data.all(key, key == "new")');
  expect(played(scenario, [{ variables: { old: 1, new: 1 } }, {}])[1]?.plan).toEqual(['s INFORM cleared']);
});

test('6 changed: the fields that a transition of the same walk cleared are among them', () => {
  const scenario = clearing('"old" in changed');
  expect(played(scenario, [{ variables: { old: 1 } }, {}])[1]?.plan).toEqual(['s INFORM cleared']);
});

test('6 visits: it counts the visits of this step, the present one included', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'a', templateIds: ['a'], to: [{ to: 'third', condition: 'visits == 3' }, 'b'] },
      { stepId: 'b', templateIds: ['b'], to: ['a'] },
      { stepId: 'third', templateIds: ['third'], to: ['end'] },
      end,
    ],
  };
  const told = played(scenario, [{}, {}, {}, {}, {}, {}]).map(({ plan }) => plan.join());
  expect(told).toEqual(['s INFORM a', 's INFORM b', 's INFORM a', 's INFORM b', 's INFORM a', 's INFORM third']);
});

test('6 attempts: it counts the unanswered turns of this visit', () => {
  expect([1, 2, 3].map((count) => holds(`attempts == ${count}`, [{}, {}]))).toEqual([false, true, false]);
});

test('6 signal: a condition of a walk sees the signal that reached the instance, and "" for none', () => {
  expect(holds('signal == "CONTINUE"', [{ signals: [['CONTINUE', 's']] }])).toBe(true);
  expect(holds('signal == ""', [{ signals: [['PAUSE', 'other']] }])).toBe(true);
  expect(holds('signal == ""', [{}])).toBe(true);
});

test('6 signal: a completion_condition sees a PAUSE before it pauses', () => {
  const { talk } = started([{ ...watching('false'), completionCondition: 'signal == "PAUSE"' }]);
  expect(talk.turn({ signals: ['PAUSE'] }).actions).toEqual(['s COMPLETE CONDITION']);
});

test.each<[string, TurnDraft]>([
  ['', {}],
  ['declined', { outcomes: [{ kind: 'DECLINED' }] }],
  ['succeeded', { outcomes: [{ kind: 'ACTION_SUCCEEDED' }] }],
  ['failed', { outcomes: [{ kind: 'ACTION_FAILED' }] }],
])('6 outcome: it is "%s"', (word, draft) => {
  expect(holds(`outcome == "${word}"`, [draft])).toBe(true);
});

test('6 outcome: it is "confirmed" after a CONFIRM was confirmed, and belongs to the visit', () => {
  const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
  expect(
    holds('outcome == "confirmed"', [confirmed], { collectsProfileFields: [], isCheckpoint: true, toolIds: ['t'] }),
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
  expect(played(scenario, [{}, confirmed])[1]?.transition('s').targetStepId).toBe('hit');
});

test.each<[string, string, TurnDraft]>([
  ['requested', '"price" in requested', { requested: ['price'] }],
  ['facts', 'facts.vip', { facts: { vip: true } }],
  ['intent', 'intent == "x"', { intent: 'x' }],
  ['intent, none', 'intent == ""', {}],
  ['intent_score', 'intent_score > 0.6', { situation: { canonicalIntentScore: 0.7 } }],
  ['message', 'message.contains("help")', { message: 'please help' }],
  ['tone', 'tone == "angry"', { situation: { tone: 'angry' } }],
  ['frustration', 'frustration == "high"', { situation: { frustrationLevel: 'high' } }],
  ['urgency', 'urgency == "critical"', { situation: { urgency: 'critical' } }],
  ['data', 'data.x == "1"', { variables: { x: '1' } }],
  ['customer', 'customer.x == "1"', { customer: { x: '1' } }],
  [
    'customer, which is not what the message says',
    'customer.x == "1" && data.x == "2"',
    { customer: { x: '1' }, variables: { x: '2' } },
  ],
  ['session', 'session.x == "1"', { patch: { x: '1' } }],
  ['instance', 'instance.x == "1"', { outcomes: [{ kind: 'ACTION_FAILED', results: { x: '1' } }] }],
])('6 variables: %s', (_name, condition, draft) => {
  expect(holds(condition, [draft])).toBe(true);
  expect(holds(`!(${condition})`, [draft])).toBe(false);
});

test('6 turn: it is the turn count with this turn, and only messages count', () => {
  const { talk } = started([watching('turn == 2')]);
  talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 's#1' }] });
  expect(talk.instance('s').currentStepId).toBe('a');
  expect(talk.turn().transition('s').targetStepId).toBe('hit');
});

describe('6 errors', () => {
  const broken = 'data.a > "text"';

  test('6 errors: an evaluation error is reported in the decision and counts as FALSE', () => {
    const [, turn] = played(watching(broken), [{}, { variables: { a: 1 } }]);
    expect(turn?.transition('s')).toMatchObject({
      targetStepId: 'a',
      alternatives: [{ transitionId: 'a/1', truth: 'FALSE', taken: false, missingFields: [] }],
    });
    expect(turn?.transition('s').conditionErrors).toEqual([expect.stringMatching(/^a\/1: /)]);
  });

  test('6 errors: an erroneous ON_COMPLETION transition does not hold back the ones below it', () => {
    const scenario: ScenarioDraft = {
      scenarioId: 's',
      steps: [{ stepId: 'a', collectsProfileFields: ['a'], to: [{ to: 'a', condition: broken }, 'end'] }, end],
    };
    expect(played(scenario, [{}, { variables: { a: 1 } }])[1]?.plan).toEqual(['s INFORM bye']);
  });

  test('6 errors: the report tells no value of the customer', () => {
    const [, turn] = played(watching('int(data.a) > 1'), [{}, { variables: { a: 'secret' } }]);
    expect(turn?.transition('s').conditionErrors.join()).not.toContain('secret');
  });

  test('6 errors: one of a completion_condition is reported and does not complete', () => {
    const { talk } = started([{ ...watching('false'), completionCondition: broken }]);
    const decision = talk.turn({ variables: { a: 1 } }).lifecycle('s');
    expect(decision.action).toBe('CONTINUE');
    expect(decision.conditionErrors).toEqual([expect.stringMatching(/^completion_condition: /)]);
  });

  test('6 errors: one of an entry_condition is reported and does not start', () => {
    const talk = new Conversation([{ ...watching('false'), entryCondition: broken }]);
    const turn = talk.turn({ candidates: { s: 1 }, variables: { a: 1 } });
    expect(turn.rejections).toEqual(['s ENTRY_CONDITION']);
    expect(turn.result.rejectedCandidates[0]?.conditionErrors).toEqual([expect.stringMatching(/^entry_condition: /)]);
  });
});

test('6 UNKNOWN: an entry_condition that misses data does not start, and says what it misses', () => {
  const talk = new Conversation([{ ...watching('false'), entryCondition: 'data.age >= 18.0' }]);
  const turn = talk.turn({ candidates: { s: 1 } });
  expect(turn.rejections).toEqual(['s ENTRY_CONDITION']);
  expect(turn.result.rejectedCandidates[0]?.missingFields).toEqual(['age']);
  expect(talk.turn({ candidates: { s: 1 }, variables: { age: 20 } }).actions).toEqual(['s START CANDIDATE']);
});

test('6 UNKNOWN: a completion_condition that misses data does not complete', () => {
  const { talk } = started([{ ...watching('false'), completionCondition: 'data.paid' }]);
  expect(talk.turn().actions).toEqual(['s CONTINUE GOES_ON']);
  expect(talk.turn({ variables: { paid: true } }).actions).toEqual(['s COMPLETE CONDITION']);
});

test('6 has: it asks for a missing key without missing it', () => {
  expect(holds('!has(data.zip)', [{}])).toBe(true);
  expect(holds('has(data.zip)', [{ variables: { zip: '' } }])).toBe(true);
});
