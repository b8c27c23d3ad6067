import { open } from 'lmdb';
import { type EmbeddedStores, openEmbedded } from '../../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../../support/calls';
import { FakeClock } from '../../../support/fake-clock';
import { recordedTables } from '../recorded/bytes';
import {
  commitRecordedTurns,
  expectRecordedCatalogue,
  expectRecordedSession,
  putRecordedCatalogue,
  recordedKey,
  withCurrentSession,
} from '../recorded/operations';
import { createTemporaryFolder } from './temporary-folder';

describe('embedded data of release 0.1.0', () => {
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
  beforeEach(async () => {
    folder = await createTemporaryFolder();
  });
  afterEach(() => folder.remove());

  /** Runs `work` with open stores, whose clock has the time at which the data was recorded. */
  async function withStores(work: (stores: EmbeddedStores) => Promise<void>): Promise<void> {
    const options = {
      path: folder.path,
      sessionTtlMs: 60_000,
      turnLimits: { recordedTurns: 10 },
      clock: new FakeClock(),
      monotonicClock: new FakeClock(),
    };
    const stores = openEmbedded(options);
    await work(stores);
    await stores.sessionStore.close();
  }

  /** Writes the recorded tables. */
  async function restore(): Promise<void> {
    const root = open({ path: folder.path, maxDbs: 32 });
    for (const [name, entries] of Object.entries(recordedTables)) {
      const table = root.openDB<Buffer, string | (string | number)[]>({ name, encoding: 'binary' });
      for (const [key, value] of entries) await table.put(key, Buffer.from(value, 'base64'));
    }
    await root.close();
  }

  /** Reads all tables in the format of `recordedTables`. */
  async function dump(): Promise<object> {
    const root = open({ path: folder.path, maxDbs: 32 });
    const tables = Object.keys(recordedTables).map((name) => {
      const table = root.openDB<Buffer, string | (string | number)[]>({ name, encoding: 'binary' });
      const entries = Array.from(table.getRange({}), ({ key, value }) => [key, value.toString('base64')] as const);
      return [name, entries] as const;
    });
    await root.close();
    return Object.fromEntries(tables);
  }

  it('is read', async () => {
    await restore();
    await withStores(async ({ sessionStore, catalogue }) => {
      await expectRecordedSession(sessionStore);
      await expectRecordedCatalogue(catalogue);
    });
  });

  it('is deleted completely', async () => {
    await restore();
    await withStores(async ({ sessionStore }) => {
      expect(await sessionStore.delete(recordedKey, unboundedCall)).toBe(true);
    });
    expect(await dump()).toMatchObject({ sessions: [], expiries: [], turns: [], 'turn-revisions': [] });
  });

  it('is identical to the data that the current release writes, except for the session', async () => {
    await withStores(async ({ sessionStore, catalogue }) => {
      await commitRecordedTurns(sessionStore);
      await putRecordedCatalogue(catalogue);
    });
    expect(await dump()).toEqual(withCurrentSession(recordedTables));
  });
});
