import { SessionCache } from '../../../../src/server/stores/redis/session-cache';
import { aSession } from '../../../support/session-builder';

const session = aSession();
const never = Number.POSITIVE_INFINITY;

describe('SessionCache', () => {
  const listCached = (cache: SessionCache, keys: string) =>
    [...keys].filter((key) => cache.get(key, 0) !== undefined).join('');

  it('evicts the least recently used session above the limit of sessions', () => {
    const cache = new SessionCache({ maxSessions: 3, maxBytes: 1_000 });
    for (const key of 'abc') cache.set(key, session, 1, never);
    cache.get('a', 0);
    cache.set('d', session, 1, never);
    expect(listCached(cache, 'abcd')).toBe('acd');
  });

  it('evicts as many sessions as needed above the limit of bytes', () => {
    const cache = new SessionCache({ maxSessions: 100, maxBytes: 10 });
    for (const key of 'abc') cache.set(key, session, 3, never);
    cache.set('d', session, 6, never);
    expect(listCached(cache, 'abcd')).toBe('cd');
  });

  it('counts a session that is set again once', () => {
    const cache = new SessionCache({ maxSessions: 100, maxBytes: 10 });
    for (let time = 0; time < 5; time += 1) cache.set('a', session, 5, never);
    cache.set('b', session, 5, never);
    expect(listCached(cache, 'ab')).toBe('ab');
    cache.delete('a');
    cache.delete('a');
    cache.set('c', session, 5, never);
    expect(listCached(cache, 'abc')).toBe('bc');
  });

  it('does not store a session above the limit of bytes, and removes its older state', () => {
    const cache = new SessionCache({ maxSessions: 100, maxBytes: 10 });
    cache.set('a', session, 5, never);
    cache.set('b', session, 5, never);
    cache.set('a', session, 11, never);
    expect(listCached(cache, 'ab')).toBe('b');
  });

  it('stores a session of exactly the limit of bytes', () => {
    const cache = new SessionCache({ maxSessions: 100, maxBytes: 10 });
    cache.set('a', session, 10, never);
    expect(listCached(cache, 'a')).toBe('a');
  });

  it('does not return an expired session', () => {
    const cache = new SessionCache({ maxSessions: 3, maxBytes: 1_000 });
    cache.set('a', session, 1, 100);
    expect(cache.get('a', 99)).toBe(session);
    expect(cache.get('a', 100)).toBeUndefined();
    expect(cache.get('a', 99)).toBeUndefined();
  });

  it('stores nothing with a limit of 0 sessions', () => {
    const cache = new SessionCache({ maxSessions: 0, maxBytes: 1_000 });
    cache.set('a', session, 1, never);
    expect(cache.get('a', 0)).toBeUndefined();
  });
});
