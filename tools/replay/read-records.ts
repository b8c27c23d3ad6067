import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const recordSchema = z.looseObject({ record: z.enum(['meta', 'scenario', 'dialogue']) });
const metaSchema = z.looseObject({ format: z.literal('scenario-replay/1'), dialogues: z.number().int().default(0) });

/** One line of a data file. `value` is the record as it stands; each part of the replay takes from it what it may see. */
export type ReplayRecord =
  | { readonly kind: 'meta'; readonly dialogues: number }
  | { readonly kind: 'scenario' | 'dialogue'; readonly value: unknown };

/** Streams the records of a data file in their order; throws an error that names file and line of what is no record. */
export async function* readRecords(path: string): AsyncGenerator<ReplayRecord> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    try {
      yield recordOf(line, number);
    } catch (error) {
      throw new Error(`${path}:${number}: not a record of scenario-replay/1`, { cause: error });
    }
  }
}

function recordOf(line: string, number: number): ReplayRecord {
  const value = recordSchema.parse(JSON.parse(line));
  if (value.record === 'meta') return { kind: 'meta', dialogues: metaSchema.parse(value).dialogues };
  if (number === 1) throw new Error('the first line is not the meta record');
  return { kind: value.record, value };
}

/**
 * The data files of a folder by name. `only` keeps files by name, with or without the ending; a name that is not there is an
 * error, and so is a folder without data.
 */
export async function dataFiles(folder: string, only: readonly string[] = []): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  const wanted = only.map((name) => (name.endsWith('.jsonl') ? name : `${name}.jsonl`));
  const missing = wanted.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new Error(`${folder} holds no ${missing.join(', ')}`);
  if (names.length === 0) throw new Error(`${folder} holds no *.jsonl files`);
  return names.filter((name) => wanted.length === 0 || wanted.includes(name)).map((name) => join(folder, name));
}

/** The name by which figures call a data file. */
export function fileName(path: string): string {
  return basename(path, '.jsonl');
}
