import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { childTimeoutMs, execute, type Run } from '../cli/command-line';
import { testConversation } from './conversation-tests';
import { describeExample } from './describe-example';
import { type ExampleServer, examples, startExampleServer } from './example-server';

jest.setTimeout(childTimeoutMs);

const folder = join(examples, 'python');
/** Debian's Python has the packages that are installed for this test; another one on the PATH may not. */
const python = '/usr/bin/python3';

/** Runs the example as its README describes it. */
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

  testConversation({ runExample, getServer: () => server, unavailableMessage: /^UNAVAILABLE.*\n$/ });
});
