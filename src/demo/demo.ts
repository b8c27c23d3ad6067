import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadScenarioFiles, type ScenarioFiles } from '../adapters/files';
import type { OrchestratorClient } from '../client';
import { figuresTable } from '../replay/figures-table';
import { replayFolder } from '../replay/replay-folder';
import type { Conversation } from './conversation';
import { inked, type Paper, row, ruler } from './paper';
import { playConversation } from './play-conversation';
import { putScenarios } from './put-scenarios';
import { readConversation } from './read-conversation';
import { turnLines } from './turn-lines';

/** The demo's own tenant and agent. */
export const demoAgent = {
  tenantId: 'd0d0d0d0-0000-4000-8000-000000000001',
  agentId: 'd0d0d0d0-0000-4000-8000-000000000002',
} as const;

/** The examples, at the same place from src/ and from dist/src/. */
export const examplesFolder = join(__dirname, '..', '..', 'examples');

/** What the demo plays, read from the examples. */
export interface DemoScript {
  readonly files: ScenarioFiles;
  readonly conversation: Conversation;
}

/** Reads the demo's scenarios and a conversation of `examples/conversations`. Throws FileProblemsError. */
export function readDemo(conversation = 'demo.yaml'): DemoScript {
  const files = loadScenarioFiles([join(examplesFolder, 'scenarios')]);
  const ids = new Map(files.scenarios.map(({ message }) => [message.name, message.scenarioId]));
  const path = join(examplesFolder, 'conversations', conversation);
  return { files, conversation: readConversation(path, readFileSync(path, 'utf8'), ids) };
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
  const { files, conversation } = readDemo();
  for (const warning of await putScenarios(client, demoAgent, files)) say(warning);
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
      for (const line of turnLines(paper, turn, (id) => conversation.scenarioNames.get(id) ?? id)) say(line);
    },
  });
  const verdict =
    unmet === 0 ? 'all decided as the script expects' : `${unmet} decisions are not as the script expects`;
  say(inked(paper, unmet === 0 ? 'green' : 'red', `${played.length} turns, ${verdict}`));
  return unmet === 0;
}

/** Replays the recorded dialogues of the examples and shows the figures. */
export async function playReplay(client: OrchestratorClient, { paper, say }: DemoStage): Promise<void> {
  say('');
  for (const line of ruler(paper, 'Replay of recorded conversations (examples/replay)')) say(line);
  say(figuresTable(await replayFolder({ data: join(examplesFolder, 'replay') }, client)));
}
