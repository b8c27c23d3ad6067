import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Relationship, Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { FileProblemsError, loadScenarioFiles, readScenarioFiles } from '../../../src/cli/files';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function createFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'scenarios-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function createScenarioText(number: number): string {
  return JSON.stringify({
    scenario_id: `1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b0${number}`,
    name: `Scenario ${number}`,
    entry_step_id: 'a',
    steps: [{ step_id: 'a', is_terminal: true }],
  });
}

function listProblems(paths: readonly string[]): readonly string[] {
  try {
    loadScenarioFiles(paths);
    return [];
  } catch (error) {
    if (!(error instanceof FileProblemsError)) throw error;
    return error.message.split('\n');
  }
}

test('the YAML and JSON files of a folder are read in the order of their names', () => {
  const folder = createFolder({
    'b.yml': createScenarioText(2),
    'a.json': createScenarioText(1),
    'c.yaml': createScenarioText(3),
    'notes.md': '#',
  });
  const { scenarios } = loadScenarioFiles([folder]);
  expect(scenarios.map(({ message }) => message.name)).toEqual(['Scenario 1', 'Scenario 2', 'Scenario 3']);
});

describe('relationships can name scenarios', () => {
  const id = (number: number): string => `1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b0${number}`;
  const createRelationshipText = (source: string, target: string): string =>
    JSON.stringify({ relationships: [{ kind: 'EXCLUDES', source_id: source, target_scenario_id: target }] });

  test('from any of the files, and any scenario by id', () => {
    const folder = createFolder({
      'a.json': createRelationshipText('Scenario 2', 'Scenario 1'),
      'b.json': createScenarioText(1),
      'c.json': createScenarioText(2),
      'd.json': createRelationshipText(id(7), 'Scenario 1'),
    });
    const { relationships } = loadScenarioFiles([folder]);
    expect(relationships.map(({ message }) => [message.sourceId, message.targetScenarioId])).toEqual([
      [id(2), id(1)],
      [id(7), id(1)],
    ]);
    expect(relationships.map(({ message, bytes }) => [Relationship.decode(bytes), message])).toEqual(
      relationships.map(({ message }) => [message, message]),
    );
  });

  test('from the catalogue, unless a file has the same name', () => {
    const folder = createFolder({
      'a.json': createRelationshipText('Scenario 1', 'Stored'),
      'b.json': createScenarioText(1),
    });
    const stored = [Scenario.fromPartial({ scenarioId: id(8), name: 'Stored' })];
    stored.push(Scenario.fromPartial({ scenarioId: id(9), name: 'Scenario 1' }));
    const { relationships, problems } = readScenarioFiles(
      [folder],
      stored.map((message) => ({ message })),
    );
    expect(problems).toEqual([]);
    expect(relationships[0]?.message).toMatchObject({ sourceId: id(1), targetScenarioId: id(8) });
  });

  test('an unknown or ambiguous name is an error at its position', () => {
    const second = createScenarioText(2).replace('Scenario 2', 'Scenario 1');
    const folder = createFolder({
      'a.yaml': 'relationships:\n  - kind: EXCLUDES\n    source_id: Scenario 1\n    target_scenario_id: Scenario 3\n',
      'b.json': createScenarioText(1),
      'c.json': second,
      'd.json': createScenarioText(4),
    });
    expect(listProblems([folder])).toEqual([
      `${join(folder, 'a.yaml')}:3:16: error UNKNOWN_SCENARIO: relationships[0].source_id: two scenarios are named “Scenario 1”; use the id`,
      `${join(folder, 'a.yaml')}:4:25: error UNKNOWN_SCENARIO: relationships[0].target_scenario_id: unknown scenario “Scenario 3”; did you mean “Scenario 1”?`,
    ]);
  });
});

describe('calls can name scenarios', () => {
  const id = (number: number): string => `1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b0${number}`;
  const createCallerText = (called: string): string =>
    `scenario_id: ${id(1)}
name: Scenario 1
entry_step_id: a
steps:
  - step_id: a
    calls: {scenario_id: ${called}, reuse_completed: true, returns: [street]}
    transitions: [{target_step_id: b}]
  - {step_id: b, is_terminal: true}
`;
  const read = (files: Readonly<Record<string, string>>, stored: readonly Scenario[] = []) => {
    const folder = createFolder(files);
    const { scenarios, problems } = readScenarioFiles(
      [folder],
      stored.map((message) => ({ message })),
    );
    const calls = scenarios.map(({ message }) => message.steps[0]?.calls?.scenarioId);
    const lines = problems.map((problem) => `${problem.line}:${problem.column} ${problem.code} ${problem.path}`);
    expect(scenarios.map(({ bytes }) => Scenario.decode(bytes))).toEqual(scenarios.map(({ message }) => message));
    return { calls, lines };
  };

  test('from any of the files, from the catalogue, and any scenario by id', () => {
    const stored = [Scenario.fromPartial({ scenarioId: id(8), name: 'Stored' })];
    expect(read({ 'a.yaml': createCallerText('Scenario 2'), 'b.json': createScenarioText(2) })).toEqual({
      calls: [id(2), undefined],
      lines: [],
    });
    expect(read({ 'a.yaml': createCallerText('Stored') }, stored)).toEqual({ calls: [id(8)], lines: [] });
    expect(read({ 'a.yaml': createCallerText(id(9)) })).toEqual({ calls: [id(9)], lines: [] });
  });

  test('an unknown name is an error at its position, and its scenario is left out', () => {
    expect(read({ 'a.yaml': createCallerText('Unknown') })).toEqual({
      calls: [],
      lines: ['6:26 UNKNOWN_SCENARIO steps[0].calls.scenario_id'],
    });
  });

  test('a call without a scenario is still an error', () => {
    expect(read({ 'a.yaml': createCallerText('x').replace('scenario_id: x, ', '') }).lines).toEqual([
      '6:12 MISSING steps[0].calls.scenario_id',
    ]);
  });
});

test('a path can be a file', () => {
  const folder = createFolder({ 'a.json': createScenarioText(1), 'b.json': createScenarioText(2) });
  expect(loadScenarioFiles([join(folder, 'b.json')]).scenarios).toHaveLength(1);
});

test('a duplicate scenario id is reported with the location of the first scenario', () => {
  const folder = createFolder({ 'a.json': createScenarioText(1), 'b.json': createScenarioText(1) });
  expect(listProblems([folder])).toEqual([
    `${join(folder, 'b.json')}:1:16: error DUPLICATE_SCENARIO: scenario_id: is already the id of “Scenario 1” (${join(folder, 'a.json')}:1)`,
  ]);
});

test('the problems of all files are reported together', () => {
  const folder = createFolder({ 'a.yaml': 'name: 1', 'b.yaml': '[' });
  const problems = listProblems([folder, join(folder, 'none.yaml')]);
  for (const name of ['a.yaml', 'b.yaml', 'none.yaml']) {
    expect(problems.filter((line) => line.startsWith(join(folder, name)))).not.toEqual([]);
  }
});

test('a missing file is reported as UNREADABLE', () => {
  expect(listProblems(['no-such.yaml'])).toEqual(['no-such.yaml:1:1: error UNREADABLE: no such file or directory']);
});
