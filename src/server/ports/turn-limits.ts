/** Limits on the recorded turns of a session. The last turn is always recorded. */
export interface TurnLimits {
  /** The number of last turns whose ids are known, so that a retry returns the recorded response; at least 1. */
  readonly replayableTurns: number;
  /** The number of last turns that are recorded; at least `replayableTurns`. Older turns are removed in blocks, so a few more may remain. */
  readonly recordedTurns: number;
  /** Maximum bytes of the blocks of older turns. The last `replayableTurns` turns remain even if they have more. */
  readonly recordedBytes: number;
  /** Maximum age of a recorded turn in milliseconds. Turns are removed with the next commit, and a block with its last turn. */
  readonly recordedAgeMs: number;
}

/** The defaults of `[limits]`. */
export const defaultTurnLimits: TurnLimits = {
  replayableTurns: 64,
  recordedTurns: 1_000,
  recordedBytes: 262_144,
  recordedAgeMs: 30 * 86_400_000,
};

/** Completes limits with the defaults. Throws if they contradict each other. */
export function resolveTurnLimits(limits: Partial<TurnLimits> = {}): TurnLimits {
  const recordedTurns = limits.recordedTurns ?? defaultTurnLimits.recordedTurns;
  const replayableTurns = limits.replayableTurns ?? Math.min(defaultTurnLimits.replayableTurns, recordedTurns);
  if (!(replayableTurns >= 1)) throw new Error('The number of replayable turns must be at least 1.');
  if (!(recordedTurns >= replayableTurns)) {
    throw new Error('The number of recorded turns must be at least the number of replayable turns.');
  }
  return { ...defaultTurnLimits, ...limits, recordedTurns, replayableTurns };
}

/** When older turns are packed into a block, which is compressed and decoded as a whole. */
export interface PackingLimits {
  /** Turns per block; at most 16. Turns are packed when there are that many besides the last `unpackedTurns`. */
  readonly turnsPerBlock: number;
  /** Turns of the first block of a session. Smaller than the others, because most sessions are short. */
  readonly firstBlockTurns: number;
  /** The number of last turns that are not packed while the session is in use; at least 1. */
  readonly unpackedTurns: number;
  /** Maximum bytes of requests and responses per block. A block with one turn may have more. */
  readonly blockBytes: number;
  /** The turns of a session without a turn for this time, in milliseconds, are packed, except for the last one, or if they are few. */
  readonly idleMs: number;
}

/** `blockBytes` keeps the reply with the turns to pack below `largeValueBytes`, unless a state is large. */
export const defaultPackingLimits: PackingLimits = {
  turnsPerBlock: 12,
  firstBlockTurns: 8,
  unpackedTurns: 1,
  blockBytes: 57_344,
  idleMs: 300_000,
};

/** Which turns to pack. */
export interface PackingRange {
  /** Maximum number of turns to pack. */
  readonly maxTurns: number;
  /** Nothing is packed if fewer turns are unpacked. */
  readonly minUnpacked: number;
  /** The number of last turns that are not packed; at least 1. */
  readonly keptTurns: number;
  readonly maxBytes: number;
}

/** An idle session with fewer turns to pack is not worth the work. */
const minIdleTurns = 4;

/** When turns are packed: into the first block or a later one of a session in use, or when the session is idle. */
export type PackingOccasion = 'first' | 'later' | 'idle';

/** Returns which turns of a session to pack. */
export function toPackingRange(limits: PackingLimits, occasion: PackingOccasion): PackingRange {
  const { turnsPerBlock, unpackedTurns, blockBytes } = limits;
  const keptTurns = occasion === 'idle' ? 1 : unpackedTurns;
  const minTurns = { first: limits.firstBlockTurns, later: turnsPerBlock, idle: minIdleTurns }[occasion];
  return {
    maxTurns: turnsPerBlock,
    minUnpacked: Math.min(minTurns, turnsPerBlock) + keptTurns,
    keptTurns,
    maxBytes: blockBytes,
  };
}
