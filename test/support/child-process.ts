import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A TypeScript program in a child process. */
export interface ChildProgram {
  readonly pid: number | undefined;
  /** The lines of its standard output so far. */
  readonly lines: readonly string[];
  readonly stderr: () => string;
  /** Resolves when the program has written this many lines. Rejects if it exits earlier. */
  waitForLines(count: number): Promise<void>;
  /** Sends SIGKILL, if the program has not exited, and waits for the exit. */
  kill(): Promise<void>;
  /** Resolves to the exit code; null if a signal ended the program. */
  readonly exitCode: Promise<number | null>;
}

/** Starts a TypeScript program. `prefix` is a command that runs it, with its arguments. */
export function startProgram(
  path: string,
  args: readonly string[],
  { prefix = [] }: { readonly prefix?: readonly string[] } = {},
): ChildProgram {
  const command = [...prefix, process.execPath, '--require', join(__dirname, 'typescript-hook.cjs'), path, ...args];
  const child = spawn(command[0] ?? process.execPath, command.slice(1));
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
        if (hasExited(child)) throw new Error(`The program exited with ${child.exitCode}:\n${errors}`);
        await Promise.race([once(reader, 'line'), ended]);
      }
    },
  };
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
