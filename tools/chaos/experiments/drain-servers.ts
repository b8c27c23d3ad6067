import { RedisProcess } from '../../redis/redis-process';
import { type Deployment, type ServiceNode, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome, Violation } from '../experiment';
import { waitUntil } from '../load';
import { RandomTurns } from '../random-turns';
import type { RawClient } from '../raw-client';
import { SeededRandom } from '../seeded-random';
import { TurnSender } from '../turn-sender';
import { toOutcome } from '../verification';

const clientCount = 24;
const sessionCount = 30;
/** Minimum number of calls in flight on a node when the node gets SIGTERM. */
const minInFlight = 4;
const readyTimeoutMs = 60_000;

/** Longer than a machine stalls under load, so that a timeout means that the drain failed a call. */
const slowMachineTimeoutMs = 60_000;

/** Milliseconds for which a node accepts new calls after SIGTERM. A call that was sent before the signal may arrive after it. */
const drainGraceMs = 200;

interface LoadedNode {
  readonly node: ServiceNode;
  readonly client: RawClient;
  /** True from SIGTERM until the restarted node is reachable. */
  isDraining: boolean;
  inFlight: number;
}

/**
 * Sends SIGTERM to two nodes in turn, on one Redis and under load. The clients do not retry a call. A call that was sent before the
 * signal must succeed. A later call may fail with UNAVAILABLE, but its turn must then not be applied. `drains` is the number of
 * signals.
 */
export async function drainServers(
  { seed, reportProgress }: ExperimentContext,
  { drains }: { readonly drains: number },
): Promise<Outcome> {
  const redis = await RedisProcess.start();
  const settings = {
    ORCHESTRATOR__SERVER__DRAIN_GRACE_MS: String(drainGraceMs),
    ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: String(slowMachineTimeoutMs),
  };
  try {
    const store = { kind: 'redis', port: redis.port } as const;
    return await withDeployment({ nodeCount: 2, store, settings }, async (deployment) => {
      const load = new DrainLoad(deployment, new SeededRandom(seed));
      await load.sendTurnsDuring(async (nodes) => {
        for (let round = 0; round < drains; round += 1) {
          reportProgress(`SIGTERM ${round + 1} of ${drains}`);
          const node = nodes[round % nodes.length];
          if (node !== undefined) await load.drain(node);
        }
      });
      return toOutcome(deployment, load.counts, load.violations);
    });
  } finally {
    await redis.stop();
  }
}

/** Clients that record whether a node was draining when they sent a call. */
class DrainLoad {
  readonly counts = {
    'SIGTERM under load': 0,
    'calls in flight': 0,
    'of these failed': 0,
    'calls refused later': 0,
  };
  readonly violations: Violation[] = [];
  private readonly nodes: readonly LoadedNode[];
  private readonly sessions: readonly RandomTurns[];
  private readonly sender: TurnSender;
  private isStopped = false;

  constructor(
    private readonly deployment: Deployment,
    private readonly random: SeededRandom,
  ) {
    const { nodes, clients, scenarios, turnLog } = deployment;
    this.nodes = nodes.flatMap((node, index) => {
      const client = clients[index];
      return client === undefined ? [] : [{ node, client, isDraining: false, inFlight: 0 }];
    });
    this.sessions = Array.from(
      { length: sessionCount },
      () => new RandomTurns(random.nextUuid(), scenarios, random.fork()),
    );
    this.sender = new TurnSender(turnLog, { timeoutMs: slowMachineTimeoutMs, giveUpAfterMs: 2 * slowMachineTimeoutMs });
  }

  /** Sends turns while `action` runs. Resolves when all turns are acknowledged. */
  async sendTurnsDuring(action: (nodes: readonly LoadedNode[]) => Promise<void>): Promise<void> {
    const clients = Array.from({ length: clientCount }, () => this.sendTurns());
    try {
      await action(this.nodes);
    } finally {
      this.isStopped = true;
      await Promise.all(clients);
    }
  }

  /** Stops a node with calls in flight, and starts it again. */
  async drain(target: LoadedNode): Promise<void> {
    await waitUntil(() => target.inFlight >= minInFlight);
    target.isDraining = true;
    this.counts['SIGTERM under load'] += 1;
    this.counts['calls in flight'] += target.inFlight;
    const exitCode = await target.node.stop();
    if (exitCode === null) this.addViolation('a node did not exit within ten seconds after SIGTERM');
    else if (exitCode !== 0) this.addViolation(`a node exited with code ${exitCode} after SIGTERM`);
    await target.node.start();
    await target.client.waitForReady(readyTimeoutMs);
    target.isDraining = false;
  }

  private async sendTurns(): Promise<void> {
    const { turnLog } = this.deployment;
    while (!this.isStopped) {
      const session = this.random.pick(this.sessions);
      const { turnId, request } = session.next();
      const turn = turnLog.add(session.sessionId, turnId, request);
      const target = this.random.pick(this.nodes);
      const wasDraining = target.isDraining;
      target.inFlight += 1;
      const failure = await this.sender.send(turn, target.client);
      target.inFlight -= 1;
      if (failure === undefined) continue;
      if (wasDraining) {
        this.counts['calls refused later'] += 1;
        if (failure.status !== 'UNAVAILABLE') {
          this.addViolation(`turn ${turnId} failed with ${failure.status} during the drain`);
        }
      } else {
        this.counts['of these failed'] += 1;
        this.addViolation(`turn ${turnId} was sent before SIGTERM and failed: ${failure.status}, ${failure.details}`);
      }
      await this.sender.sendUntilAcknowledged(turn, () => this.random.pick(this.nodes).client);
      if (turn.appliedCount === 0) this.addViolation(`turn ${turnId} failed but was applied`);
    }
  }

  private addViolation(text: string): void {
    this.violations.push({ kind: 'expectation', text });
  }
}
