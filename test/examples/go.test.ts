import { childTimeoutMs, execute, type Run } from '../cli/command-line';
import { createGoPath, type GoPath, goEnvironment } from '../clients/go/go-package';
import { testClientExample } from './client-tests';
import { describeExample } from './describe-example';
import { type ExampleServer, startExampleServer } from './example-server';

jest.setTimeout(2 * childTimeoutMs); // The first run compiles grpc.

describeExample('Go', () => {
  let goPath: GoPath;
  let example: string;
  let server: ExampleServer;

  function runProgram(args: readonly string[], address: string): Promise<Run> {
    return execute(example, args, { ...goEnvironment, SCENARIO_ORCHESTRATOR_SERVER: address });
  }

  beforeAll(async () => {
    goPath = await createGoPath();
    example = await goPath.build('examples/go');
    server = await startExampleServer();
  });
  afterAll(async () => {
    await server?.stop();
    goPath?.remove();
  });

  testClientExample({
    runExample: (address) => runProgram([], address),
    runReply: (address) => runProgram(['reply'], address),
    getServer: () => server,
    unavailableError: /^ProcessTurn failed.*UNAVAILABLE.*\n$/,
  });

  it('passes the vet checks and the unit tests of the client', () =>
    goPath.go(['test', 'example.com/scenario-orchestrator/clients/go/...']));
});
