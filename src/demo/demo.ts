import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readScenarioFiles } from '../adapters/files';
import type { OrchestratorClient } from '../client';
import { type Conversation, scenarioNames } from '../conversation/conversation';
import { type PlayedTurn, playConversation } from '../conversation/play-conversation';
import { putScenarios } from '../conversation/put-scenarios';
import { readConversation } from '../conversation/read-conversation';
import { figuresTable } from '../replay/figures-table';
import { replayFolder } from '../replay/replay-folder';
import { differenceLines } from '../terminal/difference-lines';
import { inked, type Paper, row, ruler } from '../terminal/paper';
import { turnLines } from '../terminal/turn-lines';

/** The demo's own tenant and agent. */
export const demoAgent = {
  tenantId: 'd0d0d0d0-0000-4000-8000-000000000001',
  agentId: 'd0d0d0d0-0000-4000-8000-000000000002',
} as const;

/** The examples, at the same place from src/ and from dist/src/. */
export const examplesFolder = join(__dirname, '..', '..', 'examples');

/** Reads a conversation of `examples/conversations`. Throws FileProblemsError. */
export function readExample(conversation = 'demo.yaml'): Conversation {
  return readConversation(join(examplesFolder, 'conversations', conversation), readScenarioFiles);
}

/** How the demo is shown. */
export interface DemoStage {
  readonly paper: Paper;
  readonly say: (line: string) => void;
  /** Milliseconds until every node of the service has seen a changed catalogue. */
  readonly catalogueDelayMs: number;
}

/**
 * Puts the scenarios into the catalogue and plays the conversation. Resolves to whether everything was as expected; rejects when
 * a call or a file fails.
 */
export async function playDemo(client: OrchestratorClient, stage: DemoStage): Promise<boolean> {
  const { paper, say } = stage;
  const conversation = readExample();
  for (const warning of await putScenarios(client, demoAgent, conversation.scenarios)) say(warning);
  await sleep(stage.catalogueDelayMs);

  for (const line of row(paper, [], `${conversation.name}. ${conversation.about.trim()}`)) say(line);
  say('');
  let unmet = 0;
  const played = await playConversation(client, conversation, {
    ...demoAgent,
    sessionId: randomUUID(),
    startAt: new Date(),
    onTurn: (turn) => {
      unmet += turn.unmet.length;
      for (const line of playedLines(paper, conversation, turn)) say(line);
    },
  });
  const verdict =
    unmet === 0 ? 'all decided as the script expects' : `${unmet} decisions are not as the script expects`;
  say(inked(paper, unmet === 0 ? 'green' : 'red', `${played.length} turns, ${verdict}`));
  return unmet === 0;
}

/** What is shown of a turn: what happened, and what is not as the script expects. */
export function playedLines(paper: Paper, conversation: Conversation, played: PlayedTurn): readonly string[] {
  const { number, scripted, turn, response } = played;
  const title = `${number}  ${scripted.about}`.trim();
  const nameOf = scenarioNames(conversation.scenarios.scenarios);
  return [...turnLines(paper, { title, turn, response }, nameOf), ...differenceLines(paper, conversation, played)];
}

/** Replays the recorded dialogues of the examples and shows the figures. */
export async function playReplay(client: OrchestratorClient, { paper, say }: DemoStage): Promise<void> {
  say('');
  for (const line of ruler(paper, 'Replay of recorded conversations (examples/replay)')) say(line);
  say(figuresTable(await replayFolder({ data: join(examplesFolder, 'replay') }, client)));
}
