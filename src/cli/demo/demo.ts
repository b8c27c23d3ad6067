import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import { type Conversation, createScenarioNameLookup } from '../conversation-tests/conversation';
import { putScenarios } from '../conversation-tests/put-scenarios';
import { readConversation } from '../conversation-tests/read-conversation';
import { type ConversationTurnResult, runConversation } from '../conversation-tests/run-conversation';
import { readScenarioFiles } from '../files';
import { formatDifferences } from '../output/difference-lines';
import { formatRow, styled, type TerminalOptions } from '../output/styled-text';
import { formatTurn } from '../output/turn-lines';

/** The demo's own tenant and agent. */
export const demoAgent = {
  tenantId: 'd0d0d0d0-0000-4000-8000-000000000001',
  agentId: 'd0d0d0d0-0000-4000-8000-000000000002',
} as const;

/** The examples, at the same place from src/ and from dist/src/. */
export const examplesFolder = join(__dirname, '..', '..', '..', 'examples');

/** Reads a conversation of `examples/conversations`. Throws FileProblemsError. */
export function readExampleConversation(conversation = 'demo.yaml'): Conversation {
  return readConversation(join(examplesFolder, 'conversations', conversation), readScenarioFiles);
}

/** How the demo is shown. */
export interface DemoStage {
  readonly paper: TerminalOptions;
  readonly say: (line: string) => void;
  /** Milliseconds until every node of the service has seen a changed catalogue. */
  readonly catalogueDelayMs: number;
}

/**
 * Puts the scenarios into the catalogue and plays the conversation. Resolves to whether everything was as expected; rejects when
 * a call or a file fails.
 */
export async function runDemo(client: OrchestratorClient, stage: DemoStage): Promise<boolean> {
  const { paper, say } = stage;
  const conversation = readExampleConversation();
  for (const warning of await putScenarios(client, demoAgent, conversation.scenarios)) say(warning);
  await sleep(stage.catalogueDelayMs);

  for (const line of formatRow(paper, [], `${conversation.name}. ${conversation.about.trim()}`)) say(line);
  say('');
  let unmet = 0;
  const played = await runConversation(client, conversation, {
    ...demoAgent,
    sessionId: randomUUID(),
    startAt: new Date(),
    onTurn: (turn) => {
      unmet += turn.differences.length;
      for (const line of formatTurnResult(paper, conversation, turn)) say(line);
    },
  });
  const verdict =
    unmet === 0 ? 'all decided as the script expects' : `${unmet} decisions are not as the script expects`;
  say(styled(paper, unmet === 0 ? 'green' : 'red', `${played.length} turns, ${verdict}`));
  return unmet === 0;
}

/** What is shown of a turn: what happened, and what is not as the script expects. */
export function formatTurnResult(
  paper: TerminalOptions,
  conversation: Conversation,
  played: ConversationTurnResult,
): readonly string[] {
  const { number, scripted, turn, response } = played;
  const title = `${number}  ${scripted.about}`.trim();
  const nameOf = createScenarioNameLookup(conversation.scenarios.scenarios);
  return [...formatTurn(paper, { title, turn, response }, nameOf), ...formatDifferences(paper, conversation, played)];
}
