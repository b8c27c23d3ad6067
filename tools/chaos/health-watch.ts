import { setTimeout as sleep } from 'node:timers/promises';
import type { RawClient } from './raw-client';

const check = '/grpc.health.v1.Health/Check';
const pauseMs = 20;
const timeoutMs = 10_000;
/** HealthCheckResponse with SERVING. */
const serving = Buffer.from([0x08, 1]);

interface Sample {
  readonly from: number;
  readonly to: number;
}

/**
 * Asks a node for its health, over and over. It needs no store for the answer, so how long that takes is what the machine, the
 * node's process and this one take by themselves: the control of everything that is timed here.
 */
export class HealthWatch {
  private readonly samples: Sample[] = [];
  private last: boolean | undefined;
  private stopped = false;
  private readonly running: Promise<void>;

  constructor(private readonly client: RawClient) {
    this.running = this.run();
  }

  /** Milliseconds that the slowest answer took of those under way between two times of `performance.now()`. */
  longest(from: number, to: number): number {
    const within = this.samples.filter((sample) => sample.to >= from && sample.from <= to);
    return within.reduce((longest, sample) => Math.max(longest, sample.to - sample.from), 0);
  }

  /** Resolves to whether it says so within a time. */
  async says(wanted: boolean, withinMs: number): Promise<boolean> {
    const end = performance.now() + withinMs;
    while (this.last !== wanted && performance.now() < end) await sleep(pauseMs);
    return this.last === wanted;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const from = performance.now();
      const outcome = await this.client.unary(check, Buffer.alloc(0), { timeoutMs });
      this.samples.push({ from, to: performance.now() });
      this.last = 'answer' in outcome && outcome.answer.bytes.equals(serving);
      await sleep(pauseMs);
    }
  }
}
