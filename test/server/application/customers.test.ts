import {
  type CustomerPart,
  deleteCustomer,
  exportCustomer,
  maxDeletedSessions,
} from '../../../src/server/application/customers';
import { ProtoTurnCodec } from '../../../src/server/codec/stored/proto-turn-codec';
import type { SessionIndex } from '../../../src/server/ports/session-index';
import { defaultSessionLimits } from '../../../src/server/ports/session-limits';
import { emptyIndex } from '../../../src/server/warm-up';
import { unboundedCall } from '../../support/calls';
import { openEmbeddedStores, type StoresUnderTest } from '../../support/service-under-test';
import { aSession, uuid } from '../../support/session-builder';
import { aCommit } from '../stores/contract/turn-driver';

const noBytes = new Uint8Array();
const customer = { tenantId: uuid(1), customerId: 'C-7' };

let stores: StoresUnderTest;
let index: SessionIndex;
beforeEach(() => {
  stores = openEmbeddedStores();
  index = stores.index ?? emptyIndex;
});
afterEach(() => stores.close());

async function commit(number: number, parts: { readonly customerId?: string } = {}): Promise<void> {
  const session = aSession({ sessionId: uuid(number), createdAt: number, customerId: 'C-7', ...parts });
  await stores.store.commit(aCommit(session, uuid(100), { request: noBytes, response: noBytes }), unboundedCall);
}

async function exportFrom(cursor: string): Promise<readonly CustomerPart[]> {
  const parts: CustomerPart[] = [];
  const deps = {
    store: stores.store,
    index,
    codec: new ProtoTurnCodec(defaultSessionLimits),
    maxResponseBytes: 4_194_304,
  };
  await exportCustomer(deps, { ...customer, cursor }, unboundedCall, async (part) => void parts.push(part));
  return parts;
}

const listIds = (parts: readonly CustomerPart[]) =>
  parts.flatMap((part) => ('session' in part ? [part.session.sessionId] : []));

test('an export continues after the cursor of any session', async () => {
  for (let number = 1; number <= 5; number += 1) await commit(number);
  await commit(6, { customerId: 'other' });
  const all = await exportFrom('');
  expect(listIds(all)).toEqual([5, 4, 3, 2, 1].map(uuid));
  expect(all.map((part) => ('turns' in part ? part.turns.length : 'session'))).toEqual(
    Array.from({ length: 5 }, () => ['session', 1]).flat(),
  );
  const cursors = all.map(({ cursor }) => cursor).filter((cursor) => cursor !== '');
  expect(cursors).toHaveLength(5);
  for (const [position, cursor] of cursors.entries()) {
    expect(listIds(await exportFrom(cursor))).toEqual(listIds(all).slice(position + 1));
  }
});

test('an export has a session without turns, and its cursor', async () => {
  const imported = aSession({ importedFrom: 'x', customerId: 'C-7' });
  await stores.store.create(imported, unboundedCall);
  expect(await exportFrom('')).toEqual([{ session: imported, cursor: expect.stringContaining(imported.sessionId) }]);
});

test('a deletion ends after a limited number of sessions, and the next ones go on until nothing is left', async () => {
  const left = new Set(Array.from({ length: 2 * maxDeletedSessions + 3 }, (_, number) => uuid(number)));
  const limited: SessionIndex = {
    ...emptyIndex,
    partitions: 3,
    readPage: async ({ partition, limit }) => ({
      sessions: [...left]
        .filter((id) => Number.parseInt(id.slice(-4), 16) % 3 === partition)
        .slice(0, limit)
        .map((sessionId) => ({
          position: sessionId,
          session: { sessionId, agentId: '', customerId: 'C-7', startedAt: 0, instances: [] },
        })),
      examined: 0,
      position: undefined,
    }),
  };
  const store = new Proxy(stores.store, {
    get: (target, name) =>
      name === 'delete'
        ? async ({ sessionId }: { sessionId: string }) => left.delete(sessionId)
        : Reflect.get(target, name),
  });
  const remove = () => deleteCustomer({ store, index: limited }, customer, unboundedCall);
  expect(await remove()).toEqual({ deletedSessions: maxDeletedSessions, isComplete: false });
  expect(await remove()).toEqual({ deletedSessions: maxDeletedSessions, isComplete: false });
  expect(await remove()).toEqual({ deletedSessions: 3, isComplete: true });
  expect(left.size).toBe(0);
});
