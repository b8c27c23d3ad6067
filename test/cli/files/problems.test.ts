import { ScenarioFinding } from '../../../gen/focal/orchestration/v1/scenario';
import {
  findingToFileProblem,
  findNearestName,
  formatProblem,
  parseScenarioFile,
  type SourceMap,
  violationToFileProblem,
} from '../../../src/cli/files';

const text = `scenario_id: 1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01
name: Positions
entry_step_id: a
entry_condition: data.age > 18
completion_condition: "data.done"
steps:
  - step_id: a
    is_terminal: true
    transitions:
      - target_step_id: a
        condition: |
          data.a == 1.0
            && data.b
`;

function parseSourceMap(): SourceMap {
  const { scenarios, problems } = parseScenarioFile('positions.yaml', text);
  expect(problems).toEqual([]);
  const [scenario] = scenarios;
  if (scenario === undefined) throw new Error('no scenario');
  return scenario.source;
}

test.each([
  ['entry_condition', { line: 4, column: 18 }],
  ['steps[0].transitions[0].target_step_id', { line: 10, column: 25 }],
  ['steps[0].transitions[0].priority', { line: 10, column: 9 }],
  ['steps[0].transitions[7].priority', { line: 10, column: 7 }],
  ['steps[0].name', { line: 7, column: 5 }],
  ['description', { line: 1, column: 1 }],
])('the position of %s is its own, or that of its nearest parent', (path, position) => {
  expect(parseSourceMap().positionAt(path)).toEqual(position);
});

test.each([
  ['plain text', 'entry_condition', 1, 6, { line: 4, column: 23 }],
  ['quoted text', 'completion_condition', 1, 6, { line: 5, column: 29 }],
  ['block text', 'steps[0].transitions[0].condition', 2, 6, { line: 13, column: 16 }],
  ['a value without a position in its text', 'entry_condition', 0, 0, { line: 4, column: 18 }],
  ['a missing value', 'steps[0].description', 1, 6, { line: 7, column: 5 }],
])('a position within %s is located in the file', (_case, path, line, column, position) => {
  expect(parseSourceMap().positionWithin(path, line, column)).toEqual(position);
});

test('a finding of the service is located in the file', () => {
  const finding = ScenarioFinding.fromPartial({
    code: 'UNKNOWN_VARIABLE',
    message: 'There is no variable "dat".',
    fieldPath: 'steps[0].transitions[0].condition',
    line: 1,
    column: 3,
  });
  expect(formatProblem(findingToFileProblem(parseSourceMap(), finding))).toBe(
    'positions.yaml:12:13: error UNKNOWN_VARIABLE: steps[0].transitions[0].condition: There is no variable "dat".',
  );
});

test('a field violation of the service is located in the file', () => {
  expect(formatProblem(violationToFileProblem(parseSourceMap(), 'scenario.steps[0].step_id', 'is a duplicate'))).toBe(
    'positions.yaml:7:14: error CONTRACT_RULE: steps[0].step_id: is a duplicate',
  );
});

test('a field violation with a position in a condition is located in the condition', () => {
  const description = 'ERROR CONDITION_SYNTAX: There is something wrong. (line 2, column 4 of the condition)';
  expect(
    violationToFileProblem(parseSourceMap(), 'scenario.steps[0].transitions[0].condition', description),
  ).toMatchObject({
    line: 13,
    column: 14,
  });
});

const names = ['order_id', 'idle_timeout', 'name', 'max_loop_count'];

test.each([
  ['orderID', 'order_id'],
  ['idle_timout', 'idle_timeout'],
  ['nmae', undefined],
  ['nam', 'name'],
  ['maxLoopCount', 'max_loop_count'],
  ['loop', undefined],
  ['order', 'order_id'],
  ['timeout', 'idle_timeout'],
  ['count', 'max_loop_count'],
  ['something_else', undefined],
  ['', undefined],
])('the nearest name to “%s” is %s', (given, nearest) => {
  expect(findNearestName(given, names)).toBe(nearest);
});
