import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OrchestrationSettings } from '../../core/model/settings';
import type { DefinitionSet } from '../../core/simulation/definitions';
import type { RecordedSession } from '../../core/simulation/session-run';
import type { SimulationProblem } from '../../core/simulation/simulate-session';
import { listConversationFiles } from '../conversation-tests/list-conversations';

// Where recorded turns come from, without a service.

/** A recorded session with the definitions and the settings that decided its turns. */
export interface RecordedSource {
  readonly session: RecordedSession;
  readonly definitions: DefinitionSet;
  readonly settings: OrchestrationSettings;
}

/** A session that cannot be simulated. */
export interface UnusableSource {
  readonly sessionId: string;
  readonly problem: SimulationProblem;
}

export type Source = RecordedSource | UnusableSource;

/** The files of `--against`, by what they hold. */
export interface SourceFiles {
  readonly conversations: readonly string[];
  /** Files with one recorded turn on each line. */
  readonly records: readonly string[];
}

/** Lists the conversation files and the record files (`.jsonl`) of paths. A folder has its files and those of its subfolders. */
export function listSourceFiles(paths: readonly string[]): SourceFiles {
  const files = paths.flatMap((path) => [...listConversationFiles(path), ...listRecordFiles(path)]);
  const isRecord = (file: string): boolean => file.endsWith('.jsonl');
  return { conversations: files.filter((file) => !isRecord(file)), records: files.filter(isRecord) };
}

function listRecordFiles(path: string): readonly string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(path, name))
    .sort();
}
