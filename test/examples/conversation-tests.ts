import type { Run } from '../cli/command-line';
import { type ExampleServer, expectedFailures, expectedOutput } from './example-server';

/** How to run the example of one language. */
export interface ExampleUnderTest {
  /** Runs the example as its README describes it, with the service at an address. */
  readonly runExample: (address: string) => Promise<Run>;
  readonly getServer: () => ExampleServer;
  /** The output on standard error if the service is unavailable. */
  readonly unavailableMessage: RegExp;
}

/** Tests an example with the conversation of examples/README.md. */
export function testConversation({ runExample, getServer, unavailableMessage }: ExampleUnderTest): void {
  it('prints the output of examples/README.md', async () => {
    expect(await runExample(getServer().address)).toEqual({ code: 0, stdout: expectedOutput, stderr: '' });
  });

  it('prints the same output over an unreliable connection, by retrying and resuming', async () => {
    const { unreliable } = getServer();
    expect(await runExample(unreliable.address)).toEqual({ code: 0, stdout: expectedOutput, stderr: '' });
    expect(unreliable.failures).toEqual(expectedFailures);
  });

  it('reports an unavailable service in one line', async () => {
    const { code, stderr } = await runExample('127.0.0.1:1');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(unavailableMessage) });
  });
}
