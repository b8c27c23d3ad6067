import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childTimeoutMs, execute, type Run } from '../cli/command-line';
import { testConversation } from './conversation-tests';
import { describeExample } from './describe-example';
import { type ExampleServer, examples, startExampleServer } from './example-server';

jest.setTimeout(2 * childTimeoutMs); // the first run compiles grpc

const source = join(examples, 'go');
const name = 'example.com/orchestrator-example';

describeExample('Go', () => {
  let folder: string;
  let server: ExampleServer;

  /** Debian's version of grpc needs a variable to enable retries. */
  function runExample(address: string): Promise<Run> {
    return execute(join(folder, 'example'), [], { SCENARIO_ORCHESTRATOR_SERVER: address, GRPC_GO_RETRY: 'on' });
  }

  beforeAll(async () => {
    expect(await execute(join(source, 'generate.sh'), [])).toEqual({ code: 0, stdout: '', stderr: '' });
    // Debian packages Go libraries as folders of a GOPATH. A GOPATH for the example avoids the module proxy.
    folder = mkdtempSync(join(tmpdir(), 'gopath-'));
    mkdirSync(join(folder, 'src', 'example.com'), { recursive: true });
    symlinkSync(source, join(folder, 'src', name));
    const built = await execute('go', ['build', '-o', join(folder, 'example'), name], {
      GO111MODULE: 'off',
      GOPATH: `${folder}:/usr/share/gocode`,
      GOFLAGS: '',
      GOCACHE: join(tmpdir(), 'scenario-orchestrator-go-build'), // kept, so that the next run compiles the example only
    });
    expect(built).toEqual({ code: 0, stdout: '', stderr: '' });
    server = await startExampleServer();
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  testConversation({ runExample, getServer: () => server, unavailableMessage: /^UNAVAILABLE.*\n$/ });
});
