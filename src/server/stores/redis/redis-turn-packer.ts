import { compressTurnBlock } from '../../codec/stored/turn-block';
import type { Call } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import type { TurnRecord } from '../../ports/session-store';
import { defaultPackingLimits, type PackingLimits, type TurnLimits } from '../../ports/turn-limits';
import { PackingQueue } from '../recorded-turns/packing-queue';
import type { RedisConnection } from './redis-connection';
import type { SessionKeys } from './redis-keys';
import { runPackTurns } from './scripts/pack-turns';
import { runReadPackable } from './scripts/read-packable';

export interface RedisTurnPackerOptions {
  readonly turnLimits: TurnLimits;
  readonly packingLimits?: Partial<PackingLimits>;
  readonly clock: Clock;
  readonly onPackingError?: (error: unknown) => void;
}

interface CommittedTurn {
  readonly keys: SessionKeys;
  readonly committedAt: number;
}

/**
 * Packs older turns into blocks in the background. Every block of a session is proposed by the node that committed its last turn. Several
 * nodes may pack the same turns: the script applies the first block only.
 */
export class RedisTurnPacker {
  private readonly queue: PackingQueue<CommittedTurn>;
  private readonly limits: PackingLimits;

  constructor(
    private readonly connection: RedisConnection,
    private readonly options: RedisTurnPackerOptions,
  ) {
    const { packingLimits, clock, onPackingError = () => undefined } = options;
    this.limits = { ...defaultPackingLimits, ...packingLimits };
    this.queue = new PackingQueue({ pack: (turn, call) => this.pack(turn, call), clock, onError: onPackingError });
  }

  /** Called after a commit. Returns at once. */
  onCommit(keys: SessionKeys, { revision, committedAt }: TurnRecord): void {
    if (revision % this.limits.turnsPerBlock === 0) this.queue.add(keys.session, { keys, committedAt });
  }

  waitUntilIdle(): Promise<void> {
    return this.queue.waitUntilIdle();
  }

  close(): Promise<void> {
    return this.queue.close();
  }

  /** Packs one block. Resolves to whether there may be more to pack. */
  private async pack({ keys, committedAt }: CommittedTurn, call: Call): Promise<boolean> {
    const turns = await runReadPackable(this.connection, keys, this.limits, call);
    if (turns === undefined) return false;
    const block = await compressTurnBlock(turns.summary, turns.content);
    return runPackTurns(this.connection, keys, { block, turns, limits: this.options.turnLimits, committedAt }, call);
  }
}
