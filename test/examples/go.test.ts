import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childTimeoutMs, execute, type Run } from '../cli/command-line';
import { describeExample } from './example-test';
import { examples, type StoryServer, startStoryServer } from './story-server';
import { testStory } from './story-tests';

jest.setTimeout(2 * childTimeoutMs); // compiles grpc where nobody did before

const source = join(examples, 'go');
const name = 'example.com/orchestrator-example';

describeExample('Go', () => {
  let folder: string;
  let server: StoryServer;

  /** The grpc of Debian has retries, but asks to be told. */
  function tell(address: string): Promise<Run> {
    return execute(join(folder, 'example'), [], { SCENARIO_ORCHESTRATOR_SERVER: address, GRPC_GO_RETRY: 'on' });
  }

  beforeAll(async () => {
    expect(await execute(join(source, 'generate.sh'), [])).toEqual({ code: 0, stdout: '', stderr: '' });
    // Debian packages Go's libraries as folders of a GOPATH, so the example becomes one too, without a module proxy.
    folder = mkdtempSync(join(tmpdir(), 'gopath-'));
    mkdirSync(join(folder, 'src', 'example.com'), { recursive: true });
    symlinkSync(source, join(folder, 'src', name));
    const built = await execute('go', ['build', '-o', join(folder, 'example'), name], {
      GO111MODULE: 'off',
      GOPATH: `${folder}:/usr/share/gocode`,
      GOFLAGS: '',
      GOCACHE: join(tmpdir(), 'scenario-orchestrator-go-build'), // kept: the next run compiles the example alone
    });
    expect(built).toEqual({ code: 0, stdout: '', stderr: '' });
    server = await startStoryServer();
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  testStory({ tell, server: () => server, nobodyAnswers: /^UNAVAILABLE.*\n$/ });
});
