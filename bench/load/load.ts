import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FromGenerator, LoadOrder, LoadReport, ToGenerator } from './load-order';

/** Two, since one would wait for itself before the server does. */
const generators = 2;

/** A load that is prepared: connections stand, requests are encoded. */
export interface PreparedLoad {
  /** Sends it, once. Rejects when a call fails: what is left of a run with failures measures nothing. */
  run(): Promise<LoadReport>;
}

/** Prepares a load in processes of their own, which end when it has been sent, or with this process. */
export async function prepareLoad(order: LoadOrder): Promise<PreparedLoad> {
  const parts = shares(order).map((share) => new GeneratorProcess(share));
  await Promise.all(parts.map((part) => part.prepared()));
  return {
    async run() {
      try {
        return sumOf(await Promise.all(parts.map((part) => part.run())));
      } finally {
        for (const part of parts) part.end();
      }
    },
  };
}

/** The order, cut for each generator. */
function shares(order: LoadOrder): readonly LoadOrder[] {
  const count = Math.min(generators, order.connections, order.inFlight, order.sessions);
  const share = (whole: number, index: number): number => Math.floor((whole + index) / count);
  return Array.from({ length: count }, (_, index) => ({
    ...order,
    addresses: order.addresses.map((_address, at) => order.addresses[(at + index) % order.addresses.length] ?? ''),
    connections: share(order.connections, index),
    inFlight: share(order.inFlight, index),
    sessions: share(order.sessions, index),
  }));
}

function sumOf(reports: readonly LoadReport[]): LoadReport {
  const sum = (count: (report: LoadReport) => number): number =>
    reports.reduce((total, report) => total + count(report), 0);
  return {
    calls: sum(({ calls }) => calls),
    seconds: Math.max(...reports.map(({ seconds }) => seconds)),
    latencies: reports.flatMap(({ latencies }) => latencies),
    requestBytes: sum(({ requestBytes }) => requestBytes),
    responseBytes: sum(({ responseBytes }) => responseBytes),
  };
}

class GeneratorProcess {
  private readonly child: ChildProcess;

  constructor(private readonly order: LoadOrder) {
    this.child = fork(join(__dirname, 'generator.js'), { serialization: 'advanced' });
  }

  async prepared(): Promise<void> {
    await this.answerTo({ kind: 'prepare', order: this.order });
  }

  async run(): Promise<LoadReport> {
    const answer = await this.answerTo({ kind: 'go' });
    if (answer.kind !== 'done') throw new Error('A load generator was sent off before it was prepared.');
    return answer.report;
  }

  end(): void {
    this.child.disconnect();
  }

  private async answerTo(message: ToGenerator): Promise<FromGenerator> {
    const answer = Promise.race([
      once(this.child, 'message').then(([heard]): FromGenerator => heard),
      once(this.child, 'exit').then((): FromGenerator => ({ kind: 'failed', reason: 'it ended' })),
    ]);
    this.child.send(message);
    const heard = await answer;
    if (heard.kind === 'failed') throw new Error(`A load generator failed: ${heard.reason}.`);
    return heard;
  }
}
