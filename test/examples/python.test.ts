import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { childTimeoutMs, execute, type Run } from '../cli/command-line';
import { describeExample } from './example-test';
import { examples, type StoryServer, startStoryServer } from './story-server';
import { testStory } from './story-tests';

jest.setTimeout(childTimeoutMs);

const folder = join(examples, 'python');
/** Debian's, which has the packages that are installed for this test; another one on the PATH may not have them. */
const python = '/usr/bin/python3';

/** Runs the example as its README says. */
function tell(address: string): Promise<Run> {
  return execute(python, [join(folder, 'refund.py')], {
    PYTHONPATH: join(folder, 'gen'),
    PYTHONDONTWRITEBYTECODE: '1',
    SCENARIO_ORCHESTRATOR_SERVER: address,
  });
}

describeExample('Python', () => {
  let server: StoryServer;
  beforeAll(async () => {
    rmSync(join(folder, 'gen'), { recursive: true, force: true });
    const made = await execute(join(folder, 'generate.sh'), []);
    expect(made).toEqual({ code: 0, stdout: '', stderr: '' });
    server = await startStoryServer();
  });
  afterAll(() => server?.stop());

  testStory({ tell, server: () => server, nobodyAnswers: /^UNAVAILABLE.*\n$/ });
});
