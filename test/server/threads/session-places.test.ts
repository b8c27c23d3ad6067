import type { EncodedRequest, RequestProcessor } from '../../../src/server/ports/call-threads';
import { SessionPlaces } from '../../../src/server/threads/session-places';

class Thread implements RequestProcessor {
  constructor(readonly name: string) {}
  validate = (): Promise<never> => Promise.reject(new Error('not used'));
  process = (_request: EncodedRequest): Promise<never> => Promise.reject(new Error('not used'));
}

const [first, second] = [new Thread('first'), new Thread('second')];
const here = (): undefined => undefined;

describe('SessionPlaces', () => {
  it('keeps requests of a session in the same thread while one is processed', () => {
    const places = new SessionPlaces<Thread>();
    const a = places.enter('t', 's', () => first);
    const b = places.enter('t', 's', () => second);
    expect([a.thread, b.thread, b.ready]).toEqual([first, first, undefined]);
    a.leave();
    const c = places.enter('t', 's', here);
    expect(c.thread).toBe(first);
    b.leave();
    c.leave();
    expect(places.enter('t', 's', () => second).thread).toBe(second);
  });

  it('selects a place for every other session and tenant, and for requests without a session', () => {
    const places = new SessionPlaces<Thread>();
    places.enter('t', 's', () => first);
    expect(places.enter('t', 'other', () => second).thread).toBe(second);
    expect(places.enter('other', 's', here).thread).toBeUndefined();
    expect(places.enter('t', undefined, here).thread).toBeUndefined();
    expect(places.enter('t', '', () => second).thread).toBe(second);
  });

  it('lets a thread wait for the requests of its session that the server processes', async () => {
    const places = new SessionPlaces<Thread>();
    const [a, b] = [places.enter('t', 's', here), places.enter('t', 's', here)];
    const [c, d] = [places.enter('t', 's', () => first), places.enter('t', 's', here)];
    expect([a.thread, b.thread, c.thread, d.thread]).toEqual([undefined, undefined, first, first]);
    const order: string[] = [];
    const waiting = [
      c.ready?.then(() => order.push('third request')),
      d.ready?.then(() => order.push('fourth request')),
    ];
    order.push('first request');
    a.leave();
    await new Promise(setImmediate);
    order.push('second request');
    b.leave();
    await Promise.all(waiting);
    expect(order).toEqual(['first request', 'second request', 'third request', 'fourth request']);
    expect(places.enter('t', 's', here).thread).toBe(first);
  });

  it('forgets sessions without requests', () => {
    const places = new SessionPlaces<Thread>();
    const entered = [here, () => first, here].map((select) => places.enter('t', 's', select));
    expect(places.size).toBe(1);
    for (const place of entered) place.leave();
    expect(places.size).toBe(0);
  });
});
