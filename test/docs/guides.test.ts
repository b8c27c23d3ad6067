import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getFailedTurns, hasPassed } from '../../src/cli/conversation-tests/conversation';
import { readConversation } from '../../src/cli/conversation-tests/conversation-file';
import { runInProcess } from '../../src/cli/conversation-tests/run-in-process';
import { checkScenarios, formatProblem, readScenarioFiles } from '../../src/cli/files';
import { formatDifferences } from '../../src/cli/output/test-report';
import { listPages, readBlocks } from './markdown-pages';

/** The files in the guides. The files of a page share a folder. */
const files = listPages('docs/how-to').flatMap(readFiles);
const scenarios = files.filter(({ text }) => !isConversation(text));
const conversations = files.filter(({ text }) => isConversation(text));
const terminal = { hasColor: false, width: 100 };
let folder: string;

interface NamedFile {
  readonly path: string;
  readonly name: string;
  readonly text: string;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'guides-'));
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(scenarios)('$path has no findings', ({ path }) => {
  const { problems } = checkScenarios(readScenarioFiles([join(folder, path)]));
  expect(problems.map(formatProblem)).toEqual([]);
});

test.each(conversations)('$path passes', async ({ path }) => {
  const { run } = await runInProcess(readConversation(join(folder, path), readScenarioFiles));
  expect(getFailedTurns(run).flatMap((turn) => formatDifferences(terminal, run.conversation, turn))).toEqual([]);
  expect({ passed: hasPassed(run), failure: run.failure }).toEqual({ passed: true, failure: '' });
});

test('every scenario of a guide is used by one of its conversations', () => {
  const texts = conversations.map(({ text }) => text).join('\n');
  expect(scenarios.map(({ name }) => name).filter((name) => !texts.includes(name))).toEqual([]);
});

/** Reads the files of a guide. Each `yaml` block is a file, and its first line is the file name. */
function readFiles(page: string): readonly NamedFile[] {
  return readBlocks(page).flatMap(({ language, text, line }) => {
    if (language !== 'yaml') return [];
    const name = /^# (\S+\.yaml)\n/.exec(text)?.[1];
    if (name === undefined) throw new Error(`${page}:${line}: a YAML block must start with the line “# name.yaml”.`);
    return [{ path: join(page.replace(/\.md$/, ''), name), name, text }];
  });
}

function isConversation(text: string): boolean {
  return /^turns:/m.test(text);
}
