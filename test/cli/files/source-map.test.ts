import { ScenarioFinding } from '../../../gen/focal/orchestration/v1/scenario';
import {
  findingToFileProblem,
  formatProblem,
  parseScenarioFile,
  type SourceMap,
  violationToFileProblem,
} from '../../../src/cli/files';

const text = `scenario_id: 1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01
name: Places
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

function places(): SourceMap {
  const { scenarios, problems } = parseScenarioFile('places.yaml', text);
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
])('%s is found where it is, or where the nearest thing around it is', (path, position) => {
  expect(places().positionAt(path)).toEqual(position);
});

test.each([
  ['a plain text', 'entry_condition', 1, 6, { line: 4, column: 23 }],
  ['a quoted text', 'completion_condition', 1, 6, { line: 5, column: 29 }],
  ['a text in a block', 'steps[0].transitions[0].condition', 2, 6, { line: 13, column: 16 }],
  ['a text without a place in it', 'entry_condition', 0, 0, { line: 4, column: 18 }],
  ['a text that is not there', 'steps[0].description', 1, 6, { line: 7, column: 5 }],
])('a place inside of %s is found', (_what, path, line, column, position) => {
  expect(places().positionWithin(path, line, column)).toEqual(position);
});

test('a finding of the service is shown at its place in the file', () => {
  const finding = ScenarioFinding.fromPartial({
    code: 'UNKNOWN_VARIABLE',
    message: 'There is no variable "dat".',
    fieldPath: 'steps[0].transitions[0].condition',
    line: 1,
    column: 3,
  });
  expect(formatProblem(findingToFileProblem(places(), finding))).toBe(
    'places.yaml:12:13: error UNKNOWN_VARIABLE: steps[0].transitions[0].condition: There is no variable "dat".',
  );
});

test('a refused field of the request is shown at its place in the file', () => {
  expect(formatProblem(violationToFileProblem(places(), 'scenario.steps[0].step_id', 'is there twice'))).toBe(
    'places.yaml:7:14: error CONTRACT_RULE: steps[0].step_id: is there twice',
  );
});

test('a refused condition is shown at its place in the file, where the service tells one', () => {
  const description = 'ERROR CONDITION_SYNTAX: There is something wrong. (line 2, column 4 of the condition)';
  expect(violationToFileProblem(places(), 'scenario.steps[0].transitions[0].condition', description)).toMatchObject({
    line: 13,
    column: 14,
  });
});
