import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childTimeoutMs, execute } from '../../cli/command-line';
import { describeExample } from '../../examples/describe-example';
import { createGoPath, type GoPath, goEnvironment } from '../go/go-package';
import { generatePythonPackage, type PythonPackage } from '../python/python-package';
import { type Row, runScript } from './runner';
import { expectations, type Step } from './script';
import { type ConformanceRow, type KillableServer, startKillableServer } from './server';
import { formatTable, normalize } from './table';

jest.setTimeout(childTimeoutMs);

const rowsByLanguage = new Map<string, readonly ConformanceRow[]>();
let server: KillableServer;

/** Runs the script with a client, and stores its rows. */
async function collectRows(
  language: string,
  runClient: (address: string, steps: readonly Step[]) => Promise<readonly Row[]>,
): Promise<readonly ConformanceRow[]> {
  const rows = await server.runScript({ tenant: randomUUID(), agent: randomUUID() }, runClient);
  const normalized = rows.map(normalize);
  rowsByLanguage.set(language, normalized);
  return normalized;
}

beforeAll(async () => {
  server = await startKillableServer();
  await collectRows('TypeScript', runScript);
});
afterAll(async () => {
  await server?.stop();
  process.stdout.write(`\n${formatTable(rowsByLanguage)}\n\n`);
});

describe('the TypeScript client', () => {
  test.each(expectations.map((expected) => [expected.step, expected] as const))('%s', (step, expected) => {
    expect(rowsByLanguage.get('TypeScript')?.find((row) => row.step === step)).toMatchObject(expected);
  });
});

describeExample('Python', () => {
  let pythonPackage: PythonPackage;
  beforeAll(async () => {
    pythonPackage = await generatePythonPackage();
  });
  afterAll(() => pythonPackage?.remove());

  test.each([
    ['Python', 'runner.py'],
    ['Python (asyncio)', 'runner_aio.py'],
  ])('%s reports the same as TypeScript', async (language, program) => {
    const rows = await collectRows(language, async (address, steps) => {
      const path = join(pythonPackage.folder, 'steps.json');
      writeFileSync(path, JSON.stringify(steps));
      const { code, stdout, stderr } = await pythonPackage.run([join(__dirname, program), address, path]);
      if (code !== 0) throw new Error(`${program} failed:\n${stderr}`);
      return parseRows(stdout);
    });
    expect(rows).toEqual(rowsByLanguage.get('TypeScript'));
  });
});

describeExample('Go', () => {
  let goPath: GoPath;
  let runner: string;
  beforeAll(async () => {
    goPath = await createGoPath();
    runner = await goPath.build('test/clients/conformance/go');
  });
  afterAll(() => goPath?.remove());

  test('Go reports the same as TypeScript', async () => {
    const rows = await collectRows('Go', async (address, steps) => {
      const path = `${runner}.json`;
      writeFileSync(path, JSON.stringify(steps));
      const { code, stdout, stderr } = await execute(runner, [address, path], goEnvironment);
      if (code !== 0) throw new Error(`The runner failed:\n${stderr}`);
      return parseRows(stdout);
    });
    expect(rows).toEqual(rowsByLanguage.get('TypeScript'));
  });
});

function parseRows(output: string): readonly Row[] {
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}
