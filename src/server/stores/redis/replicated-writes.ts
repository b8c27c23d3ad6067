import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { type Call, throwIfCallEnded } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import { getNodesForKey } from './cluster-nodes';
import type { CommandArgument } from './lua-script';
import type { RedisClient } from './redis-client';
import { isMovedError } from './redis-errors';
import { sendInSpan } from './trace-commands';

export interface Replication {
  /** The number of replicas that must acknowledge a write, at least 1. */
  readonly replicas: number;
  /** The maximum time to wait for the acknowledgments, in milliseconds. */
  readonly timeoutMs: number;
}

/** A pending write: a command with a key, and the functions that settle its promise. */
interface PendingWrite {
  readonly call: Call;
  readonly key: string;
  readonly command: readonly [name: string, ...args: CommandArgument[]];
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

/** The reply to one command of a pipeline. */
type PipelineReply = readonly [error: Error | null, value: unknown];

/**
 * Sends writes and waits until replicas have acknowledged them. WAIT covers the earlier writes on the same connection and
 * blocks the later ones. Replicated writes therefore have a separate connection, and all writes that arrive during a WAIT share
 * the next WAIT.
 *
 * Each batch contains a marker write that always changes a key. Without it, WAIT would not wait for a retried command whose
 * effect was applied by an earlier, possibly unreplicated attempt.
 */
export class ReplicatedWrites {
  /** The writes of the next batch, by the nodes that serve them. An entry exists while a batch is in progress. */
  private readonly queuedWrites = new Map<string, PendingWrite[]>();

  constructor(
    private readonly client: RedisClient,
    private readonly replication: Replication,
    private readonly clock: Clock,
  ) {}

  /**
   * Sends a command. Resolves to the reply when the command is replicated; strings in the reply are Buffers. Rejects with the
   * error reply if Redis rejects the command, and with COMMIT_UNKNOWN if the command is executed but not replicated in time.
   */
  async send(call: Call, key: string, command: PendingWrite['command']): Promise<unknown> {
    try {
      return await this.enqueue(call, key, command);
    } catch (error) {
      if (!isMovedError(error)) throw error;
    }
    // A pipeline does not follow redirections. A single command does, and it updates the client's slot table.
    await sendInSpan(call.span, () => this.client.exists(key));
    return this.enqueue(call, key, command);
  }

  private enqueue(call: Call, key: string, command: PendingWrite['command']): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const write = { call, key, command, resolve, reject };
      const nodes = getNodesForKey(this.client, key);
      const queue = this.queuedWrites.get(nodes);
      if (queue !== undefined) queue.push(write);
      else void this.sendBatches(nodes, write);
    });
  }

  private async sendBatches(nodes: string, first: PendingWrite): Promise<void> {
    for (let batch = [first]; batch.length > 0; batch = this.queuedWrites.get(nodes) ?? []) {
      this.queuedWrites.set(nodes, []);
      await this.sendBatch(batch);
    }
    this.queuedWrites.delete(nodes);
  }

  private async sendBatch(batch: readonly PendingWrite[]): Promise<void> {
    const writes = this.rejectEndedCalls(batch);
    const [first, last] = [writes[0], writes.at(-1)];
    if (first === undefined || last === undefined) return;
    const pipeline = this.client.pipeline();
    for (const { command } of writes) pipeline.callBuffer(...command);
    pipeline.set(`${last.key}:wait`, '', 'PX', 1);
    pipeline.call('wait', this.replication.replicas, this.replication.timeoutMs);
    try {
      // A batch is traced in the call that sends it. Most batches have one write.
      this.settle(writes, (await sendInSpan(first.call.span, () => pipeline.exec())) ?? []);
    } catch (error) {
      for (const { reject } of writes) reject(error);
    }
  }

  private settle(writes: readonly PendingWrite[], replies: readonly PipelineReply[]): void {
    const [markerReply, waitReply] = replies.slice(writes.length);
    const replicationError = this.findReplicationError(markerReply, waitReply);
    for (const [index, { resolve, reject }] of writes.entries()) {
      const [error, value] = replies[index] ?? [replicationError, undefined];
      if (error !== null) reject(error);
      else if (replicationError !== null) reject(replicationError);
      else resolve(value);
    }
  }

  /** Returns the error for a batch that was executed but is not known to be replicated; null if it is replicated. */
  private findReplicationError(
    markerReply: PipelineReply | undefined,
    waitReply: PipelineReply | undefined,
  ): Error | null {
    const cause = markerReply?.[0] ?? waitReply?.[0] ?? undefined;
    const count = Number(waitReply?.[1]);
    if (cause === undefined && count >= this.replication.replicas) return null;
    const message =
      cause === undefined
        ? `Redis applied the write, but only ${count} of ${this.replication.replicas} replicas acknowledged it in time.`
        : 'Redis applied the write, but WAIT failed, so its replication is unknown.';
    return new OrchestratorError('COMMIT_UNKNOWN', message, { cause });
  }

  /** Rejects the writes whose call has ended. Returns the others. */
  private rejectEndedCalls(batch: readonly PendingWrite[]): readonly PendingWrite[] {
    return batch.filter(({ call, reject }) => {
      try {
        throwIfCallEnded(call, this.clock.now());
        return true;
      } catch (error) {
        reject(error);
        return false;
      }
    });
  }
}
