import { freePort } from '../../tools/chaos/free-port';
import { childTimeoutMs } from '../cli/command-line';
import { type Documented, documentedCommands, type Outcome, runAsWritten } from './documented-commands';
import { asShown } from './shown-output';

/** Commands that are not run here: how they begin, and why. */
const notRun: ReadonlyMap<string, string> = new Map([
  ['npm ci', 'fetches packages; whoever runs this test has done it, and test/demo runs the demo'],
  ['npm run build', 'was done for this test, and takes long'],
  ['npm start', 'runs in the foreground; test/service starts the service in each of these ways'],
  ['npm run replay', 'takes long; test/replay runs it'],
  ['npx buf curl', 'asks a service that the reader has started; test/service does so with reflection'],
]);

const pages = ['README.md', 'docs/tutorial.md'];

describe.each(pages)('the commands of %s', (page) => {
  const all = documentedCommands(page);
  const run = all.filter(({ commands }) => reasonNotToRun(commands) === undefined);
  let outcomes: ReadonlyMap<string, Outcome>;

  beforeAll(async () => {
    outcomes = await runAsWritten(run, { PORT: String(await freePort()) });
  }, childTimeoutMs);

  test.each(run)('$name', ({ name, shown }: Documented) => {
    const { printed, code } = outcomes.get(name) ?? { printed: 'nothing', code: -1 };
    if (shown === undefined) expect({ printed, code }).toEqual({ printed, code: 0 });
    else expect(asShown(printed, shown)).toBe(shown);
  });
});

test('what is not run is in the pages', () => {
  const written = pages.flatMap(documentedCommands);
  const unused = [...notRun.keys()].filter((begin) => !written.some(({ commands }) => commands.startsWith(begin)));
  expect(unused).toEqual([]);
});

function reasonNotToRun(commands: string): string | undefined {
  return [...notRun].find(([begin]) => commands.startsWith(begin))?.[1];
}
