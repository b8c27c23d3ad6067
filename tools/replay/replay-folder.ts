import { randomUUID } from 'node:crypto';
import type { Disagreement } from './dialogue-score';
import { type FileFigures, figuresOf } from './file-figures';
import { dataFiles, fileName } from './read-records';
import type { ReplayClient } from './replay-client';
import { replayFile } from './replay-file';
import { NO_PROGRESS, type ReplayProgress } from './replay-progress';

/** What to replay. */
export interface ReplayOptions {
  /** The folder with `*.jsonl` files of `scenario-replay/1`. */
  readonly data: string;
  /** Files to replay, by name; all of the folder where it is left out or empty. */
  readonly files?: readonly string[];
  /** Names the sessions of this replay; a random one where it is left out, so that a replay never meets sessions of another. */
  readonly run?: string;
  /** Is told the figures of a file as soon as they are there, with the turns on which plan and reference differ. */
  readonly onFile?: (figures: FileFigures, disagreements: readonly Disagreement[]) => void;
}

/**
 * Replays a folder against a service: stores the scenarios, plays every dialogue as a session of its own, and scores what the
 * service planned. One file after the other, in the order of their names.
 */
export async function replayFolder(
  options: ReplayOptions,
  client: ReplayClient,
  progress: ReplayProgress = NO_PROGRESS,
): Promise<FileFigures[]> {
  const run = options.run ?? randomUUID();
  const all: FileFigures[] = [];
  for (const path of await dataFiles(options.data, options.files)) {
    const bar = progress.file(fileName(path));
    const score = await replayFile(path, run, client, bar);
    bar.end();
    const figures = figuresOf(fileName(path), score);
    options.onFile?.(figures, score.disagreements);
    all.push(figures);
  }
  return all;
}
