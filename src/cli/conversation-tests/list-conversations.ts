import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isMap } from 'yaml';
import { isFileSystemError, listDocumentFiles, parseDocuments } from '../files';

/**
 * Returns the path itself or, for a folder, its conversation files and those of its subfolders, sorted by path. Skips scenario
 * files in folders. Includes any other file, so that its problems are reported.
 */
export function listConversationFiles(path: string): readonly string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const subfolders = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name));
  const files = listDocumentFiles(path).filter((file) => !isScenarioFile(file));
  return [...files, ...subfolders.flatMap(listConversationFiles)].sort();
}

/** Keys that only scenario files have. */
const scenarioFileKeys = ['scenario_id', 'entry_step_id', 'relationships', 'fields'];

function isScenarioFile(file: string): boolean {
  try {
    const { documents } = parseDocuments(file, readFileSync(file, 'utf8'));
    return documents.some(({ root }) => isMap(root) && scenarioFileKeys.some((key) => root.has(key)));
  } catch (error) {
    if (isFileSystemError(error)) return false;
    throw error;
  }
}
