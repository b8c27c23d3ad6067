import {
  DeliveryStatus,
  ScenarioSignal,
  TurnTrigger,
  VariableOperation,
} from '../../../gen/focal/orchestration/v1/turn';
import type { Conversation } from '../../../src/cli/conversation-tests/conversation';
import { parseConversation } from '../../../src/cli/conversation-tests/conversation-file';
import { FileProblemsError, parseScenarioFile } from '../../../src/cli/files';
import { defaultSettings } from '../../../src/core/model/settings';

const refundId = '1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01';
const scenarios = parseScenarioFile(
  'refund.yaml',
  `scenario_id: ${refundId}
name: Refund
entry_step_id: collect_order
steps:
  - {step_id: collect_order, collects_profile_fields: [order], transitions: [{target_step_id: done}]}
  - {step_id: done, is_terminal: true}
`,
);
const given = 'given: {scenarios: [refund.yaml]}';

function parse(text: string): Conversation {
  return parseConversation('talk.yaml', text, () => scenarios);
}

function listProblems(text: string): readonly string[] {
  try {
    parse(text);
    return [];
  } catch (error) {
    if (!(error instanceof FileProblemsError)) throw error;
    return error.message.split('\n');
  }
}

test('turns are parsed to messages of the contract, with scenario ids in place of names', () => {
  const { turns } = parse(`
name: Talk
given: {scenarios: [refund.yaml], customer_data: {customer_id: C-1, vip: true}}
turns:
  - message: Hello
    after: 2
    customer_data: {vip: false}
    situation:
      signals: [{signal: PAUSE, scenario_ids: [Refund]}]
      candidate_variables: [{name: order_id, value: "4711"}]
    candidates: [{scenario_id: Refund, score: 0.9}]
    expect: {started: [Refund], at: {Refund: a}}
  - trigger: TOOL_RESULTS
    step_outcomes: [{instance_id: Refund, kind: ACTION_SUCCEEDED, results: {sum: 1.5, none: null}}, {kind: CONFIRMED}]
    expect: {}
`);
  expect(turns[0]).toMatchObject({
    delayMs: 2_000,
    turn: {
      customerData: { customer_id: 'C-1', vip: false },
      situation: {
        message: 'Hello',
        signals: [{ signal: ScenarioSignal.SCENARIO_SIGNAL_PAUSE, scenarioIds: [refundId] }],
        candidateVariables: [{ name: 'order_id', value: '4711' }],
      },
      candidates: [{ scenarioId: refundId, score: 0.9 }],
    },
    expected: { started: ['Refund'], at: { Refund: 'a' } },
  });
  expect(turns[1]?.turn).toMatchObject({
    trigger: TurnTrigger.TURN_TRIGGER_TOOL_RESULTS,
    situation: undefined,
    customerData: { customer_id: 'C-1', vip: true },
    stepOutcomes: [{ instanceId: refundId, results: { sum: 1.5, none: null } }, { instanceId: '' }],
  });
});

test('the constructs of version 2 are parsed to messages of the contract', () => {
  const { turns } = parse(`
name: Talk
${given}
turns:
  - message: Back
    situation:
      signals: [{signal: BACK, scenario_ids: [Refund]}]
      candidate_variables:
        - {name: toppings, value: [bacon], operation: APPEND}
        - {name: order, value: "1", scenario_id: Refund}
        - {name: mail, declined: true}
  - message: Back, I said
    supersedes: true
    deliveries:
      - {instance_id: Refund, contribution_type: ASK, status: CUT_OFF}
      - {action_key: Refund/pay/1, status: NOT_SAID}
  - {trigger: TIMER, after: 5m, expect: {next_timer_after: 1h30m}}
  - {trigger: TIMER, occurred_at: 2026-03-02T18:30:00Z, expect: {next_timer_after: null}}
`);
  expect(turns[0]?.turn.situation).toMatchObject({
    signals: [{ signal: ScenarioSignal.SCENARIO_SIGNAL_BACK, scenarioIds: [refundId] }],
    candidateVariables: [
      { name: 'toppings', value: ['bacon'], operation: VariableOperation.VARIABLE_OPERATION_APPEND },
      { name: 'order', value: '1', scenarioId: refundId },
      { name: 'mail', declined: true },
    ],
  });
  expect(turns[1]).toMatchObject({
    supersedesPrevious: true,
    turn: {
      deliveries: [
        { instanceId: refundId, actionKey: '', status: DeliveryStatus.DELIVERY_STATUS_CUT_OFF },
        { instanceId: '', actionKey: 'Refund/pay/1', status: DeliveryStatus.DELIVERY_STATUS_NOT_SAID },
      ],
    },
  });
  expect(turns[2]).toMatchObject({ delayMs: 300_000, expected: { next_timer_after: 5_400 } });
  expect(turns[3]?.turn.occurredAt).toEqual(new Date('2026-03-02T18:30:00Z'));
  expect(turns[3]?.expected).toEqual({ next_timer_after: null });
});

test('all problems of a conversation are reported together, each with its position', () => {
  expect(
    listProblems(`name: Talk
${given}
turns:
  - message: Hello
    candidats: []
    candidates: [{scenario_id: Refunds, score: 0.9}]
    situation: {signals: [{signal: STOP}]}
    expect: {start: [Refund], asks: {Refund: reason}}
  - message: 7
    expect: {started: [Booking]}
  - situation: {intent: x}
    after: -1
    expect: {completed: {Booking: TERMINAL}}
`),
  ).toEqual([
    'talk.yaml:5:5: error UNKNOWN_KEY: turns[0].candidats: no such field `candidats`; did you mean `candidates`?',
    'talk.yaml:7:36: error UNKNOWN_ENUM_VALUE: turns[0].situation.signals[0].signal: must be one of NONE, START, CONTINUE, PAUSE, COMPLETE, CANCEL, EXIT, BACK',
    'talk.yaml:8:21: error UNKNOWN_KEY: turns[0].expect.start: no such field `start`; did you mean `started`?',
    'talk.yaml:8:46: error WRONG_TYPE: turns[0].expect.asks.Refund: must be a list, but is a string',
    'talk.yaml:9:14: error WRONG_TYPE: turns[1].message: must be a string, but is a number',
    'talk.yaml:12:12: error WRONG_TYPE: turns[2].after: must be seconds, 0..31536000, or a duration such as "900s", "15m" or "1h30m" (units d, h, m, s, in this order)',
  ]);
});

test('an unknown scenario is reported in a turn and in its expectation', () => {
  expect(
    listProblems(`name: Talk
${given}
turns:
  - candidates: [{scenario_id: Refunds, score: 0.9}]
    expect: {started: [Booking]}
`),
  ).toEqual([
    'talk.yaml:4:32: error UNKNOWN_SCENARIO: turns[0].candidates[0].scenario_id: unknown scenario “Refunds”; did you mean “Refund”?',
    'talk.yaml:5:23: error UNKNOWN_SCENARIO: turns[0].expect.started: unknown scenario “Booking”',
  ]);
});

test.each([
  ['only comments', '# later', 'talk.yaml:1:1: error EMPTY_FILE: contains no conversation'],
  ['no turns', 'name: Talk', 'talk.yaml:1:1: error MISSING: turns: is missing; it must be a list'],
  [
    'an unknown key',
    'name: Talk\nturns: [{expect: {}}]\nturn: 1',
    'talk.yaml:3:7: error UNKNOWN_KEY: turn: no such field `turn`; did you mean `turns`?',
  ],
  [
    'an empty name',
    `name: ""\n${given}\nturns: [{}]`,
    'talk.yaml:1:7: error WRONG_TYPE: name: must be at least 1 characters',
  ],
  ['no turn', `name: Talk\n${given}\nturns: []`, 'talk.yaml:3:8: error WRONG_TYPE: turns: must be at least 1 items'],
  [
    'an unknown setting',
    'name: Talk\ngiven: {scenarios: [refund.yaml], settings: {max_loops: 3}}\nturns: [{}]',
    'talk.yaml:2:57: error UNKNOWN_KEY: given.settings.max_loops: no such field `max_loops` in this mapping; remove it',
  ],
  [
    'a setting with an unknown value',
    'name: Talk\ngiven: {scenarios: [refund.yaml], settings: {semantic_evaluation: llm}}\nturns: [{}]',
    'talk.yaml:2:67: error WRONG_TYPE: given.settings.semantic_evaluation: must be one of off, embedding',
  ],
  [
    'an empty change of the catalogue',
    `name: Talk\n${given}\nturns: [{catalogue: {}}]`,
    'talk.yaml:3:21: error NO_VALUE: turns[0].catalogue: changes nothing; set put, disable or delete',
  ],
  [
    'a change of an unknown scenario',
    `name: Talk\n${given}\nturns: [{catalogue: {delete: [Refnd]}}]`,
    'talk.yaml:3:30: error UNKNOWN_SCENARIO: turns[0].catalogue.delete: unknown scenario “Refnd”; did you mean “Refund”?',
  ],
  [
    'an unknown change of the catalogue',
    `name: Talk\n${given}\nturns: [{catalogue: {remove: [Refund]}}]`,
    'talk.yaml:3:30: error UNKNOWN_KEY: turns[0].catalogue.remove: no such field `remove` in this mapping; remove it',
  ],
  [
    'a duration that is none',
    `name: Talk\n${given}\nturns: [{after: 5 minutes}]`,
    'talk.yaml:3:17: error WRONG_TYPE: turns[0].after: must be seconds, 0..31536000, or a duration such as "900s", "15m" or "1h30m" (units d, h, m, s, in this order)',
  ],
  [
    'a time that is none',
    `name: Talk\n${given}\nturns: [{occurred_at: tomorrow}]`,
    'talk.yaml:3:23: error WRONG_TYPE: turns[0].occurred_at: must be a time such as "2026-03-02T18:30:00Z"',
  ],
  [
    'a first turn that supersedes another',
    `name: Talk\n${given}\nturns: [{supersedes: true}]`,
    'talk.yaml:3:9: error WRONG_TYPE: turns[0]: cannot supersede a turn, because it is the first one; remove `supersedes`',
  ],
])('a file with %s is invalid', (_case, text, problem) => {
  expect(listProblems(text)).toContain(problem);
});

test('the session to import is parsed with the id of its scenario', () => {
  const { session } = parse(`name: Talk
given:
  scenarios: [refund.yaml]
  session: {active_scenario_id: Refund, current_step_id: done, visited_steps: {collect_order: 1}, variables: {order: "1"}}
turns: [{message: Hello, expect: {}}]
`);
  expect(session).toMatchObject({
    activeScenarioId: refundId,
    currentStepId: 'done',
    visitedSteps: { collect_order: 1 },
    variables: { order: '1' },
  });
});

test.each([
  ['without a scenario', '{current_step_id: done}', '4:12: error MISSING: given.session: active_scenario_id must name'],
  [
    'at an unknown step',
    '{active_scenario_id: Refund, current_step_id: donne}',
    '4:58: error UNKNOWN_STEP: given.session.current_step_id: Refund has no step “donne”; did you mean “done”?',
  ],
  [
    'with an id that the test runner sets',
    `{active_scenario_id: Refund, session_id: ${refundId}}`,
    '4:53: error UNKNOWN_KEY: given.session.session_id: is set by the test runner; remove it',
  ],
])('a session %s is invalid', (_case, session, problem) => {
  const text = `name: Talk\ngiven:\n  scenarios: [refund.yaml]\n  session: ${session}\nturns: [{expect: {}}]\n`;
  expect(listProblems(text)).toEqual([expect.stringContaining(`talk.yaml:${problem}`)]);
});

test('`exact` applies to the turns with an expectation', () => {
  const turns = 'turns: [{expect: {started: [Refund]}}, {message: Hello}]\n';
  const listExact = (text: string) => parse(text).turns.map(({ isExact }) => isExact);
  expect(listExact(`name: Talk\n${given}\n${turns}`)).toEqual([false, false]);
  expect(listExact(`name: Talk\nexact: true\n${given}\n${turns}`)).toEqual([true, false]);
});

test('an outcome with an empty action key is sent without one', () => {
  const [turn] = parse(`name: Talk
${given}
turns:
  - step_outcomes: [{kind: CONFIRMED}, {kind: CONFIRMED, action_key: ""}, {kind: CONFIRMED, action_key: k}]
`).turns;
  expect([...(turn?.outcomesWithoutKey ?? [])]).toEqual([1]);
});

test('settings that the file omits have their defaults', () => {
  const settings = 'settings: {max_attempts: 2, resume_policy: explicit}';
  const { settings: parsed } = parse(`name: Talk\ngiven: {scenarios: [refund.yaml], ${settings}}\nturns: [{}]\n`);
  expect(parsed).toEqual({ ...defaultSettings, maxAttempts: 2, resumePolicy: 'explicit' });
});
