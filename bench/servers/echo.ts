import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { BenchServer } from './bench-server';

/** What a bare server is given to move, so that it moves as many bytes as the service. */
export interface EchoSizes {
  readonly redisPort: number;
  /** Of an answer. */
  readonly answerBytes: number;
  /** Of the value that its script stores. */
  readonly valueBytes: number;
}

/** Full method of the bare server. */
export const echoMethod = '/bench.Echo/Echo';

/** Starts a bare server in a process of its own, which ends with this one. */
export async function startEcho(sizes: EchoSizes): Promise<BenchServer> {
  const child = fork(join(__dirname, 'echo-server.js'));
  child.send(sizes);
  const [port] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [])]);
  if (typeof port !== 'number' || child.pid === undefined) throw new Error('The bare server did not start.');
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
