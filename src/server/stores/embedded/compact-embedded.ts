import { existsSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database, RootDatabase } from 'lmdb';
import { createCall } from '../../ports/call';
import { getFreeBytes, minFreeBytes } from './disk-space';
import { copyFolderName, erasedKey, openDatabase, timesTable } from './embedded-environment';
import { FolderLock } from './folder-lock';
import { type EmbeddedOptions, openEmbedded } from './open-embedded';

export interface Compaction {
  /** The folder of the store. */
  readonly path: string;
  /** The size of the database file in bytes. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

const databaseFile = 'data.mdb';

/** One transaction of the copy has at most this many bytes of values, so that it blocks the event loop for a short time only. */
const maxBatchBytes = 1024 * 1024;
const maxBatchEntries = 1_000;

/** Work of the process itself, without a deadline. */
const ownCall = createCall(Number.POSITIVE_INFINITY, new AbortController().signal);

/**
 * Erases deleted and expired values from the folder. LMDB never overwrites them: they stay in the free pages, and in the gaps of
 * pages in use. Therefore expired sessions are removed, all entries are copied one by one to a new database, and this replaces
 * the old one. A crash leaves either the old or the new database.
 *
 * Throws if the folder has no store or is in use, or if the disk has no room for the copy.
 */
export async function compactEmbedded(options: EmbeddedOptions): Promise<Compaction> {
  const { path } = options;
  if (!hasDatabase(path)) throw new Error(`The folder ${path} has no embedded store.`);
  await removeExpired(options);
  return withLock(path, () => replaceDatabase(path));
}

/**
 * As `compactEmbedded`, if something was deleted or has expired since the last compaction, or there was none. Otherwise, and for a
 * folder without a store, resolves to undefined. Calls `onStart` before it copies.
 */
export async function compactIfErasable(
  options: EmbeddedOptions,
  onStart: () => void = () => undefined,
): Promise<Compaction | undefined> {
  const { path } = options;
  if (!hasDatabase(path) || !(await removeExpired(options))) return undefined;
  onStart();
  return withLock(path, () => replaceDatabase(path));
}

function hasDatabase(path: string): boolean {
  return existsSync(join(path, databaseFile));
}

/** Removes the expired sessions. Resolves to whether these or earlier deletions left something to erase. */
async function removeExpired(options: EmbeddedOptions): Promise<boolean> {
  const { sessionStore, environment } = openEmbedded(options);
  try {
    while (await sessionStore.sweep(ownCall));
    return environment.isErasable();
  } finally {
    await environment.close();
  }
}

async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = new FolderLock(path);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

async function replaceDatabase(path: string): Promise<Compaction> {
  const copyPath = join(path, copyFolderName);
  const source = openDatabase(path);
  try {
    const bytesBefore = (await stat(join(path, databaseFile))).size;
    throwIfNoRoom(path, bytesBefore);
    const copy = openDatabase(copyPath, { noSync: true });
    try {
      for (const name of Array.from(source.getKeys()))
        await copyTable(openRawTable(source, name), openRawTable(copy, name));
      await copy.openDB<number, string>({ name: timesTable, encoding: 'json' }).put(erasedKey, 1);
    } finally {
      await copy.close();
    }
    const bytesAfter = (await stat(join(copyPath, databaseFile))).size;
    await source.close();
    await sync(join(copyPath, databaseFile));
    await rename(join(copyPath, databaseFile), join(path, databaseFile));
    await sync(path);
    return { path, bytesBefore, bytesAfter };
  } finally {
    await source.close();
    await rm(copyPath, { recursive: true, force: true });
  }
}

/** A table with the bytes of its keys and values. */
type RawTable = Database<Uint8Array, Uint8Array>;

function openRawTable(root: RootDatabase<Uint8Array, string>, name: string): RawTable {
  return root.openDB<Uint8Array, Uint8Array>({ name, encoding: 'binary', keyEncoding: 'binary' });
}

async function copyTable(source: RawTable, target: RawTable): Promise<void> {
  let last: Uint8Array | undefined;
  do {
    last = copyBatch(source, target, last);
    await nextTurn();
  } while (last !== undefined);
}

/** Copies entries after the key `after`. Returns the last key; undefined if there was no entry. */
function copyBatch(source: RawTable, target: RawTable, after: Uint8Array | undefined): Uint8Array | undefined {
  const range = { limit: maxBatchEntries, ...(after !== undefined && { start: after, exclusiveStart: true }) };
  return target.transactionSync(() => {
    let last: Uint8Array | undefined;
    let bytes = 0;
    for (const { key, value } of source.getRange(range)) {
      target.putSync(key, value);
      last = key;
      bytes += value.byteLength;
      if (bytes >= maxBatchBytes) break;
    }
    return last;
  });
}

function throwIfNoRoom(path: string, bytes: number): void {
  const missing = bytes + minFreeBytes - getFreeBytes(path);
  if (missing <= 0) return;
  const text = `The disk of ${path} has no room for a copy of the database. Free ${Math.ceil(missing / 1024 / 1024)} MiB.`;
  throw new Error(text);
}

/** Writes a file, or the names in a folder, to the disk. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
