import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { CommandError, exitCodes } from '../../src/cli/exit-codes';

const recordSchema = z.looseObject({ record: z.enum(['meta', 'scenario', 'dialogue']) });
const metaSchema = z.looseObject({ format: z.literal('scenario-replay/1'), dialogues: z.number().int().default(0) });

/** A line of a data file. `value` is the parsed JSON. Each part of the replay reads only the fields that it is allowed to use. */
export type ReplayRecord =
  | { readonly kind: 'meta'; readonly dialogues: number }
  | { readonly kind: 'scenario' | 'dialogue'; readonly value: unknown };

/** Streams the records of a data file. Throws a CommandError with the file and line of an invalid record. */
export async function* readRecords(path: string): AsyncGenerator<ReplayRecord> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      yield parseRecord(line, number);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError(exitCodes.findings, `${path}:${number}: not a record of scenario-replay/1: ${reason}`);
    }
  }
}

function parseRecord(line: string, number: number): ReplayRecord {
  const value = recordSchema.parse(JSON.parse(line));
  if (value.record === 'meta') return { kind: 'meta', dialogues: metaSchema.parse(value).dialogues };
  if (number === 1) throw new Error('The first line must be the meta record.');
  return { kind: value.record, value };
}

/**
 * Lists the data files of a folder, sorted by name. `only` selects files by name, with or without the extension. Throws a CommandError
 * if a selected file does not exist, or if the folder has no data files.
 */
export async function listDataFiles(folder: string, only: readonly string[] = []): Promise<readonly string[]> {
  const names = (await readFolder(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  const selected = only.map((name) => (name.endsWith('.jsonl') ? name : `${name}.jsonl`));
  const missing = selected.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new CommandError(exitCodes.usage, `${folder} has no ${missing.join(', ')}.`);
  if (names.length === 0) throw new CommandError(exitCodes.usage, `${folder} has no *.jsonl files.`);
  return names.filter((name) => selected.length === 0 || selected.includes(name)).map((name) => join(folder, name));
}

async function readFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(exitCodes.usage, `Cannot read ${folder}: ${reason}`);
  }
}

/** Returns the name of a data file in the figures. */
export function toFileName(path: string): string {
  return basename(path, '.jsonl');
}
