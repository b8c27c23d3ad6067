import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readConversation } from '../../src/cli/conversation-tests/conversation-file';
import { listConversationFiles } from '../../src/cli/conversation-tests/list-conversations';
import { runInProcess } from '../../src/cli/conversation-tests/run-in-process';
import { readScenarioFiles } from '../../src/cli/files';
import { formatDifferences } from '../../src/cli/output/test-report';

const folders = readdirSync(__dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const files = listConversationFiles(__dirname).map((file) => relative(__dirname, file));

test('every report has conversations, and a README that names its source', () => {
  expect(folders).toHaveLength(41);
  for (const folder of folders) {
    expect(existsSync(join(__dirname, folder, 'README.md'))).toBe(true);
    expect(files.some((file) => file.startsWith(`${folder}/`))).toBe(true);
  }
});

test.each(files)('the turns of %s are decided as expected', async (file) => {
  const { run, checkedScenarios } = await runInProcess(readConversation(join(__dirname, file), readScenarioFiles));
  expect(checkedScenarios.problems.filter(({ severity }) => severity === 'ERROR')).toEqual([]);
  expect(run.failure).toBe('');
  const terminal = { width: 100, hasColor: false };
  expect(run.turnResults.flatMap((result) => formatDifferences(terminal, run.conversation, result)).join('\n')).toBe(
    '',
  );
});
