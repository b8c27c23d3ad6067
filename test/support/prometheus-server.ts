import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../tools/redis/free-port';
import { eventually } from './eventually';

/** A Prometheus process on a free loopback port with a temporary folder. */
export interface PrometheusServer {
  /** Sends a request to the HTTP API below /api/v1. Rejects with the error message of the response. */
  ask(path: string): Promise<unknown>;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: 'success' | 'error';
  readonly data?: unknown;
  readonly error?: string;
}

/** Starts Prometheus with a configuration file; resolves when it is ready. */
export async function startPrometheus(configFile: string): Promise<PrometheusServer> {
  const port = await findFreePort();
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const child = spawn(
    'prometheus',
    [`--config.file=${configFile}`, `--storage.tsdb.path=${folder}`, `--web.listen-address=127.0.0.1:${port}`],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const endWithTest = () => child.kill('SIGKILL');
  process.once('exit', endWithTest);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
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
      throw new Error(`prometheus ended before it was ready:\n${stderr}`);
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
