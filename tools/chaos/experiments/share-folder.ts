import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceNode, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome, Violation } from '../experiment';
import { waitForAcknowledged, withLoad } from '../load';
import { SeededRandom } from '../seeded-random';
import { toOutcome } from '../verification';

export interface ShareFolderParameters {
  /** Number of processes that try to use the folder of a running one. Every second one runs as in another container. */
  readonly refusedStarts: number;
  /** Number of kills of the process that has the folder, each followed by two starts at the same time. */
  readonly kills: number;
}

const turnsBetweenStarts = 5;
const exitTimeoutMs = 60_000;

/** Runs a program as process 1 of its own PID namespace, with its own host name and /proc, as a container does. */
const isolation: readonly string[] = ['unshare', '--pid', '--uts', '--fork', '--kill-child', '--mount-proc'];

/**
 * Starts further services on the folder of an embedded store under load. Each must refuse to start, and no call of the first one may
 * fail. Then kills the one that has the folder, and starts two at once: exactly one must get the folder.
 */
export async function shareFolder(
  { seed, reportProgress }: ExperimentContext,
  { refusedStarts, kills }: ShareFolderParameters,
): Promise<Outcome> {
  return withDeployment({ nodeCount: 1, store: { kind: 'embedded' } }, async (deployment) => {
    const { turnLog, nodes } = deployment;
    const [node] = nodes;
    if (node === undefined) throw new Error('The deployment has no node.');
    const random = new SeededRandom(seed);
    const starts = new CompetingStarts(node, canIsolate());
    await withLoad(deployment, random.fork(), async () => {
      for (let start = 0; start < refusedStarts; start += 1) {
        await waitForAcknowledged(turnLog, turnsBetweenStarts);
        await starts.refuse(start % 2 === 1);
        reportProgress(`${start + 1} of ${refusedStarts} refused starts`);
      }
      const { failures } = turnLog.counts;
      if (failures.size > 0) {
        const text = `calls to the first process failed: ${[...failures.keys()].join(', ')}`;
        starts.violations.push({ kind: 'expectation', text });
      }
      for (let kill = 0; kill < kills; kill += 1) {
        await waitForAcknowledged(turnLog, turnsBetweenStarts);
        await node.kill();
        await starts.compete();
        reportProgress(`${kill + 1} of ${kills} kills`);
      }
    });
    return toOutcome(deployment, starts.counts, starts.violations);
  });
}

/** Starts services on the folder of a node, and records whether they are refused. */
class CompetingStarts {
  readonly counts = {
    'processes refused': 0,
    'of these in another PID namespace': 0,
    'kill -9 and two starts at once': 0,
  };
  readonly violations: Violation[] = [];

  constructor(
    private readonly node: ServiceNode,
    private readonly canIsolate: boolean,
  ) {}

  /** Starts a service while the node runs. */
  async refuse(isIsolated: boolean): Promise<void> {
    const prefix = isIsolated && this.canIsolate ? isolation : [];
    const problem = await getStartProblem(prefix, this.node.settings);
    if (problem === undefined) {
      this.violations.push({ kind: 'expectation', text: 'a second process was not refused' });
    } else if (!problem.includes('is in use by process')) {
      this.violations.push({ kind: 'expectation', text: `a second process was refused with: ${problem}` });
    } else {
      this.counts['processes refused'] += 1;
      if (prefix.length > 0) this.counts['of these in another PID namespace'] += 1;
    }
  }

  /** Starts the node, which is not running, and another service at the same time. The node must run afterwards. */
  async compete(): Promise<void> {
    const other = getStartProblem([], this.node.settings);
    const isStarted = await this.node.start().then(
      () => true,
      () => false,
    );
    const isOtherStarted = (await other) === undefined;
    if (isStarted === isOtherStarted) {
      const text = `of two processes that started at once, ${isStarted ? 'both' : 'none'} got the folder`;
      this.violations.push({ kind: 'expectation', text });
    }
    if (!isStarted) await this.node.start(); // The other service has ended.
    this.counts['kill -9 and two starts at once'] += 1;
  }
}

function canIsolate(): boolean {
  const [program = '', ...args] = isolation;
  return spawnSync(program, [...args, 'true']).status === 0;
}

/** Starts a service, which must exit with code 1. Returns its error output; undefined if it started, after ending it. */
async function getStartProblem(prefix: readonly string[], settings: NodeJS.ProcessEnv): Promise<string | undefined> {
  const server = join(__dirname, '..', '..', '..', 'src', 'server', 'main.js');
  const [program = process.execPath, ...args] = [...prefix, process.execPath, server];
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'], ...settings, ORCHESTRATOR__SERVER__PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const listening = new Promise<'listening'>((resolve) => {
    child.stderr.on('data', () => {
      if (output.includes('listens on')) resolve('listening');
    });
  });
  const result = await Promise.race([ended, listening, sleep(exitTimeoutMs, 'timeout' as const, { ref: false })]);
  if (result !== 1) kill();
  await ended;
  process.off('exit', kill);
  return result === 1 ? output : result === 'listening' ? undefined : `no exit with code 1 (${result}) ${output}`;
}
