import { randomUUID } from 'node:crypto';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import { ZodError } from 'zod';
import { PutScenarioRequest } from '../../gen/focal/orchestration/v1/scenario_service';
import { CommandError, exitCodes } from '../../src/cli/exit-codes';
import { toCommandError } from '../../src/cli/service-client';
import { type CatalogueEntry, parseChart, type ReplayCatalogue, toCatalogueEntry } from './chart';
import { toScenario } from './chart-scenario';
import { parseDialogueInputs } from './dialogue-inputs';
import { type FileFigures, toFigures } from './figures';
import { playDialogue } from './play-dialogue';
import { type FileProgress, noProgress, type ReplayProgress } from './progress';
import { listDataFiles, type ReplayRecord, readRecords, toFileName } from './read-records';
import { getAgentIds, getDialogueIds } from './replay-ids';
import { scoreDialogue } from './score-dialogue';
import { addGroupScores, type Disagreement, emptyScores, type GroupScores } from './scores';

/** The methods that a replay calls. */
export type ReplayClient = Pick<OrchestratorClient, 'putScenario' | 'processTurn'>;

export interface ReplayOptions {
  /** A folder with `*.jsonl` files of `scenario-replay/1`. */
  readonly data: string;
  /** Names of the files to replay. Default: all. */
  readonly files?: readonly string[];
  /** Identifies the sessions of this replay. Default: random, so that a replay never uses sessions of another one. */
  readonly run?: string;
  /** Called after each file. */
  readonly onFile?: (figures: FileFigures, disagreements: readonly Disagreement[]) => void;
}

const concurrentSessions = 16;

/**
 * Replays a folder: stores the scenarios, plays each dialogue in its own session, and scores the plans of the service. The files are
 * replayed one after the other, sorted by name. Throws a CommandError if a record is invalid or a call fails.
 */
export async function replayFolder(
  options: ReplayOptions,
  client: ReplayClient,
  progress: ReplayProgress = noProgress,
): Promise<FileFigures[]> {
  const run = options.run ?? randomUUID();
  const all: FileFigures[] = [];
  for (const path of await listDataFiles(options.data, options.files)) {
    const fileProgress = progress.startFile(toFileName(path));
    const score = await replayFile(path, run, client, fileProgress);
    fileProgress.end();
    const figures = toFigures(toFileName(path), score);
    options.onFile?.(figures, score.all.disagreements);
    all.push(figures);
  }
  return all;
}

/** Replays one file. Returns the sum of the scores of its dialogues. */
async function replayFile(
  path: string,
  run: string,
  client: ReplayClient,
  progress: FileProgress,
): Promise<GroupScores> {
  const file = toFileName(path);
  const catalogue = new Map<string, CatalogueEntry>();
  const tasks = new BoundedTasks(concurrentSessions);
  const scores: GroupScores[] = [];
  const replayRecord = async (record: ReplayRecord): Promise<void> => {
    if (record.kind === 'meta') progress.setTotal(record.dialogues);
    else if (record.kind === 'scenario') await storeScenario(record.value, file, client, catalogue);
    else {
      const index = scores.push(emptyScores) - 1;
      await tasks.add(async () => {
        const score = await replayDialogue(record.value, { run, file }, client, catalogue);
        scores[index] = score;
        progress.addDialogue(score.all.turns);
      });
    }
  };
  try {
    for await (const record of readRecords(path)) await replayRecord(record);
  } finally {
    await tasks.waitForAll();
  }
  return scores.reduce(addGroupScores, emptyScores);
}

async function storeScenario(
  record: unknown,
  file: string,
  client: ReplayClient,
  catalogue: Map<string, CatalogueEntry>,
): Promise<void> {
  const chart = parseRecordPart(parseChart, record, file);
  const scenario = toScenario(chart);
  try {
    await client.putScenario(PutScenarioRequest.fromPartial({ ...getAgentIds(file), scenario }));
  } catch (error) {
    throw addPlace(`${file}: cannot store the scenario ${chart.scenario_id}`, error);
  }
  catalogue.set(scenario.scenarioId, toCatalogueEntry(chart, scenario));
}

async function replayDialogue(
  record: unknown,
  { run, file }: { readonly run: string; readonly file: string },
  client: ReplayClient,
  catalogue: ReplayCatalogue,
): Promise<GroupScores> {
  const inputs = parseRecordPart(parseDialogueInputs, record, file);
  const ids = getDialogueIds(run, file, inputs.dialogue_id);
  try {
    const played = await playDialogue(inputs, ids, async (request) => (await client.processTurn(request)).response);
    return parseRecordPart((value) => scoreDialogue(played, value, catalogue), record, file);
  } catch (error) {
    throw addPlace(`${file}: dialogue ${inputs.dialogue_id} (session ${ids.sessionId}) failed`, error);
  }
}

/** Reports a record that does not match its schema as an error of the file. */
function parseRecordPart<Part>(parse: (record: unknown) => Part, record: unknown, file: string): Part {
  try {
    return parse(record);
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    throw new CommandError(exitCodes.findings, `${file}: not a record of scenario-replay/1: ${error.message}`);
  }
}

/** Adds the place to the message of an expected error. Returns any other error unchanged. */
function addPlace(place: string, error: unknown): unknown {
  const commandError = toCommandError(error);
  if (!(commandError instanceof CommandError)) return commandError;
  return new CommandError(commandError.exitCode, `${place}: ${commandError.message}`);
}

/**
 * Runs tasks with limited concurrency. `add` waits until the task can start, so that a stream is read no faster than it is processed.
 * The next call of a method throws the first failure.
 */
export class BoundedTasks {
  private readonly running = new Set<Promise<void>>();
  private failure: { readonly error: unknown } | undefined;

  /** @param limit maximum number of concurrent tasks, from 1 */
  constructor(private readonly limit: number) {}

  /** Resolves when the task has started. */
  async add(task: () => Promise<void>): Promise<void> {
    while (this.running.size >= this.limit) await Promise.race(this.running);
    this.throwFailure();
    const run: Promise<void> = task()
      .catch((error: unknown) => {
        this.failure ??= { error };
      })
      .finally(() => this.running.delete(run));
    this.running.add(run);
  }

  /** Resolves when all tasks have ended. */
  async waitForAll(): Promise<void> {
    await Promise.all(this.running);
    this.throwFailure();
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }
}
