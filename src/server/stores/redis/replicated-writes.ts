import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { type Call, throwIfCallEnded } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import { getNodesForKey } from './cluster-nodes';
import type { CommandArgument } from './lua-script';
import type { RedisClient } from './redis-client';
import { isMovedError } from './redis-errors';

export interface Replication {
  /** Replicas that must have a write before it is answered; at least 1. */
  readonly replicas: number;
  /** How long they may take, milliseconds. */
  readonly timeoutMs: number;
}

/** A write that has a key, and whoever waits for its reply. */
interface Write {
  readonly call: Call;
  readonly key: string;
  readonly command: readonly [name: string, ...args: CommandArgument[]];
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

/** The reply of one command of a pipeline. */
type Reply = readonly [error: Error | null, value: unknown];

/**
 * Writes that are answered once replicas have them. WAIT does so for what was written on its own connection before, and holds up
 * whatever comes after it there; so these have a connection of their own, and all that come while one WAIT is under way share
 * the next. Before it a write that changes something always goes along: a command that found its work done by an earlier try,
 * which may not be replicated, changed nothing to wait for.
 */
export class ReplicatedWrites {
  /** The writes that wait for a batch, by the nodes that they go to; an entry is there while a batch is under way. */
  private readonly waiting = new Map<string, Write[]>();

  constructor(
    private readonly client: RedisClient,
    private readonly replication: Replication,
    private readonly clock: Clock,
  ) {}

  /**
   * Sends a command. Resolves to its reply, a Buffer where it is a string, once it is replicated. Rejects with the answer of
   * Redis where it refused the command, and with COMMIT_UNKNOWN where it was done and not replicated in time.
   */
  async send(call: Call, key: string, command: Write['command']): Promise<unknown> {
    try {
      return await this.enqueue(call, key, command);
    } catch (error) {
      if (!isMovedError(error)) throw error;
    }
    // A pipeline does not follow a slot that moved. A single command does, and then the client knows the way.
    await this.client.exists(key);
    return this.enqueue(call, key, command);
  }

  private enqueue(call: Call, key: string, command: Write['command']): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const write = { call, key, command, resolve, reject };
      const nodes = getNodesForKey(this.client, key);
      const waiting = this.waiting.get(nodes);
      if (waiting !== undefined) waiting.push(write);
      else void this.sendBatches(nodes, write);
    });
  }

  private async sendBatches(nodes: string, first: Write): Promise<void> {
    for (let batch = [first]; batch.length > 0; batch = this.waiting.get(nodes) ?? []) {
      this.waiting.set(nodes, []);
      await this.sendBatch(batch);
    }
    this.waiting.delete(nodes);
  }

  private async sendBatch(batch: readonly Write[]): Promise<void> {
    const writes = batch.filter((write) => this.isWanted(write));
    const last = writes.at(-1);
    if (last === undefined) return;
    const pipeline = this.client.pipeline();
    for (const { command } of writes) pipeline.callBuffer(...command);
    pipeline.set(`${last.key}:wait`, '', 'PX', 1);
    pipeline.call('wait', this.replication.replicas, this.replication.timeoutMs);
    try {
      this.settle(writes, (await pipeline.exec()) ?? []);
    } catch (error) {
      for (const { reject } of writes) reject(error);
    }
  }

  private settle(writes: readonly Write[], replies: readonly Reply[]): void {
    const [marked, waited] = replies.slice(writes.length);
    const unconfirmed = this.whyUnconfirmed(marked, waited);
    for (const [index, { resolve, reject }] of writes.entries()) {
      const [error, value] = replies[index] ?? [unconfirmed, undefined];
      if (error !== null) reject(error);
      else if (unconfirmed !== null) reject(unconfirmed);
      else resolve(value);
    }
  }

  /** Why what was done does not count as replicated; null where it does. */
  private whyUnconfirmed(marked: Reply | undefined, waited: Reply | undefined): Error | null {
    const cause = marked?.[0] ?? waited?.[0] ?? undefined;
    const count = Number(waited?.[1]);
    if (cause === undefined && count >= this.replication.replicas) return null;
    const message =
      cause === undefined
        ? `Redis did it, but ${count} of ${this.replication.replicas} replicas have confirmed it in time.`
        : 'Redis did it, but could not be asked whether its replicas have it.';
    return new OrchestratorError('COMMIT_UNKNOWN', message, { cause });
  }

  /** Whether somebody still waits for a write that was not sent yet. */
  private isWanted({ call, reject }: Write): boolean {
    try {
      throwIfCallEnded(call, this.clock.now());
      return true;
    } catch (error) {
      reject(error);
      return false;
    }
  }
}
