import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FromGenerator, LoadOrder, LoadReport, ToGenerator } from './load-order';

/** Two, since one would wait for itself before the server does. */
const generators = 2;

/** Load generators in processes of their own, which stay the same from round to round, so that they are as warm as they get. */
export class Load {
  private readonly generators = Array.from({ length: generators }, () => new GeneratorProcess());

  /**
   * Prepares an order: connections stand, requests are encoded. Resolves to what sends it, once. That rejects when a call fails:
   * what is left of a run with failures measures nothing.
   */
  async prepare(order: LoadOrder): Promise<() => Promise<LoadReport>> {
    const parts = shares(order).flatMap((share, index) => {
      const generator = this.generators[index];
      return generator === undefined ? [] : [{ generator, share }];
    });
    await Promise.all(parts.map(({ generator, share }) => generator.prepare(share)));
    return async () => sumOf(await Promise.all(parts.map(({ generator }) => generator.run())));
  }

  /** Ends the generators. They end with this process at the latest. */
  stop(): void {
    for (const generator of this.generators) generator.end();
  }
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
  private readonly child: ChildProcess = fork(join(__dirname, 'generator.js'), { serialization: 'advanced' });
  private readonly ended = once(this.child, 'exit').then((): FromGenerator => ({ kind: 'failed', reason: 'it ended' }));

  async prepare(order: LoadOrder): Promise<void> {
    await this.answerTo({ kind: 'prepare', order });
  }

  async run(): Promise<LoadReport> {
    const answer = await this.answerTo({ kind: 'go' });
    if (answer.kind !== 'done') throw new Error('A load generator was sent off before it was prepared.');
    return answer.report;
  }

  end(): void {
    if (this.child.connected) this.child.disconnect();
  }

  private async answerTo(message: ToGenerator): Promise<FromGenerator> {
    const answer = once(this.child, 'message').then(([heard]): FromGenerator => heard);
    this.child.send(message);
    const heard = await Promise.race([answer, this.ended]);
    if (heard.kind === 'failed') throw new Error(`A load generator failed: ${heard.reason}.`);
    return heard;
  }
}
