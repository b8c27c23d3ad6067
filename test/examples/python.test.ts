import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { childTimeoutMs, execute, type Run } from '../cli/command-line';
import { describeExample } from './example-test';
import { examples, type StoryServer, startStoryServer, story, survived } from './story-server';

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

  it('tells the story', async () => {
    expect(await tell(server.address)).toEqual({ code: 0, stdout: story, stderr: '' });
  });

  it('tells the same story over a bad connection, by the published retry policy and from its cursor', async () => {
    expect(await tell(server.unreliable.address)).toEqual({ code: 0, stdout: story, stderr: '' });
    expect(server.unreliable.failures).toEqual(survived);
  });

  it('says in one line that nobody answers', async () => {
    const { code, stderr } = await tell('127.0.0.1:1');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^UNAVAILABLE.*\n$/) });
  });
});
