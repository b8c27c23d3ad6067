import { type Expectation, findDifferences } from '../../../src/cli/conversation-tests/expectation';
import type { TurnSummary } from '../../../src/cli/conversation-tests/turn-summary';

const actual: TurnSummary = {
  started: ['Refund'],
  resumed: [],
  continued: ['Callback'],
  paused: {},
  stays_paused: [],
  completed: {},
  cancelled: {},
  rejected: {},
  missing_soft_fields: {},
  irreversible_done: {},
  at: { Refund: 'confirm', Callback: 'ask' },
  skipped: {},
  asks: { Callback: ['time'] },
  confirms: { Refund: { order: '4711', sum: 3 } },
  choices: [],
  hints: {},
  informs: {},
  silent: [],
  reprompts: [],
  deferred: [],
  rejected_values: {},
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
])('an expectation of %s is not met', (_case, expected, differences) => {
  expect(listDifferences(expected)).toEqual(differences);
});

test('an exact expectation compares maps as a whole, and omitted keys must be empty', () => {
  const rest: Expectation = { started: ['Refund'], continued: ['Callback'], primary: 'Refund' };
  expect(listDifferences({ ...rest, at: { Refund: 'confirm' }, asks: { Callback: ['time'] } }, true)).toEqual([
    'at Callback',
    'confirms Refund',
  ]);
  const { at, asks, confirms } = actual;
  expect(listDifferences({ ...rest, at, asks_exactly: asks, confirms }, true)).toEqual([]);
});
