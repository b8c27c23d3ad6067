import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { hasPassed } from '../../../src/cli/conversation-tests/conversation';
import { readConversation } from '../../../src/cli/conversation-tests/conversation-file';
import { listConversationFiles } from '../../../src/cli/conversation-tests/list-conversations';
import { runInProcess } from '../../../src/cli/conversation-tests/run-in-process';
import { checkScenarios, readScenarioFiles } from '../../../src/cli/files';
import { type ImportSettings, importRasaProject } from '../../../src/cli/import/rasa/import-project';

const settings: Readonly<Record<string, ImportSettings>> = { payments: { readActions: ['look_up_balance'] } };

const projects = readdirSync('examples/rasa').filter((name) => statSync(join('examples/rasa', name)).isDirectory());

/** To write the expected files again, remove the folder of a project and run this test with this variable set. */
const isUpdate = process.env['UPDATE_GOLDEN'] !== undefined;

describe.each(projects)('the import of examples/rasa/%s', (name) => {
  const expectedFolder = join(__dirname, 'expected', name);
  let written: ReadonlyMap<string, string>;
  let folder: string;

  beforeAll(async () => {
    const { files } = await importRasaProject(join('examples/rasa', name), settings[name]);
    written = new Map(files.map(({ path, text }) => [path, text]));
    folder = isUpdate ? expectedFolder : mkdtempSync(join(tmpdir(), 'imported-'));
    for (const [path, text] of written) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  });
  afterAll(() => {
    if (!isUpdate) rmSync(folder, { recursive: true, force: true });
  });

  test('writes the expected files', () => {
    const expected = listFiles(expectedFolder).map((path) => [path, readFileSync(join(expectedFolder, path), 'utf8')]);
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(expected));
  });

  test('writes the same files again', async () => {
    const { files } = await importRasaProject(join('examples/rasa', name), settings[name]);
    expect(new Map(files.map(({ path, text }) => [path, text]))).toEqual(written);
  });

  test('writes scenarios without an error', () => {
    const { problems, scenarios } = checkScenarios(readScenarioFiles([join(folder, 'scenarios')]));
    expect(problems.filter(({ severity }) => severity === 'ERROR')).toEqual([]);
    expect(scenarios.length).toBeGreaterThan(0);
  });

  test('writes conversation tests that pass and expect something on every turn', async () => {
    const files = listConversationFiles(folder);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const { run } = await runInProcess(readConversation(file, readScenarioFiles));
      expect({ file, passed: hasPassed(run) }).toEqual({ file, passed: true });
      expect(run.conversation.turns.some(({ expected }) => Object.keys(expected).length > 0)).toBe(true);
    }
  });
});

function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}
