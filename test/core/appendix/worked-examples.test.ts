import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseConversation, readConversation } from '../../../src/cli/conversation-tests/conversation-file';
import { listConversationFiles } from '../../../src/cli/conversation-tests/list-conversations';
import { runInProcess } from '../../../src/cli/conversation-tests/run-in-process';
import { readScenarioFiles } from '../../../src/cli/files';
import { formatDifferences } from '../../../src/cli/output/test-report';

// The worked examples of the semantics (appendix). Each file has the number of its example.

const folder = join(__dirname, 'worked-examples');
const files = listConversationFiles(folder).map((file) => relative(folder, file));

test('each of the twelve worked examples is played', () => {
  const numbers = new Set(files.map((file) => Number(file.slice(0, 2))));
  expect([...numbers]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

test.each(files)('appendix: the turns of %s are decided as described', async (file) => {
  const { run } = await runInProcess(readConversation(join(folder, file), readScenarioFiles));
  expect(run.failure).toBe('');
  const terminal = { width: 100, hasColor: false };
  expect(run.turnResults.flatMap((result) => formatDifferences(terminal, run.conversation, result)).join('\n')).toBe(
    '',
  );
});

test('13: the turn after the superseded one cannot be superseded once its plan hints a WRITE action', async () => {
  const text = readFileSync(join(folder, '12-superseded-message.yaml'), 'utf8');
  const turns = `${text}  - {message: No wait, supersedes: true}\n`;
  const { run } = await runInProcess(parseConversation(join(folder, 'again.yaml'), turns, readScenarioFiles));
  expect(run.turnResults).toHaveLength(3);
  expect(run.failure).toMatch(/its plan hinted a WRITE action/);
});
