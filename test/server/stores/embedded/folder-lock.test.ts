import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { openEmbedded } from '../../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../../support/calls';
import { type ChildProgram, startProgram } from '../../../support/child-process';
import { canIsolate, isolation } from '../../../support/container-isolation';
import { uuid } from '../../../support/session-builder';
import { applyTurn } from '../contract/turn-driver';
import { createTemporaryFolder } from './temporary-folder';

const program = join(__dirname, 'committing-process.ts');
const key = { tenantId: uuid(1), sessionId: uuid(1) };

describe('the folder of an embedded store', () => {
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
  const openStore = () =>
    openEmbedded({
      path: folder.path,
      sessionTtlMs: 3_600_000,
      turnLimits: { recordedTurns: 100_000 },
      clock: Date,
      monotonicClock: performance,
    }).sessionStore;

  beforeEach(async () => {
    folder = await createTemporaryFolder();
  });
  afterEach(async () => {
    await Promise.all(programs.splice(0).map((started) => started.kill()));
    await folder.remove();
  });

  const programs: ChildProgram[] = [];
  const startOnFolder = (args: readonly string[] = [], prefix: readonly string[] = []): ChildProgram => {
    const started = startProgram(program, [folder.path, ...args], { prefix });
    programs.push(started);
    return started;
  };
  /** Resolves to the exit code, or to "started" if the program commits turns. */
  const getExitCode = (started: ChildProgram) =>
    Promise.race([
      started.exitCode,
      started.waitForLines(1).then(
        () => 'started',
        () => started.exitCode,
      ),
    ]);

  it('is rejected for a second process, and the error has the id of the first process', async () => {
    const store = openStore();
    const second = startOnFolder();
    expect(await getExitCode(second)).toBe(1);
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
    const { sessionStore } = openEmbedded({
      path,
      sessionTtlMs: 3_600_000,
      turnLimits: { recordedTurns: 1 },
      clock: Date,
      monotonicClock: performance,
    });
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
      const child = startOnFolder([String(sessions), String(round * 100_000)]);
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

  it('is rejected for a process of an earlier release or a tool of LMDB, which do not know the lock', async () => {
    const holder = startProgram(join(__dirname, 'database-holder.ts'), [folder.path]);
    programs.push(holder);
    await holder.waitForLines(1);
    expect(openStore).toThrow('is in use by an earlier release or a tool of LMDB');
    await holder.kill();
    await openStore().close();
  });

  it('is not rejected for a file that a process has left, whatever it contains', async () => {
    await openStore().close();
    for (const content of ['', 'not JSON', JSON.stringify({ pid: process.pid, host: hostname(), openedAt: 'now' })]) {
      writeFileSync(join(folder.path, 'owner.lock'), content);
      await openStore().close();
    }
  });

  (canIsolate() ? describe : describe.skip)('of a container', () => {
    it('is rejected for another container, and the first one continues', async () => {
      const first = startOnFolder(['2'], isolation);
      await first.waitForLines(20);
      const second = startOnFolder(['2', '1000'], isolation);
      expect(await getExitCode(second)).toBe(1);
      expect(second.lines).toEqual([]);
      // Both have the process id 1.
      expect(second.stderr()).toContain('is in use by process 1 on host');
      await first.waitForLines(first.lines.length + 20);
      await first.kill();
      expect(first.stderr()).toBe('');
    });

    it('is released by kill -9 of the container', async () => {
      const first = startOnFolder([], isolation);
      await first.waitForLines(5);
      await first.kill();
      const second = startOnFolder(['1', '1000'], isolation);
      await second.waitForLines(5);
      await second.kill();
    });
  });
});
