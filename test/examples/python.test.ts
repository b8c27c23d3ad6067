import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { childTimeoutMs, execute, type Run } from '../cli/command-line';
import { testClientExample } from './client-tests';
import { describeExample } from './describe-example';
import { type ExampleServer, examplesFolder, startExampleServer } from './example-server';

jest.setTimeout(childTimeoutMs);

const folder = join(examplesFolder, 'python');
/** Debian's Python, which has the required packages. */
const python = '/usr/bin/python3';

function runExample(address: string): Promise<Run> {
  return execute(python, [join(folder, 'refund.py')], {
    PYTHONPATH: join(folder, 'gen'),
    PYTHONDONTWRITEBYTECODE: '1',
    SCENARIO_ORCHESTRATOR_SERVER: address,
  });
}

describeExample('Python', () => {
  let server: ExampleServer;
  beforeAll(async () => {
    rmSync(join(folder, 'gen'), { recursive: true, force: true });
    const generated = await execute(join(folder, 'generate.sh'), []);
    expect(generated).toEqual({ code: 0, stdout: '', stderr: '' });
    server = await startExampleServer();
  });
  afterAll(() => server?.stop());

  testClientExample({ runExample, getServer: () => server, unavailableError: /^UNAVAILABLE.*\n$/ });
});
