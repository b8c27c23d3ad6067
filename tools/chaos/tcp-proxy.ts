import { connect, createServer, type Server, type Socket } from 'node:net';
import { listenOnLoopback } from './free-port';

/** What becomes of bytes on their way back to the caller. */
export type Verdict = 'pass' | 'drop' | 'cut';

/** Judges the bytes that the target answers on one connection, chunk by chunk, before they go on. */
export type ReplyJudge = (chunk: Buffer) => Verdict;

/** How many milliseconds bytes take, each way. */
export interface Delay {
  readonly toTarget: number;
  readonly toCaller: number;
}

/**
 * A TCP proxy on loopback that delays, holds, drops and cuts what goes through it. Bytes keep their order, and the end of a
 * connection comes after the bytes before it, as in a network: what a caller sent before it gave up still arrives.
 */
export class TcpProxy {
  /** Applies to what arrives from now on. */
  delay: Delay = { toTarget: 0, toCaller: 0 };
  /** Called for each new connection; its judge decides about each answer of that connection. */
  judge: () => ReplyJudge = () => () => 'pass';
  private readonly flows = new Set<Flow>();
  private holding: 'nothing' | 'answers' | 'everything' = 'nothing';

  private constructor(
    private readonly server: Server,
    readonly port: number,
    private readonly targetPort: number,
  ) {
    server.on('connection', (caller) => this.join(caller));
  }

  /** Listens on a free port and passes on to a port of the loopback interface. */
  static async start(targetPort: number): Promise<TcpProxy> {
    // Half-open, so that an end is passed on when its turn comes, and not at once.
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    return new TcpProxy(server, await listenOnLoopback(server), targetPort);
  }

  /** Lets nothing more through, or no more answers, without closing a connection, until `release`. */
  hold(what: 'answers' | 'everything'): void {
    this.passing(what);
  }

  release(): void {
    this.passing('nothing');
  }

  /** Cuts all connections; what was on its way is gone. */
  cut(): void {
    for (const flow of this.flows) flow.cut();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private passing(held: 'nothing' | 'answers' | 'everything'): void {
    this.holding = held;
    for (const flow of this.flows) flow.pump();
  }

  private join(caller: Socket): void {
    const target = connect({ port: this.targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const judge = this.judge();
    const there = new Flow(
      caller,
      target,
      () => this.delay.toTarget,
      () => this.holding !== 'everything',
    );
    const back = new Flow(
      target,
      caller,
      () => this.delay.toCaller,
      () => this.holding === 'nothing',
      judge,
    );
    for (const flow of [there, back]) {
      this.flows.add(flow);
      void flow.closed.then(() => this.flows.delete(flow));
    }
  }
}

/** What arrived and may go on from a time on; no bytes: the end. */
interface Parcel {
  readonly dueAt: number;
  readonly bytes: Buffer | undefined;
}

/** One direction of one connection. */
class Flow {
  /** Resolves when there is nothing more to come. */
  readonly closed: Promise<void>;
  private readonly queue: Parcel[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly delayMs: () => number,
    private readonly mayPass: () => boolean,
    private readonly judge: ReplyJudge = () => 'pass',
  ) {
    from.on('data', (bytes) => this.accept(bytes)).on('end', () => this.accept(undefined));
    // A reset, too, comes after what was sent before it.
    from.on('error', () => this.accept(undefined));
    this.closed = new Promise((resolve) => {
      to.once('close', () => resolve());
    });
  }

  cut(): void {
    clearTimeout(this.timer);
    this.queue.length = 0;
    this.from.destroy();
    this.to.destroy();
  }

  /** Passes on what is due, and comes back for the rest. */
  pump(): void {
    clearTimeout(this.timer);
    for (let next = this.queue[0]; next !== undefined && this.mayPass(); next = this.queue[0]) {
      const wait = next.dueAt - performance.now();
      if (wait > 0) {
        this.timer = setTimeout(() => this.pump(), wait);
        return;
      }
      this.queue.shift();
      this.passOn(next);
    }
  }

  private accept(bytes: Buffer | undefined): void {
    this.queue.push({ dueAt: performance.now() + this.delayMs(), bytes });
    this.pump();
  }

  private passOn({ bytes }: Parcel): void {
    if (bytes === undefined) {
      this.to.end();
      return;
    }
    const verdict = this.judge(bytes);
    if (verdict === 'cut') this.cut();
    else if (verdict === 'pass' && !this.to.destroyed) this.to.write(bytes);
  }
}
