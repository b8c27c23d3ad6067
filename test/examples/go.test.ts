import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childTimeoutMs, execute, type Run } from '../cli/command-line';
import { testClientExample } from './client-tests';
import { describeExample } from './describe-example';
import { type ExampleServer, examplesFolder, startExampleServer } from './example-server';

jest.setTimeout(2 * childTimeoutMs); // The first run compiles grpc.

const source = join(examplesFolder, 'go');
const name = 'example.com/orchestrator-example';

describeExample('Go', () => {
  let folder: string;
  let server: ExampleServer;

  /** Runs the example. Enables retries, which are disabled by default in Debian's version of grpc-go. */
  function runExample(address: string): Promise<Run> {
    return execute(join(folder, 'example'), [], { SCENARIO_ORCHESTRATOR_SERVER: address, GRPC_GO_RETRY: 'on' });
  }

  beforeAll(async () => {
    expect(await execute(join(source, 'generate.sh'), [])).toEqual({ code: 0, stdout: '', stderr: '' });
    // Debian installs Go libraries in a GOPATH. The example is linked into a GOPATH, so that no module proxy is needed.
    folder = mkdtempSync(join(tmpdir(), 'gopath-'));
    mkdirSync(join(folder, 'src', 'example.com'), { recursive: true });
    symlinkSync(source, join(folder, 'src', name));
    const built = await execute('go', ['build', '-o', join(folder, 'example'), name], {
      GO111MODULE: 'off',
      GOPATH: `${folder}:/usr/share/gocode`,
      GOFLAGS: '',
      GOCACHE: join(tmpdir(), 'scenario-orchestrator-go-build'), // Not removed, so that the next run compiles only the example.
    });
    expect(built).toEqual({ code: 0, stdout: '', stderr: '' });
    server = await startExampleServer();
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  testClientExample({ runExample, getServer: () => server, unavailableError: /^UNAVAILABLE.*\n$/ });
});
