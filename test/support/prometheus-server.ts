import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../tools/chaos/free-port';
import { eventually } from './eventually';

/** The real program on a free loopback port, with a folder of its own. */
export interface PrometheusServer {
  /** What its HTTP interface answers below /api/v1. Rejects with what it says against the request. */
  ask(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

/** What is in every answer of its HTTP interface. */
interface Answer {
  readonly status: 'success' | 'error';
  readonly data?: unknown;
  readonly error?: string;
}

/** Starts it with a file of configuration; resolves once it answers. */
export async function startPrometheus(configFile: string): Promise<PrometheusServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const child = spawn(
    'prometheus',
    [`--config.file=${configFile}`, `--storage.tsdb.path=${folder}`, `--web.listen-address=127.0.0.1:${port}`],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const endWithTest = () => child.kill('SIGKILL');
  process.once('exit', endWithTest);
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  const exited: Promise<unknown> = once(child, 'close');
  await Promise.race([
    eventually(() =>
      fetch(`http://127.0.0.1:${port}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    ),
    exited.then(() => {
      throw new Error(`prometheus ended before it was ready:\n${told}`);
    }),
  ]);
  return {
    async ask(path) {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
      const answer = (await response.json()) as Answer;
      if (answer.status !== 'success') throw new Error(answer.error);
      return answer.data;
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
      process.removeListener('exit', endWithTest);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
