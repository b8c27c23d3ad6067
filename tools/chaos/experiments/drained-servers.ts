import type { Conditions, Outcome } from '../experiment';
import { type Installation, withInstallation } from '../installation';
import { outcomeOf } from '../outcome-of';
import { RandomTurns } from '../random-turns';
import type { RawClient } from '../raw-client';
import { RedisProcess } from '../redis-process';
import { SeededRandom } from '../seeded-random';
import type { ServiceNode } from '../service-node';
import { TurnSender } from '../turn-sender';
import { until } from '../until-acknowledged';
import type { Violation } from '../violation';

/** How often. */
export interface DrainedServersParameters {
  /** SIGTERM, to one of the two nodes after the other. */
  readonly drains: number;
}

const callers = 24;
const sessionCount = 30;
/** Calls that a node has at least when it is told to stop. */
const leastInFlight = 4;
const readyWithinMs = 60_000;

/** A call may take so long where the machine stops for a while: it is told from one that the drain has failed. */
const slowMachineMs = 60_000;

/** So long calls are still taken after the signal: one that was on its way to the node by then is one in flight, too. */
const graceMs = 200;

/** A node and what its callers know of it. */
interface Drained {
  readonly node: ServiceNode;
  readonly client: RawClient;
  /** From the signal until it is reached again. */
  toldToStop: boolean;
  /** Calls without an answer. */
  inFlight: number;
}

/**
 * Two nodes on one Redis under load, without retries: each is told to stop, again and again. A call that is begun before the signal must
 * be answered with OK; one that is begun later may be refused with UNAVAILABLE, and then its turn must not have been applied.
 */
export async function drainedServers(
  { seed, progress }: Conditions,
  { drains }: DrainedServersParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start();
  const settings = {
    ORCHESTRATOR__SERVER__DRAIN_GRACE_MS: String(graceMs),
    ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: String(slowMachineMs),
  };
  try {
    const store = { kind: 'redis', port: redis.port } as const;
    return await withInstallation({ nodes: 2, store, settings }, async (installation) => {
      const load = new Load(installation, new SeededRandom(seed));
      await load.during(async (nodes) => {
        for (let round = 0; round < drains; round += 1) {
          progress(`SIGTERM ${round + 1} of ${drains}`);
          const node = nodes[round % nodes.length];
          if (node !== undefined) await load.drain(node);
        }
      });
      return outcomeOf(installation, load.counts, load.violations);
    });
  } finally {
    await redis.stop();
  }
}

/** Callers that know whether their node was told to stop when they began. */
class Load {
  readonly counts = { 'SIGTERM under load': 0, 'calls in flight': 0, 'of these failed': 0, 'calls refused later': 0 };
  readonly violations: Violation[] = [];
  private readonly nodes: readonly Drained[];
  private readonly sessions: readonly RandomTurns[];
  private readonly sender: TurnSender;
  private over = false;

  constructor(
    private readonly installation: Installation,
    private readonly random: SeededRandom,
  ) {
    const { nodes, clients, scenarios, ledger } = installation;
    this.nodes = nodes.flatMap((node, index) => {
      const client = clients[index];
      return client === undefined ? [] : [{ node, client, toldToStop: false, inFlight: 0 }];
    });
    this.sessions = Array.from(
      { length: sessionCount },
      () => new RandomTurns(random.uuid(), scenarios, random.fork()),
    );
    this.sender = new TurnSender(ledger, { timeoutMs: slowMachineMs, patienceMs: 2 * slowMachineMs });
  }

  /** Has turns sent while something is done to the nodes, and all of them answered in the end. */
  async during(work: (nodes: readonly Drained[]) => Promise<void>): Promise<void> {
    const calling = Array.from({ length: callers }, () => this.call());
    try {
      await work(this.nodes);
    } finally {
      this.over = true;
      await Promise.all(calling);
    }
  }

  /** Tells a node to stop in full swing, and starts it again. */
  async drain(drained: Drained): Promise<void> {
    await until(() => drained.inFlight >= leastInFlight);
    drained.toldToStop = true;
    this.counts['SIGTERM under load'] += 1;
    this.counts['calls in flight'] += drained.inFlight;
    const exitCode = await drained.node.stop();
    if (exitCode !== 0) this.note(`a node that was told to stop ended with ${exitCode ?? 'a kill after ten seconds'}`);
    await drained.node.start();
    await drained.client.ready(readyWithinMs);
    drained.toldToStop = false;
  }

  private async call(): Promise<void> {
    const { ledger } = this.installation;
    while (!this.over) {
      const session = this.random.pick(this.sessions);
      const { turnId, request } = session.next();
      const turn = ledger.add(session.sessionId, turnId, request);
      const drained = this.random.pick(this.nodes);
      const { toldToStop } = drained;
      drained.inFlight += 1;
      const failure = await this.sender.send(turn, drained.client);
      drained.inFlight -= 1;
      if (failure === undefined) continue;
      if (!toldToStop) {
        this.counts['of these failed'] += 1;
        this.note(`turn ${turnId} was sent before the signal, and failed: ${failure.status}, ${failure.details}`);
      } else {
        this.counts['calls refused later'] += 1;
        if (failure.status !== 'UNAVAILABLE') this.note(`turn ${turnId} was refused with ${failure.status}`);
      }
      await this.sender.deliver(turn, () => this.random.pick(this.nodes).client);
      if (turn.fresh === 0) this.note(`turn ${turnId} was refused, and had been applied`);
    }
  }

  private note(text: string): void {
    this.violations.push({ kind: 'expectation', text });
  }
}
