import { join } from 'node:path';
import { open } from 'lmdb';
import { openEmbedded } from '../../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../../support/calls';
import { startProgram } from '../../../support/child-process';
import { uuid } from '../../../support/session-builder';
import { applyTurn } from '../contract/turn-driver';
import { createTemporaryFolder } from './temporary-folder';

const program = join(__dirname, 'committing-process.ts');
const key = { tenantId: uuid(1), sessionId: uuid(1) };

describe('the folder of an embedded store', () => {
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
  const openStore = () =>
    openEmbedded({ path: folder.path, sessionTtlMs: 60_000, recordedTurns: 100_000, clock: Date }).sessionStore;

  beforeEach(async () => {
    folder = await createTemporaryFolder();
  });
  afterEach(() => folder.remove());

  it('is rejected for a second process, and the error has the id of the first process', async () => {
    const store = openStore();
    const second = startProgram(program, [folder.path]);
    expect(await second.exitCode).not.toBe(0);
    expect(second.stderr()).toContain(`is in use by process ${process.pid}`);
    expect(await applyTurn(store, key, uuid(1))).toEqual({ kind: 'committed' });
    await store.close();
  });

  it('is rejected for the same process', async () => {
    const store = openStore();
    expect(openStore).toThrow(`is in use by process ${process.pid}`);
    expect(await applyTurn(store, key, uuid(1))).toEqual({ kind: 'committed' });
    await store.close();
  });

  it('may have a dot in its name', async () => {
    const path = join(folder.path, 'data.lmdb.d');
    const { sessionStore } = openEmbedded({ path, sessionTtlMs: 60_000, recordedTurns: 1, clock: Date });
    expect(await applyTurn(sessionStore, key, uuid(1))).toEqual({ kind: 'committed' });
    await sessionStore.close();
  });

  it('is released by close', async () => {
    await openStore().close();
    const store = openStore();
    await expect(store.probe(unboundedCall)).resolves.toBeUndefined();
    await store.close();
  });

  it('5.3: is released by kill -9, and every acknowledged turn is stored', async () => {
    const sessions = 4;
    for (let round = 1; round <= 3; round += 1) {
      const child = startProgram(program, [folder.path, String(sessions), String(round * 100_000)]);
      await child.waitForLines(100 * round);
      await child.kill();
      const store = openStore();
      for (let session = 1; session <= sessions; session += 1) {
        const { turns } = await store.listTurns(
          { key: { tenantId: uuid(1), sessionId: uuid(session) }, afterRevision: 0, limit: 100_000 },
          unboundedCall,
        );
        expect(turns.map(({ revision }) => revision)).toEqual(turns.map((_, index) => index + 1));
        const acknowledged = child.lines.map((line) => line.split(' ').map(Number)).filter(([of]) => of === session);
        const recorded = new Set(turns.map(({ turnId }) => turnId));
        expect(acknowledged.filter(([, turn = 0]) => !recorded.has(uuid(turn)))).toEqual([]);
        expect(acknowledged.length).toBeGreaterThan(0);
      }
      await store.close();
    }
  });

  it('rejects writes of a process after another has taken over', async () => {
    const store = openStore();
    // A process in another container cannot see this process, so it takes over the folder.
    const other = open({ path: folder.path, maxDbs: 32 });
    await other.openDB({ name: 'owner', encoding: 'json' }).put('owner', { pid: 1, token: 'other' });
    await expect(applyTurn(store, key, uuid(1))).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await expect(store.probe(unboundedCall)).rejects.toMatchObject({ reason: 'STORE_UNAVAILABLE' });
    await store.close();
    await other.close();
  });

  it('is not blocked by a lock from another boot, another container, or another process with the same id', async () => {
    for (const changed of [{ bootId: 'earlier' }, { pidSpace: 'elsewhere' }, { startedAt: '1' }]) {
      await recordOwner(changed);
      const next = openStore();
      await expect(next.probe(unboundedCall)).resolves.toBeUndefined();
      await next.close();
    }
    await recordOwner({});
    expect(openStore).toThrow(`is in use by process ${process.pid}`);
  });

  /** Records this process, with changes, as the owner of the closed folder. */
  async function recordOwner(changed: object): Promise<void> {
    const store = openStore();
    const root = open({ path: folder.path, maxDbs: 32 });
    const owners = root.openDB<object, string>({ name: 'owner', encoding: 'json' });
    await owners.put('owner', { ...owners.get('owner'), token: 'stale', ...changed });
    await root.close();
    await store.close();
  }
});
