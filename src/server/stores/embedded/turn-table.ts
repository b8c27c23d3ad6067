import type { Database, Key } from 'lmdb';
import { decodeBlockHeader, type StoredTurn } from '../../codec/stored/turn-block-header';
import type { RecordedTurnsQuery, TurnRecord, TurnSelector } from '../../ports/session-store';
import { maxHistoryBytes, maxHistoryTurns } from '../../ports/turn-history';
import type { PackingRange, TurnLimits } from '../../ports/turn-limits';
import type { EmbeddedEnvironment } from './embedded-environment';
import { encodeKeyPart, keyPartUpperBound } from './embedded-keys';
import type { FoundTurns } from './found-turns';
import { decodeTurnValue, encodeTurnValue } from './session-values';

// Call the methods that change a table only within a transaction, that is, within `EmbeddedEnvironment.write`.

/** More turns than this are not counted. */
const maxCounted = 100;

/** The upper bound of a range of revisions. */
const revisionUpperBound = Number.MAX_SAFE_INTEGER;

/** Single turns to pack, and the block to which they are added; undefined if they have a new one. */
export interface PackableTurns {
  readonly turns: readonly StoredTurn[];
  readonly lastBlock: Uint8Array | undefined;
}

/** The last turn of a session, from which number and age of the others are counted. */
type LastTurn = Pick<TurnRecord, 'revision' | 'committedAt'>;

type RevisionKey = [session: string, revision: number];

/**
 * The recorded turns of all sessions: single ones with the states before some of them, and blocks of older ones. Also the revision of each
 * turn id that is known; it is known only while its turn is recorded.
 */
export class TurnTable {
  private readonly turns: Database<Uint8Array, RevisionKey>;
  /** The key of a block has the revision of its last turn. */
  private readonly blocks: Database<Uint8Array, RevisionKey>;
  private readonly keptStates: Database<Uint8Array, RevisionKey>;
  private readonly revisions: Database<number, [session: string, turnId: string]>;

  constructor(
    environment: EmbeddedEnvironment,
    private readonly limits: TurnLimits,
  ) {
    this.turns = environment.openTable('turns', 'binary');
    this.blocks = environment.openTable('turn-blocks', 'binary');
    this.keptStates = environment.openTable('kept-states', 'binary');
    this.revisions = environment.openTable('turn-revisions', 'json');
  }

  /** Returns the turn with an id, alone or in its block, if it is one of the last turns before `revision` whose ids are known. */
  findKnown(session: string, turnId: string, revision: number): FoundTurns | undefined {
    const known = this.getRevision(session, turnId);
    if (known === undefined || known <= revision - this.limits.replayableTurns) return undefined;
    return this.list(session, { afterRevision: known - 1, limit: 1, maxBytes: Number.MAX_SAFE_INTEGER });
  }

  /** Returns the revision of a turn id. */
  getRevision(session: string, turnId: string): number | undefined {
    return this.revisions.get([session, encodeKeyPart(turnId)]);
  }

  /** Lists turns after a revision. The limits are exceeded by less than one block at each end. */
  list(session: string, { afterRevision, limit, maxBytes }: Required<Omit<RecordedTurnsQuery, 'key'>>): FoundTurns {
    const blocks: Uint8Array[] = [];
    const turns: StoredTurn[] = [];
    let remainingBytes = maxBytes;
    let count = 0;
    const isFull = () => count >= limit || (remainingBytes < 0 && count > 0);
    for (const { key, value } of this.blocks.getRange(listAfter(session, afterRevision))) {
      if (isFull()) return { blocks, turns, hasMore: true };
      const { firstRevision, messageBytes } = decodeBlockHeader(value);
      blocks.push(value);
      count += key[1] - Math.max(afterRevision, firstRevision - 1);
      // It is not known how many bytes of the first block are after the revision.
      if (blocks.length > 1) remainingBytes -= messageBytes;
    }
    for (const { key, value } of this.turns.getRange(listAfter(session, afterRevision))) {
      const record = decodeTurnValue(value, key[1]);
      remainingBytes -= getMessageBytes(record);
      if (isFull()) return { blocks, turns, hasMore: true };
      turns.push({ record, stateBefore: undefined });
      count += 1;
    }
    return { blocks, turns, hasMore: false };
  }

  /** Returns the turns from the nearest one whose state is kept, or earlier, to the requested one, or later; none if it is not recorded. */
  readHistory(session: string, selector: TurnSelector): FoundTurns {
    const requested = 'turnId' in selector ? this.findRevision(session, selector.turnId) : selector.revision;
    const blocks: Uint8Array[] = [];
    const turns: StoredTurn[] = [];
    if (requested === undefined) return { blocks, turns, hasMore: false };
    let remainingBytes = maxHistoryBytes;
    let next = requested;
    const isDone = () => remainingBytes < 0 || requested - next >= maxHistoryTurns;
    for (const { key, value } of this.turns.getRange(listBackFrom(session, requested))) {
      if (key[1] !== next || isDone()) break;
      const record = decodeTurnValue(value, next);
      const stateBefore = this.keptStates.get(key);
      turns.unshift({ record, stateBefore });
      if (stateBefore !== undefined) return { blocks, turns, hasMore: false };
      if (next < requested) remainingBytes -= getMessageBytes(record);
      next -= 1;
    }
    for (const { value } of this.listBlocksBackFrom(session, next)) {
      const { firstRevision, keepsState, messageBytes } = decodeBlockHeader(value);
      if (firstRevision > next || isDone()) break;
      blocks.unshift(value);
      if (keepsState.slice(0, next - firstRevision + 1).includes(true)) break;
      if (next < requested) remainingBytes -= messageBytes;
      next = firstRevision - 1;
    }
    return { blocks, turns, hasMore: false };
  }

  keepStateBefore(session: string, revision: number, state: Uint8Array): void {
    this.keptStates.putSync([session, revision], state);
  }

  /**
   * Adds a turn and removes the turns that exceed the limits on the number and the age of recorded turns. Returns the number of turns that
   * are not in a block, at most `maxCounted`.
   */
  add(session: string, record: TurnRecord): number {
    this.turns.putSync([session, record.revision], encodeTurnValue(record));
    this.revisions.putSync([session, encodeKeyPart(record.turnId)], record.revision);
    this.trim(session, record, 0);
    return this.turns.getCount({ ...listAfter(session, -1), limit: maxCounted });
  }

  /** Returns the oldest single turns to pack; undefined if there are not enough. */
  readPackable(
    session: string,
    { maxTurns, minUnpacked, keptTurns, maxBytes }: PackingRange,
  ): PackableTurns | undefined {
    const unpacked = this.turns.getCount({ ...listAfter(session, -1), limit: maxTurns + minUnpacked });
    if (unpacked < minUnpacked) return undefined;
    const lastBlock = this.findOpenBlock(session, maxTurns, maxBytes);
    const header = lastBlock && decodeBlockHeader(lastBlock);
    const limit = Math.min(maxTurns - (header?.turnIds.length ?? 0), unpacked - keptTurns);
    const turns: StoredTurn[] = [];
    let remainingBytes = maxBytes - (header?.messageBytes ?? 0);
    for (const { key, value } of this.turns.getRange({ ...listAfter(session, -1), limit })) {
      const record = decodeTurnValue(value, key[1]);
      remainingBytes -= getMessageBytes(record);
      if (remainingBytes < 0 && turns.length > 0) break;
      turns.push({ record, stateBefore: this.keptStates.get(key) });
    }
    // If the first turn does not fit into the last block, it has a block of its own.
    const fits = remainingBytes >= 0 || turns.length > 1;
    return { turns, lastBlock: fits ? lastBlock : undefined };
  }

  /**
   * Replaces single turns by a block, which may also replace the last block, and applies all limits. Returns false and changes nothing if the
   * turns have changed.
   */
  pack(session: string, { turns, lastBlock }: PackableTurns, block: Uint8Array, lastTurn: LastTurn): boolean {
    const keys = turns.map(({ record }): RevisionKey => [session, record.revision]);
    const isUnchanged = turns.every(({ record }, index) => {
      const stored = this.turns.get(keys[index] ?? [session, -1]);
      return stored !== undefined && Buffer.compare(stored, encodeTurnValue(record)) === 0;
    });
    const [first, last] = [keys[0], keys.at(-1)];
    if (!isUnchanged || first === undefined || last === undefined) return false;
    if (lastBlock !== undefined) {
      const lastKey: RevisionKey = [session, first[1] - 1];
      const stored = this.blocks.get(lastKey);
      if (stored === undefined || Buffer.compare(stored, lastBlock) !== 0) return false;
      this.blocks.removeSync(lastKey);
    }
    this.blocks.putSync(last, block);
    for (const key of keys) {
      this.turns.removeSync(key);
      this.keptStates.removeSync(key);
    }
    this.forgetOldIds(session, lastTurn.revision);
    const bytes = Array.from(this.blocks.getRange(listAfter(session, -1)), ({ value }) => value.length);
    this.trim(session, lastTurn, bytes.reduce((sum, each) => sum + each, 0) - this.limits.recordedBytes);
    return true;
  }

  /** Removes entries of a session, at most `limit`. Returns how many were removed; less than `limit` if none is left. */
  removeSome(session: string, limit: number): number {
    const byRevision = listAfter(session, -1);
    const byId = { start: [session, ''], end: [session, keyPartUpperBound] };
    let removed = 0;
    const removeFrom = <K extends Key>(table: Database<unknown, K>, range: { start: Key; end: Key }) => {
      for (const key of Array.from(table.getKeys({ ...range, limit: limit - removed }))) {
        table.removeSync(key);
        removed += 1;
      }
    };
    for (const table of [this.turns, this.blocks, this.keptStates]) removeFrom(table, byRevision);
    removeFrom(this.revisions, byId);
    return removed;
  }

  /** Returns the newest block if it has fewer turns and bytes than a full one. */
  private findOpenBlock(session: string, maxTurns: number, maxBytes: number): Uint8Array | undefined {
    const [newest] = this.blocks.getRange({ ...listBackFrom(session, revisionUpperBound), limit: 1 });
    if (newest === undefined) return undefined;
    const { turnIds, messageBytes } = decodeBlockHeader(newest.value);
    return turnIds.length < maxTurns && messageBytes < maxBytes ? newest.value : undefined;
  }

  /**
   * Removes the oldest turns before the last one that are too many or too old, and blocks of turns that are not replayable until
   * `excessBytes` are removed.
   */
  private trim(session: string, { revision, committedAt }: LastTurn, excessBytes: number): void {
    const { recordedTurns, replayableTurns, recordedAgeMs } = this.limits;
    const earliest = committedAt - recordedAgeMs;
    let remainingExcess = excessBytes;
    for (;;) {
      const [oldest] = this.blocks.getRange({ ...listAfter(session, -1), limit: 1 });
      if (oldest === undefined) break;
      const { key, value } = oldest;
      const { lastCommittedAt } = decodeBlockHeader(value);
      const isExcess = remainingExcess > 0 && key[1] <= revision - replayableTurns;
      if (key[1] > revision - recordedTurns && lastCommittedAt >= earliest && !isExcess) return;
      this.forgetIds(session, value);
      this.blocks.removeSync(key);
      remainingExcess -= value.length;
    }
    for (;;) {
      const [oldest] = this.turns.getRange({ ...listAfter(session, -1), limit: 1 });
      if (oldest === undefined || oldest.key[1] >= revision) return;
      const record = decodeTurnValue(oldest.value, oldest.key[1]);
      if (record.revision > revision - recordedTurns && record.committedAt >= earliest) return;
      this.forgetId(session, record.turnId, record.revision);
      this.keptStates.removeSync(oldest.key);
      this.turns.removeSync(oldest.key);
    }
  }

  /** Removes the ids of blocks that are not replayable at a revision, from the newest one to the first one without ids. */
  private forgetOldIds(session: string, revision: number): void {
    for (const { value } of this.listBlocksBackFrom(session, revision)) {
      const { firstRevision, turnIds } = decodeBlockHeader(value);
      const isReplayable = firstRevision + turnIds.length - 1 > revision - this.limits.replayableTurns;
      if (!isReplayable && !this.forgetIds(session, value)) return;
    }
  }

  /** Removes the ids of the turns of a block. Returns whether there were any. */
  private forgetIds(session: string, block: Uint8Array): boolean {
    const { firstRevision, turnIds } = decodeBlockHeader(block);
    return turnIds.map((turnId, index) => this.forgetId(session, turnId, firstRevision + index)).includes(true);
  }

  /** Removes a turn id, unless a later turn has the same one. */
  private forgetId(session: string, turnId: string, revision: number): boolean {
    if (this.getRevision(session, turnId) !== revision) return false;
    this.revisions.removeSync([session, encodeKeyPart(turnId)]);
    return true;
  }

  /** Returns the revision of a recorded turn, which need not be known any more. */
  private findRevision(session: string, turnId: string): number | undefined {
    const known = this.getRevision(session, turnId);
    if (known !== undefined) return known;
    for (const { value } of this.listBlocksBackFrom(session, revisionUpperBound)) {
      const { firstRevision, turnIds } = decodeBlockHeader(value);
      const index = turnIds.lastIndexOf(turnId);
      if (index >= 0) return firstRevision + index;
    }
    return undefined;
  }

  /** Lists blocks, newest first, from the one that has `revision` or, if there is none, from the newest one before it. */
  private *listBlocksBackFrom(session: string, revision: number): Generator<{ key: RevisionKey; value: Uint8Array }> {
    const [at] = this.blocks.getRange({ ...listAfter(session, revision - 1), limit: 1 });
    const from = at?.key[1] ?? revision;
    yield* this.blocks.getRange(listBackFrom(session, from));
  }
}

function listAfter(session: string, revision: number) {
  return { start: [session, revision + 1], end: [session, revisionUpperBound] };
}

function listBackFrom(session: string, revision: number) {
  return { start: [session, revision], end: [session, -1], reverse: true };
}

function getMessageBytes({ request, response }: TurnRecord): number {
  return request.length + response.length;
}
