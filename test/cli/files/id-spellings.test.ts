import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTurnFile } from '../../../src/cli/conversation-tests/turn-file';
import { parseScenarioFile, parseScenarioFiles, resolveScenarioNames } from '../../../src/cli/files';
import { parseUuid } from '../../../src/cli/service-client';

const scenarios = join(__dirname, '..', '..', '..', 'examples', 'scenarios');
const upperCaseIds = (text: string): string =>
  text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => id.toUpperCase());

test.each(['account-closing.yaml', 'callback.yaml', 'identity-check.yaml', 'order-status.yaml', 'refund.yaml'])(
  'the ids of %s are read in lower case',
  (name) => {
    const text = readFileSync(join(scenarios, name), 'utf8');
    const lower = parseScenarioFile(name, text);
    const upper = parseScenarioFile(name, upperCaseIds(text));
    expect(upperCaseIds(text)).not.toBe(text);
    expect(upper.problems).toEqual([]);
    expect(upper.scenarios.map(({ message }) => message)).toEqual(lower.scenarios.map(({ message }) => message));
  },
);

test('a relationship finds a scenario by its id in another spelling', () => {
  const id = 'ABCDEF01-2345-4789-ABCD-EF0123456789';
  const text = `relationships:\n  - {kind: EXCLUDES, source_id: ${id}, target_scenario_id: ${id.toLowerCase()}}\n`;
  const { relationships } = resolveScenarioNames(parseScenarioFile('relationships.yaml', text));
  expect(relationships.map(({ message: { sourceId, targetScenarioId } }) => [sourceId, targetScenarioId])).toEqual([
    [id.toLowerCase(), id.toLowerCase()],
  ]);
});

test('the ids of a turn file and of options are read in lower case, and a name that is no UUID stays as it is', () => {
  const id = 'ABCDEF01-2345-4789-ABCD-EF0123456789';
  const { turn } = parseTurnFile(
    'turn.yaml',
    `session_id: ${id}\ncandidates: [{scenario_id: ${id}, score: 1}, {scenario_id: Refund ABC, score: 1}]\n`,
  );
  expect(turn.sessionId).toBe(id.toLowerCase());
  expect(turn.candidates.map(({ scenarioId }) => scenarioId)).toEqual([id.toLowerCase(), 'Refund ABC']);
  expect(parseUuid(id)).toBe(id.toLowerCase());
});

test('two files with one id in two spellings are a problem', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ids-'));
  const text = readFileSync(join(scenarios, 'callback.yaml'), 'utf8');
  writeFileSync(join(folder, 'a.yaml'), text);
  writeFileSync(join(folder, 'b.yaml'), upperCaseIds(text));
  expect(parseScenarioFiles([folder]).problems.map(({ code }) => code)).toEqual(['DUPLICATE_SCENARIO']);
  rmSync(folder, { recursive: true, force: true });
});
