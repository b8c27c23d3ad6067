import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startServiceProcess, stopProcess } from '../../src/cli/local-service';
import { freePort } from './free-port';

/** Where a node ends itself as a crash does; see failpoint.ts. */
export type Failpoint = 'before-commit' | 'after-commit' | 'mid-stream';

/** A failpoint, and how many turns (or events of one stream) are let through before. */
export interface PlantedFailpoint {
  readonly at: Failpoint;
  readonly after: number;
}

/** A node of the service that is killed and started again, always on the same port. */
export class ServiceNode {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly settings: NodeJS.ProcessEnv,
  ) {}

  static async start(settings: NodeJS.ProcessEnv): Promise<ServiceNode> {
    const port = await freePort();
    const node = new ServiceNode(port, { ...settings, ORCHESTRATOR__SERVER__PORT: String(port) });
    await node.start();
    return node;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts it again, on request with a failpoint that is reached once. */
  async start(failpoint?: PlantedFailpoint): Promise<void> {
    const planted = failpoint && { CHAOS_FAILPOINT: failpoint.at, CHAOS_FAILPOINT_AFTER: String(failpoint.after) };
    const { child } = await startServiceProcess({
      env: process.env,
      settings: { ...this.settings, ...planted },
      ...(failpoint && { preload: join(__dirname, 'failpoint.js') }),
    });
    this.child = child;
  }

  /** Resolves when it has ended, to the signal that ended it. */
  async ended(): Promise<NodeJS.Signals | null> {
    const { child } = this;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child?.signalCode ?? null;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.ended();
  }

  /** Ends it in good order, by SIGTERM; resolves to its exit code, null where it had to be killed after ten seconds. */
  async stop(): Promise<number | null> {
    if (this.child === undefined) return null;
    await stopProcess(this.child);
    return this.child.exitCode;
  }
}
