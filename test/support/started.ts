import type { Conversation, Played } from './conversation';
import { startScenarios } from './play-turns';

export { listContributions as said, playTurns as played } from './play-turns';

/** As startScenarios, with another name for the conversation. */
export function started(...args: Parameters<typeof startScenarios>): {
  readonly talk: Conversation;
  readonly first: Played;
} {
  const { conversation, first } = startScenarios(...args);
  return { talk: conversation, first };
}
