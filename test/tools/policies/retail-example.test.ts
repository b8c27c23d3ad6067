import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getFailedTurns } from '../../../src/cli/conversation-tests/conversation';
import { readConversation } from '../../../src/cli/conversation-tests/conversation-file';
import { runInProcess } from '../../../src/cli/conversation-tests/run-in-process';
import { checkScenarios, formatProblem, readScenarioFiles } from '../../../src/cli/files';
import { retailFolder, scenariosFolder } from './retail';

const conversationsFolder = join(retailFolder, 'conversations');
const files = readdirSync(conversationsFolder);
const readme = readFileSync(join(retailFolder, 'README.md'), 'utf8');

it('the scenarios of the retail policy have no errors or warnings', () => {
  const { problems } = checkScenarios(readScenarioFiles([scenariosFolder]));
  expect(problems.filter(({ severity }) => severity !== 'INFO').map(formatProblem)).toEqual([]);
});

it.each(files)('%s passes', async (file) => {
  const { run } = await runInProcess(readConversation(join(conversationsFolder, file), readScenarioFiles));
  expect(run.failure).toBe('');
  expect(getFailedTurns(run).map(({ number, differences }) => ({ number, differences }))).toEqual([]);
});

describe('the table of rules in the README', () => {
  const rows = [...readme.matchAll(/^\| ([A-Z]\d+) \|.*\(conversations\/([\w-]+\.yaml)\) \|$/gm)].map(
    ([, rule = '', file = '']) => ({ rule, file }),
  );

  it('names each conversation test once', () => {
    expect(rows.map(({ file }) => file).toSorted()).toEqual(files.toSorted());
  });

  it.each(rows)('$rule is the rule that $file names', ({ rule, file }) => {
    expect(readFileSync(join(conversationsFolder, file), 'utf8')).toContain(`\nname: "${rule}: `);
  });
});
