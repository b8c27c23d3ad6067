import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SinkUnderTest } from './sink-under-test';

/** A file that is renamed after 16 KB. */
export async function startFile(): Promise<SinkUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'export-'));
  const path = join(folder, 'feed.jsonl');
  return {
    args: ['file', '--path', path, '--max-bytes', '16384'],
    env: {},
    read: async () => (existsSync(path) ? listFiles(path).flatMap((file) => readLines(file)) : []),
    async close() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Lists the renamed files, by time, and then the current one. */
export function listFiles(path: string): readonly string[] {
  const names = readdirSync(join(path, '..')).map((name) => join(path, '..', name));
  return [...names.filter((name) => name.startsWith(`${path}.`)).sort(), path];
}

/** Parses the whole lines of a file. */
export function readLines<Value>(path: string): readonly Value[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}
