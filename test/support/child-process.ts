import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A TypeScript program that runs as a process of its own. */
export interface ChildProgram {
  readonly pid: number | undefined;
  /** What it has written so far, line by line. */
  readonly lines: readonly string[];
  readonly stderr: () => string;
  /** Resolves when it has written so many lines; rejects when it ends before. */
  waitForLines(count: number): Promise<void>;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Resolves to its exit code when it ends by itself. */
  readonly exitCode: Promise<number | null>;
}

/** Starts a program of the test folder. */
export function startProgram(path: string, args: readonly string[]): ChildProgram {
  const child = spawn(process.execPath, ['--require', join(__dirname, 'typescript-hook.cjs'), path, ...args]);
  const lines: string[] = [];
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const ended = once(child, 'close').then(() => child.exitCode);
  return {
    pid: child.pid,
    lines,
    stderr: () => errors,
    exitCode: ended,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    waitForLines: async (count) => {
      while (lines.length < count) {
        if (hasEnded(child)) throw new Error(`The program ended with ${child.exitCode}:\n${errors}`);
        await Promise.race([once(reader, 'line'), ended]);
      }
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
