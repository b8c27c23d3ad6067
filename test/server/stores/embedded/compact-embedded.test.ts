import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { open } from 'lmdb';
import { compactEmbedded, compactIfErasable } from '../../../../src/server/stores/embedded/compact-embedded';
import { type EmbeddedStores, openEmbedded } from '../../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../../support/calls';
import { startProgram } from '../../../support/child-process';
import { FakeClock } from '../../../support/fake-clock';
import { aSession, uuid } from '../../../support/session-builder';
import { aDefinition } from '../contract/a-definition';
import { aCommit, applyTurn } from '../contract/turn-driver';
import { createTemporaryFolder } from './temporary-folder';

const sessionTtlMs = 3_600_000;
const tenantId = uuid(1);
const agent = { tenantId, agentId: uuid(2) };

describe('the compaction of an embedded store', () => {
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
  let clock: FakeClock;
  let stores: EmbeddedStores;
  let marker: string;

  const toOptions = () => ({
    path: folder.path,
    sessionTtlMs,
    turnLimits: { recordedTurns: 3 },
    clock,
    monotonicClock: clock,
  });
  const reopen = () => {
    stores = openEmbedded(toOptions());
  };
  /** Closes the store and compacts it, as the start of the service does, or as the command does with `compactEmbedded`. */
  const compact = async (run: typeof compactIfErasable = compactIfErasable) => {
    await stores.sessionStore.close();
    return run(toOptions());
  };
  const contains = (text: string) =>
    readdirSync(folder.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .some((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(text));

  /** Commits turns of a session, each with the text in its state and its request, so that old states are in the file as well. */
  async function commitTurns(session: number, text: string, bytes: number, count = 5): Promise<void> {
    const content = text.padEnd(bytes, '.');
    let previous = aSession({ tenantId, sessionId: uuid(session) });
    for (let turn = 1; turn <= count; turn += 1) {
      const commit = aCommit(previous, uuid(turn), { request: Buffer.from(content) });
      const note = { value: content, scope: 'SESSION', isPersistedResult: false } as const;
      const changed = { ...commit.session, variables: new Map([['note', note]]) };
      await stores.sessionStore.commit({ ...commit, session: changed }, unboundedCall);
      previous = changed;
    }
  }

  beforeEach(async () => {
    folder = await createTemporaryFolder();
    clock = new FakeClock();
    marker = `marker-${randomUUID()}`;
    reopen();
  });
  afterEach(async () => {
    await stores.sessionStore.close();
    await folder.remove();
  });

  // LMDB stores values of more than about 2 KB in pages of their own, and smaller ones together with their neighbours.
  describe.each([
    ['small', 100],
    ['large', 20_000],
  ])('with %s values', (_name, bytes) => {
    beforeEach(async () => {
      for (let session = 10; session < 30; session += 1) await commitTurns(session, 'other', bytes, 2);
      await commitTurns(3, marker, bytes);
    });

    it('erases a deleted session, which the file contains until then', async () => {
      await stores.sessionStore.delete({ tenantId, sessionId: uuid(3) }, unboundedCall);
      await applyTurn(stores.sessionStore, { tenantId, sessionId: uuid(4) }, uuid(1));
      expect(contains(marker)).toBe(true);
      expect(await compact()).toBeDefined();
      expect(contains(marker)).toBe(false);
    });

    it('erases an expired session that no sweep has removed', async () => {
      clock.advance(sessionTtlMs);
      expect(contains(marker)).toBe(true);
      expect(await compact(compactEmbedded)).toBeDefined();
      expect(contains(marker)).toBe(false);
    });

    it('keeps every entry of the other sessions', async () => {
      const before = await dumpSessions();
      await stores.sessionStore.delete({ tenantId, sessionId: uuid(3) }, unboundedCall);
      await compact();
      reopen();
      const after = await dumpSessions();
      expect(Object.keys(before)).toHaveLength(21);
      expect(after).toEqual({ ...before, 3: { session: undefined, turns: [] } });
    });
  });

  it('erases a deleted scenario', async () => {
    const options = { contentHash: 'hash', storedAt: 1, expectedVersion: undefined };
    await stores.catalogue.put(agent, aDefinition({ scenarioId: 'refund', name: marker }), options, unboundedCall);
    await stores.catalogue.delete(agent, 'refund', undefined, unboundedCall);
    expect(contains(marker)).toBe(true);
    expect(await compact()).toBeDefined();
    expect(contains(marker)).toBe(false);
  });

  it('is not done at a start if nothing was deleted since the last one', async () => {
    await commitTurns(3, marker, 100);
    // There was no compaction yet, so an earlier release may have deleted something.
    expect(await compact()).toBeDefined();
    reopen();
    await commitTurns(4, marker, 100);
    expect(await compact()).toBeUndefined();
    reopen();
    await stores.sessionStore.delete({ tenantId, sessionId: uuid(3) }, unboundedCall);
    expect(await compact()).toBeDefined();
    reopen();
    expect(await compact()).toBeUndefined();
  });

  it('returns space to the disk', async () => {
    await commitTurns(3, marker, 200_000);
    await stores.sessionStore.delete({ tenantId, sessionId: uuid(3) }, unboundedCall);
    const compaction = await compact();
    expect(compaction?.bytesBefore).toBeGreaterThan(1_000_000);
    expect(compaction?.bytesAfter).toBeLessThan(500_000);
  });

  it('copies tables that this release does not know', async () => {
    await stores.sessionStore.close();
    const root = open({ path: folder.path, noSubdir: false, maxDbs: 32 });
    await root.openDB<string, string>({ name: 'of-a-later-release', encoding: 'json' }).put('key', 'value');
    await root.close();
    await compactEmbedded(toOptions());
    const changed = open({ path: folder.path, noSubdir: false, maxDbs: 32 });
    expect(changed.openDB<string, string>({ name: 'of-a-later-release', encoding: 'json' }).get('key')).toBe('value');
    await changed.close();
  });

  it('is rejected while a service uses the folder, and the service continues', async () => {
    await expect(compactEmbedded(toOptions())).rejects.toThrow(`is in use by process ${process.pid}`);
    expect(await applyTurn(stores.sessionStore, { tenantId, sessionId: uuid(3) }, uuid(1))).toEqual({
      kind: 'committed',
    });
  });

  it('is rejected for a folder without a store', async () => {
    const path = join(folder.path, 'empty');
    await expect(compactEmbedded({ ...toOptions(), path })).rejects.toThrow('has no embedded store');
    expect(await compactIfErasable({ ...toOptions(), path })).toBeUndefined();
  });

  it('removes the copy that a killed compaction left, because it may have values that were deleted since', async () => {
    await stores.sessionStore.close();
    mkdirSync(join(folder.path, 'compaction'));
    writeFileSync(join(folder.path, 'compaction', 'data.mdb'), marker);
    reopen();
    expect(contains(marker)).toBe(false);
  });

  it('leaves the old or the new database if it is killed at any moment', async () => {
    // The sessions must not have expired by the clock of the program.
    clock.advance(Date.now() - clock.now());
    for (let session = 10; session < 30; session += 1) await commitTurns(session, 'text', 20_000, 2);
    const before = await dumpSessions();
    await stores.sessionStore.close();
    for (let kill = 1; kill <= 8; kill += 1) {
      const program = startProgram(join(__dirname, 'compacting-process.ts'), [folder.path]);
      await program.waitForLines(kill);
      await sleep(kill * 7);
      await program.kill();
      expect(program.stderr()).toBe('');
      reopen();
      expect(await dumpSessions()).toEqual(before);
      expect(readdirSync(folder.path)).not.toContain('compaction');
      await stores.sessionStore.close();
    }
  });

  async function dumpSessions(): Promise<Record<number, object>> {
    const sessions: Record<number, object> = {};
    for (const session of [3, ...Array.from({ length: 20 }, (_, index) => index + 10)]) {
      const key = { tenantId, sessionId: uuid(session) };
      const { turns } = await stores.sessionStore.listTurns({ key, afterRevision: 0, limit: 100 }, unboundedCall);
      sessions[session] = {
        session: await stores.sessionStore.read(key, unboundedCall),
        turns: turns.map(({ turnId, request }) => [turnId, Buffer.from(request).toString()]),
      };
    }
    return sessions;
  }
});
