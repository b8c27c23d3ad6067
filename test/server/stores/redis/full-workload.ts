import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentKey, ScenarioCatalogue } from '../../../../src/server/ports/scenario-catalogue';
import { anySession } from '../../../../src/server/ports/session-index';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import type { TimerStore } from '../../../../src/server/ports/timer-store';
import type { TurnFeed } from '../../../../src/server/ports/turn-feed';
import { RedisCatalogue } from '../../../../src/server/stores/redis/redis-catalogue';
import { RedisSessionIndex } from '../../../../src/server/stores/redis/redis-session-index';
import { RedisTimerStore } from '../../../../src/server/stores/redis/redis-timer-store';
import { RedisTurnFeed } from '../../../../src/server/stores/redis/redis-turn-feed';
import { unboundedCall } from '../../../support/calls';
import { eventually } from '../../../support/eventually';
import { aField } from '../../../support/field-definitions';
import { aSession, uuid } from '../../../support/session-builder';
import { aDefinition } from '../contract/a-definition';
import { aRelationship } from '../contract/catalogue-under-test';
import { aCommit, applyTurn } from '../contract/turn-driver';
import type { ClientsUnderTest } from './clients-under-test';

const keyPrefix = 'so:';

/** The user with the permissions that docs/redis.md lists. */
export const orchestratorUser = { username: 'orchestrator', password: 's3cret' };

/** Returns the arguments of the ACL command in docs/redis.md that creates a user, with the password of `orchestratorUser`. */
export function readDocumentedAcl(user = orchestratorUser.username): readonly string[] {
  const text = readFileSync(join(__dirname, '..', '..', '..', '..', 'docs', 'redis.md'), 'utf8');
  const command = new RegExp(`^ACL (SETUSER ${user} (?:.*\\\\\n)*.*)$`, 'm').exec(text)?.[1] ?? '';
  return command.replace('>PASSWORD', `>${orchestratorUser.password}`).replaceAll('\\\n', ' ').trim().split(/\s+/);
}

/** Returns the commands that the documented ACL allows, as `command` or `command|subcommand`. */
export function listDocumentedCommands(): readonly string[] {
  return readDocumentedAcl().flatMap((word) => (word.startsWith('+') ? [word.slice(1)] : []));
}

// A method that is added to a port does not compile until it is listed here, and is then required in the workload.
const sessionMethods: Readonly<Record<keyof SessionStore, true>> = {
  load: true,
  commit: true,
  create: true,
  read: true,
  listTurns: true,
  readTurnHistory: true,
  delete: true,
  onChange: true,
  probe: true,
  close: true,
};
const feedMethods: Readonly<Record<Exclude<keyof TurnFeed, 'partitions'>, true>> = {
  readPage: true,
  onChange: true,
  readConsumer: true,
  storeConsumer: true,
  deleteConsumer: true,
};
const indexMethods: Readonly<Record<Exclude<keyof RedisSessionIndex, 'partitions'>, true>> = {
  readPage: true,
  readLastMessageTimes: true,
  count: true,
  sweep: true,
};
const timerMethods: Readonly<Record<Exclude<keyof TimerStore, 'partitions' | 'partitionsPerRead'>, true>> = {
  register: true,
  unregister: true,
  readDue: true,
  reschedule: true,
  release: true,
};
const catalogueMethods: Readonly<Record<keyof ScenarioCatalogue, true>> = {
  revision: true,
  load: true,
  get: true,
  put: true,
  delete: true,
  putRelationship: true,
  deleteRelationship: true,
  getFields: true,
  putFields: true,
  onChange: true,
  close: true,
};

/** Calls every method of the stores, with each of their commands. Fails if a method is not called. */
export async function runFullWorkload(clients: ClientsUnderTest): Promise<void> {
  const calledOnStore = new Set<string>();
  for (const sessionId of [1, 2, 3, 4, 5, 6, 7, 8].map(uuid)) {
    const packingErrors: unknown[] = [];
    const store = await clients.createStore({
      keyPrefix,
      partitions: 1,
      cachedSessions: 0,
      turnLimits: { recordedTurns: 2 },
      packingLimits: { turnsPerBlock: 1, unpackedTurns: 1 },
      onPackingError: (error) => packingErrors.push(error),
    });
    await useSessions(recordCalls(store, calledOnStore), sessionId, () => store.waitUntilPacked());
    expect(packingErrors).toEqual([]);
  }
  expect([...calledOnStore].sort()).toEqual(Object.keys(sessionMethods).sort());
  const calledOnFeed = new Set<string>();
  await useFeed(
    recordCalls(new RedisTurnFeed(await clients.connect(), { prefix: keyPrefix, partitions: 1 }), calledOnFeed),
  );
  expect([...calledOnFeed].sort()).toEqual(Object.keys(feedMethods).sort());
  const calledOnIndex = new Set<string>();
  const index = new RedisSessionIndex(await clients.connect(), { prefix: keyPrefix, partitions: 1 }, { clock: Date });
  const store = await clients.createStore({ keyPrefix, partitions: 1 });
  await useIndex(recordCalls(index, calledOnIndex), store);
  expect([...calledOnIndex].sort()).toEqual(Object.keys(indexMethods).sort());
  const calledOnTimers = new Set<string>();
  await useTimers(
    await clients.createStore({ keyPrefix, partitions: 1 }),
    recordCalls(
      new RedisTimerStore(await clients.connect(), { prefix: keyPrefix, partitions: 1 }, 60_000),
      calledOnTimers,
    ),
  );
  expect([...calledOnTimers].sort()).toEqual(Object.keys(timerMethods).sort());
  const calledOnCatalogue = new Set<string>();
  const [one, other] = [await clients.connect(), await clients.connect()].map((connection) =>
    recordCalls(new RedisCatalogue(connection, { keyPrefix }), calledOnCatalogue),
  );
  if (one === undefined || other === undefined) throw new Error('Two catalogues are required.');
  await useCatalogues(one, other);
  await useCatalogues(other, one);
  await Promise.all([one.close(), other.close()]);
  expect([...calledOnCatalogue].sort()).toEqual(Object.keys(catalogueMethods).sort());
}

/** Adds the name of each method that is called to `called`. */
function recordCalls<Target extends object>(target: Target, called: Set<string>): Target {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: readonly unknown[]) => {
        called.add(String(name));
        return Reflect.apply(member, target, args);
      };
    },
  });
}

async function useSessions(
  store: SessionStore,
  sessionId: string,
  waitUntilPacked: () => Promise<void>,
): Promise<void> {
  const key = { tenantId: uuid(1), sessionId };
  const stops = [key, { ...key, sessionId: uuid(99) }].map((each) => store.onChange(each, () => undefined));
  for (const turn of [1, 2, 3, 3]) await applyTurn(store, key, uuid(turn));
  await waitUntilPacked();
  const conflicting = aCommit(aSession({ ...key, revision: 7 }), uuid(9));
  await store.commit(conflicting, unboundedCall);
  await store.commit(aCommit(aSession({ ...key, revision: 7 }), uuid(3)), unboundedCall);
  const { session } = await store.load(key, uuid(4), unboundedCall, { skipsCache: true, includesStateBefore: true });
  await store.commit({ ...aCommit(session ?? aSession(key), uuid(4)), isSupersedable: false }, unboundedCall);
  await store.read(key, unboundedCall);
  await store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall);
  await store.readTurnHistory(key, { revision: 4 }, unboundedCall);
  await store.create(aSession(key), unboundedCall);
  await store.delete(key, unboundedCall);
  await store.create(aSession({ ...key, importedFrom: 'x' }), unboundedCall);
  await store.delete(key, unboundedCall);
  await store.probe(unboundedCall);
  for (const stop of stops) stop();
  await store.close();
}

async function useFeed(feed: TurnFeed): Promise<void> {
  const tenantId = uuid(1);
  const stop = feed.onChange(tenantId, () => undefined);
  const page = { tenantId, partition: 0, position: { number: 0, mark: 0 }, limit: 10 };
  // So many events that some were removed.
  expect((await feed.readPage(page, unboundedCall)).end.number).toBeGreaterThan(16);
  await feed.storeConsumer(tenantId, 'consumer', 'cursor', unboundedCall);
  await feed.readConsumer(tenantId, 'consumer', unboundedCall);
  await feed.deleteConsumer(tenantId, 'consumer', unboundedCall);
  stop();
}

async function useIndex(index: RedisSessionIndex, store: SessionStore): Promise<void> {
  const tenantId = uuid(1);
  const key = { tenantId, sessionId: uuid(98) };
  await store.commit(aCommit(aSession({ ...key, customerId: 'C-7' }), uuid(1)), unboundedCall);
  const filter = { ...anySession, agentId: uuid(2), customerId: 'C-7' };
  const page = { tenantId, partition: 0, filter, after: '', before: '', limit: 10 };
  expect((await index.readPage(page, unboundedCall)).sessions).toHaveLength(1);
  expect(await index.readLastMessageTimes(tenantId, [key.sessionId], unboundedCall)).toHaveLength(1);
  expect((await index.count(tenantId, filter, unboundedCall)).sessions).toBe(1);
  expect(await index.sweep(unboundedCall)).toBe(0);
}

async function useTimers(store: SessionStore, timers: TimerStore): Promise<void> {
  const key = { tenantId: uuid(1), sessionId: uuid(50) };
  const holder = { id: 'holder', leaseMs: 60_000 };
  const lease = { partition: 0, fence: 1 };
  const commit = aCommit(aSession(key), uuid(1));
  await timers.register(holder, unboundedCall);
  await store.commit({ ...commit, session: { ...commit.session, nextTimerAt: 1 } }, unboundedCall);
  const queries = [{ partition: 0, limit: 10 }];
  expect(await timers.readDue(holder, queries, unboundedCall)).toMatchObject([{ fence: 1, entries: [{ key, at: 1 }] }]);
  await timers.reschedule(holder, lease, { key, at: 1 }, 2, unboundedCall);
  await timers.reschedule(holder, lease, { key, at: 2 }, undefined, unboundedCall);
  await timers.release(holder, lease, unboundedCall);
  await timers.unregister(holder, unboundedCall);
  await store.close();
}

async function useCatalogues(here: ScenarioCatalogue, there: ScenarioCatalogue): Promise<void> {
  const agent: AgentKey = { tenantId: uuid(1), agentId: uuid(2) };
  const notifications: AgentKey[] = [];
  const stop = there.onChange((changed) => notifications.push(changed));
  let version = 0;
  await eventually(async () => {
    version += 1;
    const options = { contentHash: `hash ${version}`, storedAt: 1, expectedVersion: undefined };
    await here.put(agent, aDefinition(), options, unboundedCall);
    return notifications.length > 0;
  });
  const link = aRelationship({ targetScenarioId: aDefinition().scenarioId });
  await here.putRelationship(agent, link, undefined, unboundedCall);
  const options = { contentHash: `fields ${version}`, storedAt: 1, expectedVersion: undefined };
  await here.putFields(agent, [aField({ name: 'name' })], options, unboundedCall);
  await here.getFields(agent, unboundedCall);
  await here.load(agent, unboundedCall);
  await here.revision(agent, unboundedCall);
  await here.get(agent, aDefinition().scenarioId, 0, unboundedCall);
  await here.deleteRelationship(agent, link, unboundedCall);
  await here.putRelationship(agent, link, undefined, unboundedCall);
  await here.delete(agent, aDefinition().scenarioId, undefined, unboundedCall);
  stop();
}
