import { createEmptySession } from '../../../src/core/model/session';
import { EventLoopShare, unitsPerIteration } from '../../../src/server/application/event-loop-share';
import { withEventLoopShare } from '../../../src/server/application/shared-store';
import type { SessionStore, TurnRecord } from '../../../src/server/ports/session-store';
import { unboundedCall } from '../../support/calls';
import { FakeEventLoop } from '../../support/fake-event-loop';
import { withOverrides } from '../../support/store-decorators';

const key = { tenantId: 'large', sessionId: 'session' };
const session = createEmptySession({ ...key, agentId: 'agent' });
const record: TurnRecord = {
  revision: 1,
  turnId: 'turn',
  occurredAt: 0,
  committedAt: 0,
  request: new Uint8Array(1_048_576),
  response: new Uint8Array(),
};
const inner = withOverrides({} as SessionStore, {
  load: async () => ({ session, recordedTurn: undefined }),
  read: async () => session,
  listTurns: async () => ({ turns: [record], hasMore: false }),
  readTurnHistory: async () => ({ start: { session }, turns: [record] }),
});

/** Ways to read a megabyte. */
const reads: Readonly<Record<string, (store: SessionStore) => Promise<unknown>>> = {
  load: (store) => store.load(key, 'turn', unboundedCall),
  read: (store) => store.read(key, unboundedCall),
  listTurns: (store) => store.listTurns({ key, afterRevision: 0, limit: 10 }, unboundedCall),
  readTurnHistory: (store) => store.readTurnHistory(key, { revision: 1 }, unboundedCall),
};

function createStore(sessionBytes: number) {
  const loop = new FakeEventLoop();
  const share = new EventLoopShare(loop);
  return { loop, share, store: withEventLoopShare(inner, share, () => sessionBytes) };
}

describe('withEventLoopShare', () => {
  it.each(Object.keys(reads))('%s: a large value uses the share of its tenant', async (method) => {
    const { share, store } = createStore(1_048_576);
    share.startCall('small');
    void reads[method]?.(store);
    await new Promise(setImmediate);
    expect(share.waitForShare('large')).toBeDefined();
    expect(share.waitForShare('small')).toBeUndefined();
  });

  it.each(Object.keys(reads).slice(0, 2))('%s: a small value uses little of it', async (method) => {
    const { share, store } = createStore(1_024);
    share.startCall('small');
    await reads[method]?.(store);
    expect(share.waitForShare('large')).toBeUndefined();
  });

  it.each(['read', 'listTurns', 'readTurnHistory'])(
    '%s: what was read waits for the share of its tenant',
    async (method) => {
      const { loop, share, store } = createStore(1_024);
      share.startCall('small');
      share.charge('large', 10 * unitsPerIteration);
      let isRead = false;
      const reading = reads[method]?.(store).then(() => {
        isRead = true;
      });
      await new Promise(setImmediate);
      expect(isRead).toBe(false);
      await loop.runUntilIdle();
      await reading;
      expect(isRead).toBe(true);
    },
  );
});
