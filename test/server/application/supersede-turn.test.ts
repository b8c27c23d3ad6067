import { processTurn, type TurnDependencies } from '../../../src/server/application/process-turn';
import type { TurnCommand } from '../../../src/server/application/turn-command';
import type { SessionStore } from '../../../src/server/ports/session-store';
import { openEmbedded } from '../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../support/calls';
import { FakeClock } from '../../support/fake-clock';
import type { TurnFields } from '../../support/request-bytes';
import { uuid } from '../../support/session-builder';
import { withOverrides } from '../../support/store-decorators';
import { createCommand, createDependencies, refund } from '../../support/turn-dependencies';
import { createTemporaryFolder } from '../stores/embedded/temporary-folder';

const key = { tenantId: uuid(1), sessionId: uuid(3) };

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
let store: SessionStore;
let deps: TurnDependencies;
beforeEach(async () => {
  folder = await createTemporaryFolder();
  const options = {
    path: folder.path,
    sessionTtlMs: 60_000,
    turnLimits: { recordedTurns: 100 },
    clock: new FakeClock(),
    monotonicClock: new FakeClock(),
  };
  store = openEmbedded(options).sessionStore;
  deps = await createDependencies(store);
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

const process = (command: TurnCommand) => processTurn(deps, command, unboundedCall);
const turn = (number: number, fields: TurnFields = {}, rest: Partial<TurnCommand> = {}) =>
  createCommand({ turnId: uuid(number), ...fields }, rest);
const start = (number: number, fields: TurnFields = {}) =>
  turn(number, { candidates: [{ scenarioId: refund, score: 0.9 }], ...fields });
const supersedes = (number: number, fields: TurnFields = {}): TurnFields => ({
  supersedesTurnId: uuid(number),
  ...fields,
});
const refusal = (problem: string, lastTurn: number) => ({
  reason: 'TURN_NOT_SUPERSEDABLE',
  metadata: { session_id: uuid(3), problem, last_turn_id: lastTurn === 0 ? '' : uuid(lastTurn) },
});
const getSession = () => store.read(key, unboundedCall);

test('13: a turn replaces the last one, whose stored response stays', async () => {
  const first = start(101);
  const { responseBytes } = await process(first);
  const { result } = await process(turn(102, supersedes(101)));
  expect(result).toMatchObject({ revision: 2, turnCount: 1, lifecycleDecisions: [] });
  expect((await getSession())?.instances).toEqual([]);
  const again = await process(first);
  expect(again.replayed).toBe(true);
  expect(Buffer.from(again.responseBytes).equals(Buffer.from(responseBytes))).toBe(true);
});

test('13: a retry of the superseding turn returns its stored response, also after another turn', async () => {
  await process(start(101));
  const superseding = start(102, supersedes(101));
  const { responseBytes } = await process(superseding);
  await process(turn(103));
  const again = await process(superseding);
  expect([again.replayed, Buffer.from(again.responseBytes).equals(Buffer.from(responseBytes))]).toEqual([true, true]);
});

test('13: turns that supersede each other are all decided on the state before the first one', async () => {
  await process(start(101));
  await process(turn(102));
  await process(turn(103, supersedes(102, { situation: { signals: [{ signal: 5 }] } })));
  expect((await getSession())?.instances).toEqual([]);
  const { result } = await process(turn(104, supersedes(103)));
  expect(result).toMatchObject({ revision: 4, turnCount: 2, lifecycleDecisions: [{ action: 'CONTINUE' }] });
});

test('13: the new instance of a scenario that the replaced turn started has another id', async () => {
  const { result } = await process(start(101));
  const again = await process(start(102, supersedes(101)));
  const ids = [result, again.result].map(({ lifecycleDecisions }) => lifecycleDecisions[0]?.instanceId);
  expect(new Set(ids).size).toBe(2);
});

describe('a turn that cannot be superseded', () => {
  test('13: is refused if it is not the last one, and nothing changes', async () => {
    await process(start(101));
    await process(turn(102));
    const before = await getSession();
    await expect(process(turn(103, supersedes(101)))).rejects.toMatchObject(refusal('NOT_LAST_TURN', 102));
    await expect(process(turn(103, supersedes(103)))).rejects.toMatchObject(refusal('NOT_LAST_TURN', 102));
    expect(await getSession()).toEqual(before);
  });

  test('13: is refused if the session has no turns', async () => {
    await expect(process(turn(103, supersedes(101)))).rejects.toMatchObject(refusal('NOT_LAST_TURN', 0));
    await expect(process(turn(103, supersedes(101)))).rejects.toThrow('the session has no turns');
  });

  test('13: is refused if it is not a MESSAGE turn', async () => {
    await process(start(101));
    for (const [number, trigger] of [
      [102, 2],
      [103, 3],
    ] as const) {
      await process(turn(number, { trigger }));
      await expect(process(turn(104, supersedes(number)))).rejects.toMatchObject(refusal('NOT_A_MESSAGE', number));
    }
  });

  test('13: is refused if its plan hinted a WRITE action, for the first time or again', async () => {
    deps = await createDependencies(store, {}, [
      { stepId: 'pay', isRequiredAction: true, requiresConfirmation: false, toolIds: ['pay'], to: ['end'] },
      { stepId: 'end', isTerminal: true },
    ]);
    for (const command of [start(101), turn(102)]) {
      await process(command);
      const { turnId } = command.turn;
      await expect(process(turn(103, { supersedesTurnId: turnId }))).rejects.toMatchObject({
        reason: 'TURN_NOT_SUPERSEDABLE',
        metadata: { problem: 'WRITE_ACTION_HINTED', superseded_turn_id: turnId },
      });
    }
  });

  test('13: is refused if an earlier release applied it, which kept no state', async () => {
    deps = {
      ...deps,
      store: withOverrides(store, {
        commit: (commit, call) => store.commit({ ...commit, isSupersedable: false }, call),
      }),
    };
    await process(start(101));
    await expect(process(turn(102, supersedes(101)))).rejects.toMatchObject(refusal('STATE_NOT_KEPT', 101));
  });

  test('13: is checked after the turn id and the expected revision', async () => {
    const first = start(101);
    await process(first);
    await expect(process(turn(102, supersedes(100), { expectedRevision: 7 }))).rejects.toMatchObject({
      reason: 'REVISION_MISMATCH',
    });
    await expect(process(start(101, supersedes(100)))).rejects.toMatchObject({ reason: 'TURN_ID_REUSED' });
  });
});

describe('concurrency', () => {
  /** Processes another turn before the first commit. */
  const withTurnBefore = (command: TurnCommand) => {
    let isFirst = true;
    deps = {
      ...deps,
      store: withOverrides(store, {
        async commit(...args) {
          if (isFirst) {
            isFirst = false;
            await processTurn({ ...deps, store }, command, unboundedCall);
          }
          return store.commit(...args);
        },
      }),
    };
  };

  test('5.3: a turn that is committed in between makes the replaced turn not the last one', async () => {
    await process(start(101));
    withTurnBefore(turn(102));
    await expect(process(turn(103, supersedes(101)))).rejects.toMatchObject(refusal('NOT_LAST_TURN', 102));
    expect((await getSession())?.revision).toBe(2);
  });

  test('5.1: the same superseding turn, sent twice at once, is applied once', async () => {
    await process(start(101));
    const superseding = start(102, supersedes(101));
    withTurnBefore(superseding);
    expect(await process(superseding)).toMatchObject({ replayed: true, result: { revision: 2 } });
  });

  test('5.1: a duplicate that is committed after a conflict is found when the session is loaded again', async () => {
    await process(start(101));
    const superseding = start(102, supersedes(101));
    deps = {
      ...deps,
      store: withOverrides(store, {
        async commit() {
          await processTurn({ ...deps, store }, superseding, unboundedCall);
          return { kind: 'conflict', session: await getSession() };
        },
      }),
    };
    expect(await process(superseding)).toMatchObject({ replayed: true, result: { revision: 2 } });
  });

  test('13: a session that was deleted and created again by the same turn is superseded in its new state', async () => {
    await process(start(101));
    const commits: string[] = [];
    deps = {
      ...deps,
      store: withOverrides(store, {
        async commit(...args) {
          if (commits.length === 0) {
            await store.delete(key, unboundedCall);
            await processTurn({ ...deps, store }, turn(100), unboundedCall);
            await processTurn({ ...deps, store }, start(101), unboundedCall);
          }
          const outcome = await store.commit(...args);
          commits.push(outcome.kind);
          return outcome;
        },
      }),
    };
    expect((await process(turn(102, supersedes(101)))).result).toMatchObject({ revision: 3, turnCount: 2 });
    expect(commits).toEqual(['conflict', 'committed']);
  });
});

test('5.5, 13: with validate_only the turn is decided on the state before the last one, and nothing is stored', async () => {
  await process(start(101));
  const before = await getSession();
  const { result } = await process(start(102, supersedes(101)));
  await store.delete(key, unboundedCall);
  await process(start(101));
  const validated = await process(
    createCommand(
      { turnId: uuid(102), candidates: [{ scenarioId: refund, score: 0.9 }], ...supersedes(101) },
      { validateOnly: true },
    ),
  );
  expect(validated.result).toEqual({ ...result, validateOnly: true });
  expect(await getSession()).toEqual(before);
});

test('14: a time earlier than that of the last turn is recorded and stored as that time', async () => {
  const at = (second: number) => ({ occurredAt: new Date(second * 1_000) });
  await process(start(101, at(100)));
  await process(turn(102, at(40)));
  await process(turn(103, at(160)));
  const { turns } = await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall);
  expect(turns.map(({ occurredAt }) => occurredAt / 1_000)).toEqual([100, 100, 160]);
  expect(await getSession()).toMatchObject({ updatedAt: 160_000, lastMessageAt: 160_000 });
});
