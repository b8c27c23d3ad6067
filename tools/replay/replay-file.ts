import { PutScenarioRequest } from '../../gen/focal/orchestration/v1/scenario_service';
import { BoundedTasks } from './bounded-tasks';
import { chartOf } from './chart';
import { scenarioOf } from './chart-scenario';
import { dialogueInputsOf } from './dialogue-inputs';
import { addScores, type DialogueScore, EMPTY_SCORE } from './dialogue-score';
import { playDialogue } from './play-dialogue';
import { fileName, type ReplayRecord, readRecords } from './read-records';
import { type CatalogueEntry, catalogueEntry, type ReplayCatalogue } from './replay-catalogue';
import type { ReplayClient } from './replay-client';
import { agentIds, dialogueIds } from './replay-ids';
import type { FileProgress } from './replay-progress';
import { scoreDialogue } from './score-dialogue';

/** How many sessions are played at once. */
const SESSIONS_AT_ONCE = 16;

/** Replays one data file: stores its scenarios, plays its dialogues, and returns the sum of their scores. */
export async function replayFile(
  path: string,
  run: string,
  client: ReplayClient,
  progress: FileProgress,
): Promise<DialogueScore> {
  const file = fileName(path);
  const catalogue = new Map<string, CatalogueEntry>();
  const tasks = new BoundedTasks(SESSIONS_AT_ONCE);
  const scores: DialogueScore[] = [];
  const record = async (entry: ReplayRecord): Promise<void> => {
    if (entry.kind === 'meta') progress.expect(entry.dialogues);
    else if (entry.kind === 'scenario') await storeScenario(entry.value, file, client, catalogue);
    else {
      const place = scores.push(EMPTY_SCORE) - 1;
      await tasks.add(async () => {
        const score = await replayDialogue(entry.value, { run, file }, client, catalogue);
        scores[place] = score;
        progress.played(score.turns);
      });
    }
  };
  try {
    for await (const entry of readRecords(path)) await record(entry);
  } finally {
    await tasks.done();
  }
  return scores.reduce(addScores, EMPTY_SCORE);
}

async function storeScenario(
  value: unknown,
  file: string,
  client: ReplayClient,
  catalogue: Map<string, CatalogueEntry>,
): Promise<void> {
  const chart = chartOf(value);
  const scenario = scenarioOf(chart);
  try {
    await client.putScenario(PutScenarioRequest.fromPartial({ ...agentIds(file), scenario }));
  } catch (error) {
    throw new Error(`${file}: scenario ${chart.scenario_id} was refused`, { cause: error });
  }
  catalogue.set(scenario.scenarioId, catalogueEntry(chart, scenario));
}

async function replayDialogue(
  value: unknown,
  { run, file }: { readonly run: string; readonly file: string },
  client: ReplayClient,
  catalogue: ReplayCatalogue,
): Promise<DialogueScore> {
  const inputs = dialogueInputsOf(value);
  const ids = dialogueIds(run, file, inputs.dialogue_id);
  try {
    const played = await playDialogue(inputs, ids, async (request) => (await client.processTurn(request)).response);
    return scoreDialogue(played, value, catalogue);
  } catch (error) {
    throw new Error(`${file}: dialogue ${inputs.dialogue_id} (session ${ids.sessionId}) failed`, { cause: error });
  }
}
