import type { Run } from '../cli/command-line';
import { type StoryServer, story, survived } from './story-server';

/** What is expected of an example in every language. */
export interface ToldStory {
  /** Runs the example as its README says, with the service at an address. */
  readonly tell: (address: string) => Promise<Run>;
  readonly server: () => StoryServer;
  /** All that it says on standard error where nobody answers. */
  readonly nobodyAnswers: RegExp;
}

/** Tests that an example tells the story of all examples. */
export function testStory({ tell, server, nobodyAnswers }: ToldStory): void {
  it('tells the story', async () => {
    expect(await tell(server().address)).toEqual({ code: 0, stdout: story, stderr: '' });
  });

  it('tells the same story over a bad connection, by the published retry policy and from its cursor', async () => {
    const { unreliable } = server();
    expect(await tell(unreliable.address)).toEqual({ code: 0, stdout: story, stderr: '' });
    expect(unreliable.failures).toEqual(survived);
  });

  it('says in one line that nobody answers', async () => {
    const { code, stderr } = await tell('127.0.0.1:1');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(nobodyAnswers) });
  });
}
