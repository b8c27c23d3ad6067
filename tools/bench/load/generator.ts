import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { sessionTurns } from '../workload/session-turns';
import { framed, Http2Caller, headerBytes } from './http2-caller';
import type { FromGenerator, LoadOrder, LoadReport, ToGenerator } from './load-order';

/** A load generator, in a process of its own, so that it takes nothing from the server but its core. */
class Generator {
  /** The framed requests of each session. A turn id is used once, so every request is prepared, and before the clock runs. */
  private readonly sessions: readonly (readonly Buffer[])[];
  private next = 0;
  private readonly latencies: number[] = [];
  private responseBytes = 0;

  private constructor(
    private readonly order: LoadOrder,
    private readonly callers: readonly Http2Caller[],
  ) {
    this.sessions = Array.from({ length: order.sessions }, () =>
      sessionTurns(order.shape).map((turn) =>
        framed(ProcessTurnRequest.encode(ProcessTurnRequest.fromPartial({ turn })).finish()),
      ),
    );
  }

  static async prepare(order: LoadOrder): Promise<Generator> {
    const { addresses, connections, method } = order;
    const opened = Array.from({ length: connections }, (_, index) =>
      Http2Caller.open(addresses[index % addresses.length] ?? '', method),
    );
    return new Generator(order, await Promise.all(opened));
  }

  async run(): Promise<LoadReport> {
    const since = performance.now();
    await Promise.all(Array.from({ length: this.order.inFlight }, (_, lane) => this.drive(lane)));
    const seconds = (performance.now() - since) / 1_000;
    for (const caller of this.callers) caller.close();
    return {
      calls: this.latencies.length,
      seconds,
      latencies: this.latencies,
      requestBytes: this.sessions.flat().reduce((sum, { length }) => sum + length - headerBytes, 0),
      responseBytes: this.responseBytes,
    };
  }

  /** One call at a time, session after session, each on the next of the connections that are this lane's. */
  private async drive(lane: number): Promise<void> {
    for (let at = lane; ; at += this.order.inFlight) {
      const caller = this.callers[at % this.callers.length];
      const requests = this.sessions[this.next];
      this.next += 1;
      if (caller === undefined || requests === undefined) return;
      for (const request of requests) {
        const since = performance.now();
        const received = await caller.call(request);
        this.responseBytes += received;
        this.latencies.push(performance.now() - since);
      }
    }
  }
}

function tell(message: FromGenerator): void {
  process.send?.(message);
}

let generator: Generator | undefined;

process.on('message', (message: ToGenerator) => {
  const answer =
    message.kind === 'prepare'
      ? Generator.prepare(message.order).then((prepared): FromGenerator => {
          generator = prepared;
          return { kind: 'prepared' };
        })
      : generator?.run().then((report): FromGenerator => ({ kind: 'done', report }));
  answer?.then(tell, (error: unknown) => tell({ kind: 'failed', reason: String(error) }));
});
process.on('disconnect', () => process.exit());
