import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The file that a Redis appends every change to: the newest of those that its manifest names (7.0 and later), or the only one
 * (6.2).
 */
export class AppendOnlyFile {
  private constructor(
    private readonly path: string,
    /** What redis-check-aof is given: the manifest, where there is one. */
    private readonly whole: string,
  ) {}

  /** The one in the folder of a Redis that runs with `appendonly yes`. */
  static of(folder: string): AppendOnlyFile {
    const parts = join(folder, 'appendonlydir');
    const manifest =
      statSync(parts, { throwIfNoEntry: false }) && readdirSync(parts).find((name) => /manifest$/.test(name));
    const only = join(folder, 'appendonly.aof');
    if (manifest === undefined) return new AppendOnlyFile(only, only);
    const lines = readFileSync(join(parts, manifest), 'utf8').split('\n');
    const newest = lines.flatMap((line) => /^file (\S+) seq \d+ type i/.exec(line)?.[1] ?? []).at(-1);
    if (newest === undefined) throw new Error(`${manifest} names no file that is appended to.`);
    return new AppendOnlyFile(join(parts, newest), join(parts, manifest));
  }

  /** Bytes. */
  size(): number {
    return statSync(this.path).size;
  }

  /** Loses everything from an offset on. Only while no Redis runs on it. */
  cut(offset: number): void {
    truncateSync(this.path, offset);
  }

  /**
   * Takes off what a crash has left of a transaction, as an operator does before Redis is started again. Redis itself, told by
   * `aof-load-truncated yes`, may leave the beginning of one behind, which swallows what is appended next at the start after that.
   */
  repair(): void {
    const { status, error, stdout } = spawnSync('redis-check-aof', ['--fix', this.whole], {
      input: 'y\n',
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`redis-check-aof did not repair ${this.whole}: ${error?.message ?? stdout}`);
  }
}
