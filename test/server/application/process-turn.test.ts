import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import type { OrchestrationSettings } from '../../../src/core/model/settings';
import { processTurn } from '../../../src/server/application/process-turn';
import type { TurnCommand } from '../../../src/server/application/turn-command';
import type { LoadedSession, SessionStore } from '../../../src/server/ports/session-store';
import { openEmbedded } from '../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../support/calls';
import { FakeClock } from '../../support/fake-clock';
import type { TurnFields } from '../../support/request-bytes';
import { uuid } from '../../support/session-builder';
import { withOverrides } from '../../support/store-decorators';
import { createCommand, createDependencies, refund } from '../../support/turn-dependencies';
import { createTemporaryFolder } from '../stores/embedded/temporary-folder';
import { RedisUnderTest } from '../stores/redis/redis-under-test';

const key = { tenantId: uuid(1), sessionId: uuid(3) };

async function openEmbeddedStore() {
  const folder = await createTemporaryFolder();
  const clock = new FakeClock();
  const { sessionStore } = openEmbedded({
    path: folder.path,
    sessionTtlMs: 60_000,
    turnLimits: { recordedTurns: 1_000 },
    clock,
    monotonicClock: clock,
  });
  return {
    store: sessionStore,
    async close() {
      await sessionStore.close();
      await folder.remove();
    },
  };
}

async function openRedisStore() {
  const redis = await RedisUnderTest.start();
  return { store: await redis.createStore(), close: () => redis.close() };
}

describe.each([
  ['embedded', openEmbeddedStore],
  ['Redis', openRedisStore],
])('a turn on the %s store', (_name, open) => {
  let store: SessionStore;
  let close: () => Promise<void>;
  let turnCount = 0;

  beforeAll(async () => {
    ({ store, close } = await open());
  });
  beforeEach(async () => {
    await store.delete(key, unboundedCall);
  });
  afterAll(() => close());

  const process = async (command: TurnCommand, settings: Partial<OrchestrationSettings> = {}) =>
    processTurn(await createDependencies(store, settings), command, unboundedCall);
  const nextCommand = (turn: TurnFields = {}, rest: Partial<TurnCommand> = {}): TurnCommand => {
    turnCount += 1;
    return createCommand({ turnId: uuid(1_000 + turnCount), ...turn }, rest);
  };
  const revision = async () => (await store.read(key, unboundedCall))?.revision ?? 0;

  test('5.1: a retry with the same turn id and request returns the same bytes and changes nothing', async () => {
    const command = nextCommand({ candidates: [{ scenarioId: refund, score: 0.9 }] });
    const first = await process(command);
    await process(nextCommand());
    const retry = await process(command);
    expect(retry.replayed).toBe(true);
    expect(Buffer.from(retry.responseBytes).equals(Buffer.from(first.responseBytes))).toBe(true);
    expect(retry.result).toEqual(first.result);
    expect(await revision()).toBe(2);
  });

  test('5.2: the same turn id with a different request is refused and changes nothing', async () => {
    const { turn } = nextCommand();
    await process(createCommand({ turnId: turn.turnId }));
    const other = createCommand({ turnId: turn.turnId, situation: { message: 'another one' } });
    await expect(process(other)).rejects.toMatchObject({ reason: 'TURN_ID_REUSED', metadata: { revision: '1' } });
    expect(await revision()).toBe(1);
  });

  test('5.3: two concurrent turns of a session are both applied, one after the other', async () => {
    const processed = await Promise.all([process(nextCommand()), process(nextCommand())]);
    expect(processed.map(({ result }) => result.revision).sort()).toEqual([1, 2]);
    expect(await revision()).toBe(2);
  });

  test('5.3: thirty concurrent turns are each applied exactly once', async () => {
    const commands = Array.from({ length: 30 }, () => nextCommand());
    const processed = await Promise.all(commands.flatMap((command) => [process(command), process(command)]));
    expect(new Set(processed.map(({ result }) => result.revision)).size).toBe(30);
    expect(processed.filter(({ replayed }) => replayed)).toHaveLength(30);
    const { turns: recorded } = await store.listTurns({ key, afterRevision: 0, limit: 100 }, unboundedCall);
    expect(recorded.map((record) => record.revision)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(new Set(recorded.map(({ turnId }) => turnId))).toEqual(new Set(commands.map(({ turn }) => turn.turnId)));
  });

  test('5.4: a different expected revision is refused with the current revision and changes nothing', async () => {
    await process(nextCommand({}, { expectedRevision: 0 }));
    await expect(process(nextCommand({}, { expectedRevision: 0 }))).rejects.toMatchObject({
      reason: 'REVISION_MISMATCH',
      metadata: { expected_revision: '0', current_revision: '1' },
    });
    expect(await revision()).toBe(1);
    expect((await process(nextCommand({}, { expectedRevision: 1 }))).result.revision).toBe(2);
  });

  test('5.4: a known turn id returns the stored response without a check of the expected revision', async () => {
    const command = nextCommand({}, { expectedRevision: 0 });
    await process(command);
    await process(nextCommand());
    expect((await process(command)).replayed).toBe(true);
  });

  test('5.5: a turn with validate_only is decided and returned but not stored', async () => {
    const { result } = await process(
      nextCommand({ candidates: [{ scenarioId: refund, score: 0.9 }] }, { validateOnly: true }),
    );
    expect(result.validateOnly).toBe(true);
    expect(result.lifecycleDecisions.map(({ action }) => action)).toEqual(['START']);
    expect(await store.read(key, unboundedCall)).toBeUndefined();
    expect((await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall)).turns).toEqual([]);
  });

  test('2.16: with orchestration disabled all phases are empty and the session does not change', async () => {
    await process(nextCommand({ candidates: [{ scenarioId: refund, score: 0.9 }] }));
    const before = await store.read(key, unboundedCall);
    const disabled = await process(nextCommand({ candidates: [{ scenarioId: refund, score: 0.9 }] }), {
      enabled: false,
    });
    expect(disabled.result).toMatchObject({
      revision: 1,
      lifecycleDecisions: [],
      transitionDecisions: [],
      rejectedCandidates: [],
    });
    expect(disabled.result.plan.contributions).toEqual([]);
    expect(await store.read(key, unboundedCall)).toEqual(before);
  });

  test('a turn for an agent other than that of the session is refused', async () => {
    await process(nextCommand());
    await expect(process(nextCommand({ agentId: uuid(9) }))).rejects.toMatchObject({ reason: 'AGENT_MISMATCH' });
    expect(await revision()).toBe(1);
  });

  test('the first customer of a session stays its customer; a turn of another one is refused and changes nothing', async () => {
    await process(nextCommand());
    const getCustomer = async () => (await store.read(key, unboundedCall))?.customerId;
    expect(await getCustomer()).toBe('');
    await process(nextCommand({ customerId: 'C-7' }));
    await process(nextCommand({ customerId: 'C-7' }));
    await process(nextCommand());
    expect(await getCustomer()).toBe('C-7');
    await expect(process(nextCommand({ customerId: 'c-7' }))).rejects.toMatchObject({
      reason: 'CUSTOMER_MISMATCH',
      message: expect.stringContaining('Send the turn without customer_id'),
    });
    expect([await getCustomer(), await revision()]).toEqual(['C-7', 4]);
  });

  describe('size limits', () => {
    const tooLarge = () => new OrchestratorError('SESSION_TOO_LARGE', 'It is too large.', { metadata: { limit: 'x' } });
    /** The store with a cache that has an outdated or incomplete state, and a commit that refuses it. */
    const withOutdatedCache = (cached: () => Promise<LoadedSession>): SessionStore =>
      withOverrides(store, {
        load: (sessionKey, turnId, call, options) =>
          options?.skipsCache ? store.load(sessionKey, turnId, call, options) : cached(),
        commit: async (commit, call) => {
          const { session: current } = await store.load(key, uuid(1), call, { skipsCache: true });
          const { session } = await cached();
          if (commit.previousSession?.revision === session?.revision && session?.revision !== current?.revision)
            throw tooLarge();
          return store.commit(commit, call);
        },
      });
    const processOn = async (other: SessionStore, command: TurnCommand, maxResponseBytes = 4_194_304) =>
      processTurn({ ...(await createDependencies(other)), maxResponseBytes }, command, unboundedCall);

    test('5.1: a retry of an applied turn is answered although a limit would refuse the turn now', async () => {
      const command = nextCommand({ situation: { message: 'x'.repeat(2_000) } });
      const first = await process(command);
      const cached = async () => ({
        session: (await store.load(key, uuid(1), unboundedCall)).session,
        recordedTurn: undefined,
      });
      const retry = await processOn(
        withOverrides(store, {
          load: (sessionKey, turnId, call, options) =>
            options?.skipsCache ? store.load(sessionKey, turnId, call, options) : cached(),
        }),
        command,
        1_000,
      );
      expect(retry.replayed).toBe(true);
      expect(Buffer.from(retry.responseBytes).equals(Buffer.from(first.responseBytes))).toBe(true);
      expect(await revision()).toBe(1);
    });

    test('a turn that a limit refuses on an outdated state is decided again on the current one', async () => {
      await process(nextCommand());
      const { session } = await store.load(key, uuid(1), unboundedCall);
      await process(nextCommand());
      const outdated = withOutdatedCache(async () => ({ session, recordedTurn: undefined }));
      expect((await processOn(outdated, nextCommand())).result.revision).toBe(3);
    });

    test('a turn whose request and response could not be received together is refused and changes nothing', async () => {
      await process(nextCommand());
      const command = nextCommand({ situation: { message: 'x'.repeat(2_000) } });
      const expected = { reason: 'TOO_LARGE', metadata: { limit: 'max_response_bytes' } };
      await expect(processOn(store, command, 2_000)).rejects.toMatchObject(expected);
      await expect(processOn(store, { ...command, validateOnly: true }, 2_000)).rejects.toMatchObject(expected);
      expect(await revision()).toBe(1);
      expect((await process(command)).replayed).toBe(false);
    });

    test('5.5: a turn with validate_only is refused where the commit would refuse it', async () => {
      const sessionVariables = Object.fromEntries(
        Array.from({ length: 3 }, (_, index) => [`v${index}`, 'x'.repeat(400_000)]),
      );
      const expected = { reason: 'SESSION_TOO_LARGE', metadata: { limit: 'session_bytes' } };
      await expect(process(nextCommand({ sessionVariables }))).rejects.toMatchObject(expected);
      await expect(process(nextCommand({ sessionVariables }, { validateOnly: true }))).rejects.toMatchObject(expected);
      expect(await store.read(key, unboundedCall)).toBeUndefined();
    });
  });
});
