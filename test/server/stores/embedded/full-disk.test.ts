import { randomBytes } from 'node:crypto';
import { rmSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionKey } from '../../../../src/core/model/session';
import { type EmbeddedStores, openEmbedded } from '../../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../../support/calls';
import { startProgram } from '../../../support/child-process';
import { FakeClock } from '../../../support/fake-clock';
import { aSession, uuid } from '../../../support/session-builder';
import { canMountDisks, mountSmallDisk, type SmallDisk } from '../../../support/small-disk';
import { aDefinition } from '../contract/a-definition';
import { aCommit, applyTurn } from '../contract/turn-driver';

const sessionTtlMs = 60_000;
const storeFull = { reason: 'STORE_FULL', retryAfterMs: expect.any(Number) };

(canMountDisks() ? describe : describe.skip)('an embedded store on a full disk', () => {
  let disk: SmallDisk;
  const clock = new FakeClock();
  let folderCount = 0;
  let folder: string;
  let stores: EmbeddedStores;

  const open = () =>
    openEmbedded({ path: folder, sessionTtlMs, turnLimits: { recordedTurns: 100 }, clock, monotonicClock: clock });
  const toKey = (session: number): SessionKey => ({ tenantId: uuid(1), sessionId: uuid(session) });
  const probe = () => stores.sessionStore.probe(unboundedCall);
  const read = (session: number) => stores.sessionStore.read(toKey(session), unboundedCall);
  const remove = (session: number) => stores.sessionStore.delete(toKey(session), unboundedCall);

  /** Applies turns with large requests, each to a new session, until the store is full. Returns the number of sessions. */
  async function applyTurnsUntilFull(): Promise<number> {
    for (let session = 1; ; session += 1) {
      const commit = aCommit(aSession(toKey(session)), uuid(1), { request: randomBytes(40_000) });
      try {
        await stores.sessionStore.commit(commit, unboundedCall);
      } catch (error) {
        expect(error).toMatchObject(storeFull);
        return session - 1;
      }
    }
  }

  beforeAll(() => {
    disk = mountSmallDisk(64);
  });
  afterAll(() => disk.remove());
  beforeEach(async () => {
    folderCount += 1;
    folder = join(disk.path, String(folderCount));
    stores = open();
    // Leaves room for about 30 sessions in the free pages of the file and on the disk.
    for (let session = 1; session <= 30; session += 1) await applyTurn(stores.sessionStore, toKey(session), uuid(1));
    disk.fill();
  });
  afterEach(async () => {
    await stores.sessionStore.close();
    disk.clear();
    rmSync(folder, { recursive: true });
  });

  it('is not ready, although the probe itself has room in the free pages of the file', async () => {
    await expect(probe()).rejects.toMatchObject(storeFull);
  });

  it('refuses turns, and changes nothing', async () => {
    const sessions = await applyTurnsUntilFull();
    expect(await read(sessions + 1)).toBeUndefined();
    await expect(probe()).rejects.toMatchObject(storeFull);
  });

  it('deletes sessions, with the space of its reserve', async () => {
    const sessions = await applyTurnsUntilFull();
    disk.fill();
    for (let session = 1; session <= sessions; session += 1) expect(await remove(session)).toBe(true);
    expect(await read(1)).toBeUndefined();
    // The pages of the deleted sessions are free, but the disk is not.
    await expect(applyTurn(stores.sessionStore, toKey(1), uuid(2))).rejects.toMatchObject(storeFull);
  });

  it('deletes expired sessions', async () => {
    await applyTurnsUntilFull();
    disk.fill();
    clock.advance(sessionTtlMs);
    while (await stores.sessionStore.sweep(unboundedCall));
    clock.advance(-1);
    expect(await read(1)).toBeUndefined();
  });

  it('accepts turns again and restores its reserve when there is room', async () => {
    const sessions = await applyTurnsUntilFull();
    disk.fill();
    for (let session = 1; session <= sessions; session += 1) await remove(session);
    disk.clear();
    await probe();
    expect(await applyTurn(stores.sessionStore, toKey(1), uuid(2))).toEqual({ kind: 'committed' });
    expect(statSync(join(folder, 'reserve')).blocks * 512).toBeGreaterThanOrEqual(4 * 1024 * 1024);
  });

  it('deletes scenarios, and refuses to store others', async () => {
    disk.clear();
    await probe();
    const agent = { tenantId: uuid(1), agentId: uuid(2) };
    const options = { contentHash: 'hash', storedAt: 1, expectedVersion: undefined };
    const put = (scenarioId: string) =>
      stores.catalogue.put(agent, aDefinition({ scenarioId }), options, unboundedCall);
    await put('first');
    await applyTurnsUntilFull();
    disk.fill();
    await expect(put('second')).rejects.toMatchObject(storeFull);
    const deletion = await stores.catalogue.delete(agent, 'first', undefined, unboundedCall);
    expect(deletion).toEqual({ kind: 'deleted', existed: true });
  });

  it('does not alternate between ready and unready while the free space is at the limit', async () => {
    disk.clear();
    await probe();
    const outcomes = await applyTurnsUntilProbeFails();
    expect(outcomes).toBeGreaterThan(0);
    // Deleting a session frees pages of the file, not of the disk.
    await remove(1);
    await expect(probe()).rejects.toMatchObject(storeFull);
    await expect(probe()).rejects.toMatchObject(storeFull);
  });

  it('is opened, even without the lock file of LMDB, and deletes sessions', async () => {
    const sessions = await applyTurnsUntilFull();
    await stores.sessionStore.close();
    unlinkSync(join(folder, 'lock.mdb'));
    disk.fill();
    stores = open();
    await expect(probe()).rejects.toMatchObject(storeFull);
    for (let session = 1; session <= sessions; session += 1) expect(await remove(session)).toBe(true);
  });

  it('is not created, and the error states the reason', async () => {
    const child = startProgram(join(__dirname, 'committing-process.ts'), [join(disk.path, 'new')]);
    expect(await child.exitCode).toBe(1);
    expect(child.stderr()).toMatch(/ENOSPC: no space left on device/);
  });

  async function applyTurnsUntilProbeFails(): Promise<number> {
    for (let session = 100; ; session += 1) {
      const commit = aCommit(aSession(toKey(session)), uuid(1), { request: randomBytes(400_000) });
      await stores.sessionStore.commit(commit, unboundedCall);
      try {
        await probe();
      } catch (error) {
        expect(error).toMatchObject(storeFull);
        return session - 100;
      }
    }
  }
});
