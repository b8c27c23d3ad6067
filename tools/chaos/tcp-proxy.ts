import { connect, createServer, type Server, type Socket } from 'node:net';
import { listenOnLoopback } from '../redis/free-port';

/** `drop` discards the chunk. `cut` destroys the connection. */
export type FilterAction = 'pass' | 'drop' | 'cut';

/** Selects the action for each chunk that the target sends on one connection, before the chunk is forwarded. */
export type ReplyFilter = (chunk: Buffer) => FilterAction;

/** Latency in milliseconds, per direction. */
export interface Delay {
  readonly toTargetMs: number;
  readonly toClientMs: number;
}

type HeldTraffic = 'none' | 'replies' | 'all';

/**
 * A TCP proxy on loopback that delays, holds, drops and cuts traffic. As in a network, bytes keep their order, and bytes that a client sent
 * before it closed the connection still arrive.
 */
export class TcpProxy {
  /** Applies to traffic that arrives after it is set. */
  delay: Delay = { toTargetMs: 0, toClientMs: 0 };
  /** Creates the reply filter of a new connection. */
  createFilter: () => ReplyFilter = () => () => 'pass';
  private readonly flows = new Set<Flow>();
  private heldTraffic: HeldTraffic = 'none';

  private constructor(
    private readonly server: Server,
    readonly port: number,
    private readonly targetPort: number,
  ) {
    server.on('connection', (client) => this.connectTarget(client));
  }

  /** Listens on a free port and forwards to a loopback port. */
  static async start(targetPort: number): Promise<TcpProxy> {
    // Half-open, so that the end of a connection is forwarded in order.
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    return new TcpProxy(server, await listenOnLoopback(server), targetPort);
  }

  /** Holds traffic back until `release`. Connections stay open. */
  hold(traffic: 'replies' | 'all'): void {
    this.setHeldTraffic(traffic);
  }

  release(): void {
    this.setHeldTraffic('none');
  }

  /** Destroys all connections. Held and delayed traffic is lost. */
  cut(): void {
    for (const flow of this.flows) flow.cut();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private setHeldTraffic(traffic: HeldTraffic): void {
    this.heldTraffic = traffic;
    for (const flow of this.flows) flow.forwardDueChunks();
  }

  private connectTarget(client: Socket): void {
    const target = connect({ port: this.targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const requests = new Flow(
      client,
      target,
      () => this.delay.toTargetMs,
      () => this.heldTraffic !== 'all',
    );
    const replies = new Flow(
      target,
      client,
      () => this.delay.toClientMs,
      () => this.heldTraffic === 'none',
      this.createFilter(),
    );
    for (const flow of [requests, replies]) {
      this.flows.add(flow);
      void flow.closed.then(() => this.flows.delete(flow));
    }
  }
}

interface Chunk {
  /** The time of `performance.now()` from which the chunk may be forwarded. */
  readonly dueAt: number;
  /** Undefined for the end of the connection. */
  readonly bytes: Buffer | undefined;
}

/** One direction of one connection. */
class Flow {
  /** Resolves when the destination is closed. */
  readonly closed: Promise<void>;
  private readonly queue: Chunk[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly source: Socket,
    private readonly destination: Socket,
    private readonly getDelayMs: () => number,
    private readonly isOpen: () => boolean,
    private readonly filter: ReplyFilter = () => 'pass',
  ) {
    source.on('data', (bytes) => this.enqueue(bytes)).on('end', () => this.enqueue(undefined));
    // Forwards a reset as the end of the connection, after the bytes before it.
    source.on('error', () => this.enqueue(undefined));
    this.closed = new Promise((resolve) => {
      destination.once('close', () => resolve());
    });
  }

  cut(): void {
    clearTimeout(this.timer);
    this.queue.length = 0;
    this.source.destroy();
    this.destination.destroy();
  }

  /** Forwards the chunks that are due, and schedules the next one. */
  forwardDueChunks(): void {
    clearTimeout(this.timer);
    for (let next = this.queue[0]; next !== undefined && this.isOpen(); next = this.queue[0]) {
      const waitMs = next.dueAt - performance.now();
      if (waitMs > 0) {
        this.timer = setTimeout(() => this.forwardDueChunks(), waitMs);
        return;
      }
      this.queue.shift();
      this.forward(next);
    }
  }

  private enqueue(bytes: Buffer | undefined): void {
    this.queue.push({ dueAt: performance.now() + this.getDelayMs(), bytes });
    this.forwardDueChunks();
  }

  private forward({ bytes }: Chunk): void {
    if (bytes === undefined) {
      this.destination.end();
      return;
    }
    const action = this.filter(bytes);
    if (action === 'cut') this.cut();
    else if (action === 'pass' && !this.destination.destroyed) this.destination.write(bytes);
  }
}
