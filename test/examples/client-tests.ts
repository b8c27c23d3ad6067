import type { Run } from '../cli/command-line';
import { type ExampleServer, expectedFailures, expectedOutput, expectedReply } from './example-server';

/** An example client in one language. */
export interface ClientExample {
  /** Runs the example as its README describes, with the address of the service. */
  readonly runExample: (address: string) => Promise<Run>;
  /** Runs the program `reply` with the address of the service. */
  readonly runReply?: (address: string) => Promise<Run>;
  readonly getServer: () => ExampleServer;
  /** Matches the whole standard error if the service is unavailable. */
  readonly unavailableError: RegExp;
}

/** Defines the tests of an example client. The output is the same in every language. */
export function testClientExample({ runExample, runReply, getServer, unavailableError }: ClientExample): void {
  it('prints the documented output', async () => {
    expect(await runExample(getServer().address)).toEqual({ code: 0, stdout: expectedOutput, stderr: '' });
  });

  it('prints the same output over an unreliable connection: it retries calls and resumes streams', async () => {
    const { unreliable } = getServer();
    expect(await runExample(unreliable.address)).toEqual({ code: 0, stdout: expectedOutput, stderr: '' });
    expect(unreliable.failures).toEqual(expectedFailures);
  });

  it('prints one line if the service is unavailable', async () => {
    const { code, stderr } = await runExample('127.0.0.1:1');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(unavailableError) });
  });

  if (runReply === undefined) return;
  it('writes a reply from the plan of a turn', async () => {
    expect(await runReply(getServer().address)).toEqual({ code: 0, stdout: expectedReply, stderr: '' });
  });
}
