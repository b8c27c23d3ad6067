import { type Expectation, findDifferences, listNamedScenarios } from '../../../src/cli/conversation-tests/expectation';
import type { TurnSummary } from '../../../src/cli/conversation-tests/turn-summary';

const actual: TurnSummary = {
  started: ['Refund'],
  resumed: [],
  continued: ['Callback'],
  paused: {},
  stays_paused: [],
  completed: {},
  endings: {},
  cancelled: {},
  lifecycle_reasons: { Refund: 'CANDIDATE', Callback: 'GOES_ON' },
  rejected: {},
  pending: {},
  missing_soft_fields: {},
  irreversible_done: {},
  actions_under_way: {},
  at: { Refund: 'confirm', Callback: 'ask' },
  transition_reasons: { Refund: 'AWAITS_CONFIRMATION', Callback: 'AWAITS_FIELDS' },
  skipped: {},
  corrected: {},
  blocked_by_checkpoint: {},
  asks: { Callback: ['time'] },
  known_values: { Callback: { time: '9:00', day: 'Monday' } },
  confirms: { Refund: { order: '4711', sum: 3 } },
  choices: [],
  choice_reason: '',
  choice_is_reprompt: false,
  hints: {},
  informs: {},
  lead_ins: {},
  silent: [],
  waits_for: {},
  reprompts: [],
  reminders: [],
  deferred: [],
  action_keys: { Refund: 'confirm/1' },
  open_requests: { Refund: ['CONFIRM'], Callback: ['ASK'] },
  attempts: { Refund: 0, Callback: 2 },
  offers: [],
  ignored_outcomes: ['VOID'],
  rejected_values: {},
  next_timer_after: 300,
  primary: 'Refund',
};

function listDifferences(expected: Expectation, isExact = false): readonly string[] {
  return findDifferences(expected, actual, isExact).map(({ key, scenario }) => `${key} ${scenario}`.trim());
}

test.each<[string, Expectation]>([
  ['nothing', {}],
  ['one of two scenarios of a map', { at: { Refund: 'confirm' } }],
  ['one of two values to confirm', { confirms: { Refund: { order: '4711' } } }],
  ['a whole map', { at_exactly: { Callback: 'ask', Refund: 'confirm' } }],
  ['all values to confirm', { confirms_exactly: { Refund: { sum: 3, order: '4711' } } }],
  ['an empty map', { paused: {}, hints_exactly: {} }],
  ['a list and a name', { started: ['Refund'], primary: 'Refund' }],
  ['one of two known values', { known_values: { Callback: { day: 'Monday' } } }],
  ['a number and a code', { attempts: { Callback: 2 }, next_timer_after: 300, ignored_outcomes: ['VOID'] }],
])('an expectation of %s is met', (_case, expected) => {
  expect(listDifferences(expected)).toEqual([]);
});

test.each<[string, Expectation, readonly string[]]>([
  ['another value', { at: { Refund: 'done' } }, ['at Refund']],
  ['a scenario that does nothing', { asks: { Refund: ['order'] } }, ['asks Refund']],
  ['another value to confirm', { confirms: { Refund: { order: '4712' } } }, ['confirms Refund']],
  ['no values to confirm', { confirms: { Refund: {} } }, ['confirms Refund']],
  ['a part of a whole map', { at_exactly: { Refund: 'confirm' } }, ['at_exactly Callback']],
  ['a part of all values to confirm', { confirms_exactly: { Refund: { order: '4711' } } }, ['confirms_exactly Refund']],
  ['an empty map that is not empty', { asks: {} }, ['asks Callback']],
  ['a part of a list', { continued: [] }, ['continued']],
  ['no timer', { next_timer_after: null }, ['next_timer_after']],
  ['another number', { attempts: { Callback: 1 } }, ['attempts Callback']],
])('an expectation of %s is not met', (_case, expected, differences) => {
  expect(listDifferences(expected)).toEqual(differences);
});

test('an exact expectation compares maps as a whole, and omitted keys must be empty', () => {
  const rest: Expectation = {
    started: ['Refund'],
    continued: ['Callback'],
    primary: 'Refund',
    ignored_outcomes: ['VOID'],
  };
  expect(listDifferences({ ...rest, at: { Refund: 'confirm' }, asks: { Callback: ['time'] } }, true)).toEqual([
    'at Callback',
    'confirms Refund',
  ]);
  const { at, asks, confirms } = actual;
  expect(listDifferences({ ...rest, at, asks_exactly: asks, confirms }, true)).toEqual([]);
});

test('an exact expectation compares a detail only if it is listed', () => {
  const { started, continued, primary, ignored_outcomes, at, asks, confirms } = actual;
  const rest: Expectation = { started, continued, primary, ignored_outcomes, at, asks, confirms };
  expect(listDifferences({ ...rest, attempts: { Callback: 2 } }, true)).toEqual(['attempts Refund']);
  expect(listDifferences({ ...rest, attempts: { Callback: 2, Refund: 0 } }, true)).toEqual([]);
});

test('only some keys name scenarios', () => {
  const expected: Expectation = {
    started: ['A'],
    endings: { B: 'FAILED' },
    primary: 'C',
    open_requests: { D: ['ASK'] },
    choice_reason: 'OFFER',
    ignored_outcomes: ['VOID'],
    rejected_values: { field: 'TYPE' },
    next_timer_after: 1,
  };
  expect(listNamedScenarios(expected)).toEqual(['A', 'B', 'C', 'D']);
});
