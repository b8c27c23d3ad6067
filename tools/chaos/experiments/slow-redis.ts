import { setTimeout as sleep } from 'node:timers/promises';
import type { Conditions, Outcome } from '../experiment';
import { HealthWatch } from '../health-watch';
import { type Installation, withInstallation } from '../installation';
import type { SentTurn } from '../ledger';
import { outcomeOf } from '../outcome-of';
import { RandomTurns } from '../random-turns';
import type { RawClient, RawFailure } from '../raw-client';
import { RedisProcess } from '../redis-process';
import { SeededRandom } from '../seeded-random';
import { TurnSender } from '../turn-sender';
import type { Violation } from '../violation';

/** How much is sent while Redis is slow in each of the ways. */
export interface SlowRedisParameters {
  readonly turnsOfPhase: number;
}

/** What is done to Redis: bytes to it take so long, or it stands still for so long. Milliseconds. */
type Trouble = { readonly delayMs: number } | { readonly stoppedMs: number };

const troubles: readonly Trouble[] = [{ delayMs: 50 }, { delayMs: 500 }, { delayMs: 5_000 }, { stoppedMs: 5_000 }];

/** Deadlines of the turns, milliseconds, and by how much an answer may miss them. */
const deadlines = [100, 300, 700];
const toleranceMs = 100;
/** Few, so that what is timed is not how many there are. */
const callsInFlight = 4;

/** From here on a node's probe of its store fails: its timeout with the default settings. */
const probeTimeoutMs = 1_000;
/** For how long readiness may lag behind: the time between two probes, one of them, and time to connect anew. */
const readinessWithinMs = 15_000;

/** A call that was to end at its deadline. Times of `performance.now()`. */
interface TimedCall {
  readonly from: number;
  readonly to: number;
  readonly deadlineMs: number;
}

/** One of two nodes has a slow Redis: deadlines, what comes late, and readiness. */
export async function slowRedis({ seed, progress }: Conditions, parameters: SlowRedisParameters): Promise<Outcome> {
  const redis = await RedisProcess.start();
  try {
    const store = { kind: 'redis', port: redis.port, proxied: true } as const;
    return await withInstallation({ nodes: 2, store }, async (installation) => {
      const experiment = new SlowRedis(installation, redis, new SeededRandom(seed), parameters.turnsOfPhase);
      try {
        for (const trouble of troubles) {
          progress('delayMs' in trouble ? `delayed by ${trouble.delayMs} ms` : `stopped for ${trouble.stoppedMs} ms`);
          await experiment.phase(trouble);
        }
      } finally {
        await experiment.watch.stop();
      }
      return outcomeOf(installation, experiment.counts, experiment.violations);
    });
  } finally {
    await redis.stop();
  }
}

class SlowRedis {
  readonly watch: HealthWatch;
  readonly violations: Violation[] = [];
  readonly counts = {
    'calls with a deadline': 0,
    'answered in time': 0,
    'given up at the deadline': 0,
    'given up before it': 0,
    'deadlines missed by more than 100 ms': 0,
    'longest overrun, ms': 0,
    'longest control (health check), ms': 0,
    'sent again to the other node and applied there': 0,
    'sent again and known already': 0,
    'changes of readiness seen': 0,
  };
  private readonly timed: TimedCall[] = [];
  private readonly sentAgain: Promise<void>[] = [];
  private readonly sender: TurnSender;
  private readonly slow: RawClient;
  private readonly other: RawClient;

  constructor(
    private readonly installation: Installation,
    private readonly redis: RedisProcess,
    private readonly random: SeededRandom,
    private readonly turns: number,
  ) {
    const [slow, other] = installation.clients;
    if (slow === undefined || other === undefined) throw new Error('Two nodes are needed.');
    this.slow = slow;
    this.other = other;
    this.sender = new TurnSender(installation.ledger);
    this.watch = new HealthWatch(slow);
  }

  async phase(trouble: Trouble): Promise<void> {
    const sessions = Array.from(
      { length: this.turns },
      () => new RandomTurns(this.random.uuid(), this.installation.scenarios, this.random.fork()),
    );
    // The node holds these sessions then, and commits the next turn in one command: it is under way when the deadline passes.
    await Promise.all(sessions.map((session) => this.sender.deliver(this.newTurn(session), () => this.slow)));
    await this.expectReadiness(true, 'before');
    const ended = this.begin(trouble);
    await this.callInTime(sessions);
    const isAway = 'stoppedMs' in trouble || trouble.delayMs > probeTimeoutMs;
    await this.expectReadiness(!isAway, 'during');
    await ended();
    await this.expectReadiness(true, 'after');
    await Promise.all(this.sentAgain.splice(0));
    for (const call of this.timed.splice(0)) this.noteTime(call);
  }

  /** Resolves to what ends the trouble. */
  private begin(trouble: Trouble): () => Promise<void> {
    if ('stoppedMs' in trouble) {
      this.redis.pause();
      const over = sleep(trouble.stoppedMs).then(() => this.redis.resume());
      return () => over;
    }
    const [proxy] = this.installation.proxies;
    if (proxy === undefined) throw new Error('The node must have a proxy.');
    proxy.delay = { toTarget: trouble.delayMs, toCaller: 0 };
    return async () => {
      proxy.delay = { toTarget: 0, toCaller: 0 };
      await sleep(trouble.delayMs); // what is still on its way arrives
    };
  }

  /**
   * A turn for each session, with a deadline that only the node keeps. Where it has no answer, the turn goes to the other node at
   * once, while the first commit may still be on its way.
   */
  private async callInTime(sessions: readonly RandomTurns[]): Promise<void> {
    const waiting = [...sessions.entries()];
    const caller = async (): Promise<void> => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [index, session] = next;
        const turn = this.newTurn(session);
        const failure = await this.timedCall(turn, deadlines[index % deadlines.length] ?? 0);
        if (failure === undefined) this.counts['answered in time'] += 1;
        else {
          this.counts[failure.status === 'DEADLINE_EXCEEDED' ? 'given up at the deadline' : 'given up before it'] += 1;
          this.sentAgain.push(this.sendAgain(turn));
        }
      }
    };
    await Promise.all(Array.from({ length: callsInFlight }, caller));
  }

  private async timedCall(turn: SentTurn, deadlineMs: number): Promise<RawFailure | undefined> {
    const options = { timeoutMs: 60_000, serverTimeoutMs: deadlineMs, patienceMs: 0 };
    const sender = new TurnSender(this.installation.ledger, options);
    const from = performance.now();
    const failure = await sender.send(turn, this.slow);
    this.timed.push({ from, to: performance.now(), deadlineMs });
    return failure;
  }

  private async sendAgain(turn: SentTurn): Promise<void> {
    await this.sender.deliver(turn, () => this.other);
    this.counts[turn.fresh > 0 ? 'sent again to the other node and applied there' : 'sent again and known already'] +=
      1;
  }

  private noteTime({ from, to, deadlineMs }: TimedCall): void {
    const { counts } = this;
    const overrunMs = to - from - deadlineMs;
    const controlMs = this.watch.longest(from, to);
    counts['calls with a deadline'] += 1;
    counts['longest overrun, ms'] = Math.max(counts['longest overrun, ms'], Math.round(overrunMs));
    const control = 'longest control (health check), ms';
    counts[control] = Math.max(counts[control], Math.round(controlMs));
    if (overrunMs <= toleranceMs) return;
    counts['deadlines missed by more than 100 ms'] += 1;
    if (overrunMs <= toleranceMs + controlMs) return; // the machine is that slow by itself
    const text = `a deadline was missed by ${overrunMs.toFixed(0)} ms, the control took ${controlMs.toFixed(0)} ms`;
    this.violations.push({ kind: 'expectation', text });
  }

  private async expectReadiness(ready: boolean, when: string): Promise<void> {
    if (await this.watch.says(ready, readinessWithinMs)) {
      if (!ready) this.counts['changes of readiness seen'] += 2;
      return;
    }
    this.violations.push({ kind: 'expectation', text: `${when} the trouble the node is ${ready ? 'not ' : ''}ready` });
  }

  private newTurn(session: RandomTurns): SentTurn {
    const { turnId, request } = session.next();
    return this.installation.ledger.add(session.sessionId, turnId, request);
  }
}
