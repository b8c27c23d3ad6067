import { type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { BenchServer } from './bench-server';

/**
 * Starts a server of this folder in a process of its own, which ends with this one.
 *
 * @param file without its ending; it waits for one message, and answers with the port that it listens on
 */
export async function startForked(file: string, message: object, options: ForkOptions = {}): Promise<BenchServer> {
  const child = fork(join(__dirname, `${file}.js`), options);
  child.send(message);
  const [port] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [])]);
  if (typeof port !== 'number' || child.pid === undefined) throw new Error(`The ${file} did not start.`);
  return {
    address: `127.0.0.1:${port}`,
    pid: child.pid,
    async stop() {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}
