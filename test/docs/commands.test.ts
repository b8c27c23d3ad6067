import { findFreePort } from '../../tools/redis/free-port';
import { childTimeoutMs } from '../cli/command-line';
import { type CommandBlock, type Outcome, readCommandBlocks, runBlocks } from './command-blocks';
import { matchShown } from './match-shown';

/** Commands that this test does not run, by their first words, with the reason. */
const skippedCommands: ReadonlyMap<string, string> = new Map([
  ['npm ci', 'downloads packages; test/cli/demo runs the demo'],
  ['npm run build', 'already done for this test'],
  ['npm start', 'runs in the foreground; test/server/process starts the service in each of these ways'],
  ['npm run replay', 'takes long; test/tools/replay runs it'],
  ['npx buf curl', 'needs a running service; test/server/process calls one with reflection'],
]);

const pages = [
  'README.md',
  'docs/tutorial.md',
  'docs/how-to/bring-your-own-policy.md',
  'docs/how-to/seeing-what-a-change-does.md',
  'docs/how-to/import-from-rasa.md',
  'docs/how-to/http.md',
];

describe.each(pages)('the commands of %s', (page) => {
  const all = readCommandBlocks(page);
  const tested = all.filter(({ commands }) => !isSkipped(commands));
  let outcomes: ReadonlyMap<string, Outcome>;

  beforeAll(async () => {
    outcomes = await runBlocks(tested, {
      PORT: String(await findFreePort()),
      HTTP_PORT: String(await findFreePort()),
    });
  }, childTimeoutMs);

  test.each(tested)('$name', ({ name, shownOutput }: CommandBlock) => {
    const { output, code } = outcomes.get(name) ?? { output: 'no output', code: -1 };
    if (shownOutput === undefined) expect({ output, code }).toEqual({ output, code: 0 });
    else expect(matchShown(output, shownOutput)).toBe(shownOutput);
  });
});

test('every skipped command occurs in a page', () => {
  const blocks = pages.flatMap(readCommandBlocks);
  const unused = [...skippedCommands.keys()].filter(
    (start) => !blocks.some(({ commands }) => commands.startsWith(start)),
  );
  expect(unused).toEqual([]);
});

function isSkipped(commands: string): boolean {
  return [...skippedCommands.keys()].some((start) => commands.startsWith(start));
}
