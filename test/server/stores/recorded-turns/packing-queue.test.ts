import { AsyncLocalStorage } from 'node:async_hooks';
import { PackingQueue } from '../../../../src/server/stores/recorded-turns/packing-queue';
import { FakeClock } from '../../../support/fake-clock';

const clock = new FakeClock();

describe('the packing queue', () => {
  it('packs one block at a time, and a session until nothing is left', async () => {
    const packed: string[] = [];
    let running = 0;
    const remaining = new Map([
      ['a', 3],
      ['b', 1],
      ['c', 2],
    ]);
    const queue = new PackingQueue<string>({
      clock,
      onError: (error) => packed.push(String(error)),
      async pack(session) {
        running += 1;
        expect(running).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        packed.push(session);
        remaining.set(session, (remaining.get(session) ?? 0) - 1);
        return (remaining.get(session) ?? 0) > 0;
      },
    });
    for (const id of ['a', 'b', 'c', 'a']) queue.add(id, id);
    expect(packed).toEqual([]);
    await queue.waitUntilIdle();
    expect(packed).toEqual(['a', 'b', 'c', 'a', 'c', 'a']);
  });

  it('reports an error and continues with the other sessions', async () => {
    const errors: unknown[] = [];
    const packed: string[] = [];
    const queue = new PackingQueue<string>({
      clock,
      onError: (error) => errors.push(error),
      async pack(session) {
        if (session === 'broken') throw new Error('broken');
        packed.push(session);
        return false;
      },
    });
    for (const id of ['broken', 'b']) queue.add(id, id);
    await queue.waitUntilIdle();
    expect(errors).toEqual([new Error('broken')]);
    expect(packed).toEqual(['b']);
    queue.add('c', 'c');
    await queue.waitUntilIdle();
    expect(packed).toEqual(['b', 'c']);
  });

  it('drops what waits when it is closed, and cancels the call of the block that is being packed', async () => {
    const packed: string[] = [];
    const queue = new PackingQueue<string>({
      clock,
      onError: () => packed.push('error'),
      async pack(session, call) {
        packed.push(session);
        const closed = queue.close();
        expect(call.isCanceled).toBe(true);
        void closed;
        return true;
      },
    });
    for (const id of ['a', 'b']) queue.add(id, id);
    await queue.waitUntilIdle();
    queue.add('c', 'c');
    await queue.waitUntilIdle();
    expect(packed).toEqual(['a']);
  });

  it('does not work in the context of the turn that added a session', async () => {
    const context = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const queue = new PackingQueue<string>({
      clock,
      onError: () => undefined,
      async pack() {
        seen.push(context.getStore());
        return false;
      },
    });
    context.run('span of a turn', () => queue.add('a', 'a'));
    await queue.waitUntilIdle();
    expect(seen).toEqual([undefined]);
  });
});
