import { encodeTurnBlock } from '../../codec/stored/turn-block';
import type { Call } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import type { TurnRecord } from '../../ports/session-store';
import { defaultPackingLimits, type PackingLimits } from '../../ports/turn-limits';
import { PackingQueue } from '../recorded-turns/packing-queue';
import type { EmbeddedEnvironment } from './embedded-environment';
import type { TurnTable } from './turn-table';

export interface EmbeddedTurnPackerOptions {
  readonly packingLimits?: Partial<PackingLimits>;
  readonly clock: Clock;
  readonly onPackingError?: (error: unknown) => void;
}

interface CommittedTurn {
  readonly session: string;
  readonly committedAt: number;
}

/** Packs older turns into blocks in the background. */
export class EmbeddedTurnPacker {
  private readonly queue: PackingQueue<CommittedTurn>;
  private readonly limits: PackingLimits;

  constructor(
    private readonly environment: EmbeddedEnvironment,
    private readonly turns: TurnTable,
    options: EmbeddedTurnPackerOptions,
    /** Returns the revision of a session; undefined if it does not exist or has expired. */
    private readonly getRevision: (session: string) => number | undefined,
  ) {
    const { packingLimits, clock, onPackingError = () => undefined } = options;
    this.limits = { ...defaultPackingLimits, ...packingLimits };
    this.queue = new PackingQueue({
      pack: (turn, call) => this.pack(turn, call),
      clock,
      onError: onPackingError,
    });
  }

  /** Called after a commit. Returns at once. */
  onCommit(session: string, { revision, committedAt }: TurnRecord): void {
    if (revision % this.limits.turnsPerBlock === 0) this.queue.add(session, { session, committedAt });
  }

  waitUntilIdle(): Promise<void> {
    return this.queue.waitUntilIdle();
  }

  close(): Promise<void> {
    return this.queue.close();
  }

  /** Packs one block. Resolves to whether there may be more to pack. */
  private async pack({ session, committedAt }: CommittedTurn, call: Call): Promise<boolean> {
    const turns = this.environment.read(call, () => this.turns.listPackable(session, this.limits));
    if (turns.length === 0) return false;
    const block = await encodeTurnBlock(turns);
    return this.environment.write(call, () => {
      const revision = this.getRevision(session);
      return revision !== undefined && this.turns.pack(session, turns, block, { revision, committedAt });
    });
  }
}
