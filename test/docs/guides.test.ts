import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getFailedTurns, hasPassed } from '../../src/cli/conversation-tests/conversation';
import { readConversation } from '../../src/cli/conversation-tests/conversation-file';
import { runInProcess } from '../../src/cli/conversation-tests/run-in-process';
import { checkScenarios, formatProblem, readScenarioFiles } from '../../src/cli/files';
import { formatDifferences } from '../../src/cli/output/test-report';
import { blocksOf, markdownPages } from './markdown-pages';

/** The files of the guides, each in a folder with the name of its page. */
const guides = markdownPages('docs/how-to').flatMap(namedFiles);
const scenarios = guides.filter(({ text }) => !isConversation(text));
const conversations = guides.filter(({ text }) => isConversation(text));
const paper = { hasColor: false, width: 100 };
let folder: string;

interface NamedFile {
  readonly path: string;
  readonly name: string;
  readonly text: string;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'guides-'));
  for (const { path, text } of guides) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(scenarios)('$path is a scenario file without findings', ({ path }) => {
  const { problems } = checkScenarios(readScenarioFiles([join(folder, path)]));
  expect(problems.map(formatProblem)).toEqual([]);
});

test.each(conversations)('$path goes as it says', async ({ path }) => {
  const { run } = await runInProcess(readConversation(join(folder, path), readScenarioFiles));
  expect(getFailedTurns(run).flatMap((turn) => formatDifferences(paper, run.conversation, turn))).toEqual([]);
  expect({ passed: hasPassed(run), failure: run.failure }).toEqual({ passed: true, failure: '' });
});

test('every scenario of a guide is in one of its conversations', () => {
  const played = conversations.map(({ text }) => text).join('\n');
  expect(scenarios.map(({ name }) => name).filter((name) => !played.includes(name))).toEqual([]);
});

/** Each block `yaml` of a guide is a file, and begins with its name. */
function namedFiles(page: string): readonly NamedFile[] {
  return blocksOf(page).flatMap(({ language, text, line }) => {
    if (language !== 'yaml') return [];
    const name = /^# (\S+\.yaml)\n/.exec(text)?.[1];
    if (name === undefined) throw new Error(`${page}:${line}: a block of YAML begins with a line “# name.yaml”.`);
    return [{ path: join(page.replace(/\.md$/, ''), name), name, text }];
  });
}

function isConversation(text: string): boolean {
  return /^turns:/m.test(text);
}
