import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileProblemsError, loadScenarioFiles } from '../../../src/cli/files';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'scenarios-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function aScenario(number: number): string {
  return JSON.stringify({
    scenario_id: `1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b0${number}`,
    name: `Scenario ${number}`,
    entry_step_id: 'a',
    steps: [{ step_id: 'a', is_terminal: true }],
  });
}

function problemsOf(paths: readonly string[]): readonly string[] {
  try {
    loadScenarioFiles(paths);
    return [];
  } catch (error) {
    if (!(error instanceof FileProblemsError)) throw error;
    return error.message.split('\n');
  }
}

test('a folder gives the scenarios of its YAML and JSON files by name, and nothing else', () => {
  const folder = folderWith({ 'b.yml': aScenario(2), 'a.json': aScenario(1), 'c.yaml': aScenario(3), 'notes.md': '#' });
  const { scenarios } = loadScenarioFiles([folder]);
  expect(scenarios.map(({ message }) => message.name)).toEqual(['Scenario 1', 'Scenario 2', 'Scenario 3']);
});

test('a file may be named itself', () => {
  const folder = folderWith({ 'a.json': aScenario(1), 'b.json': aScenario(2) });
  expect(loadScenarioFiles([join(folder, 'b.json')]).scenarios).toHaveLength(1);
});

test('a scenario id that is used twice is told with the other place', () => {
  const folder = folderWith({ 'a.json': aScenario(1), 'b.json': aScenario(1) });
  expect(problemsOf([folder])).toEqual([
    `${join(folder, 'b.json')}:1:16: error DUPLICATE_SCENARIO: scenario_id: is the id of “Scenario 1” too (${join(folder, 'a.json')}:1)`,
  ]);
});

test('the problems of all files are told at once', () => {
  const folder = folderWith({ 'a.yaml': 'name: 1', 'b.yaml': '[' });
  const problems = problemsOf([folder, join(folder, 'none.yaml')]);
  for (const name of ['a.yaml', 'b.yaml', 'none.yaml']) {
    expect(problems.filter((line) => line.startsWith(join(folder, name)))).not.toEqual([]);
  }
});
