import { SessionCache } from '../../../../src/server/stores/redis/session-cache';
import { aSession } from '../../../support/session-builder';

const session = aSession();
const never = Number.POSITIVE_INFINITY;

describe('SessionCache', () => {
  const held = (cache: SessionCache, keys: string) =>
    [...keys].filter((key) => cache.get(key, 0) !== undefined).join('');

  it('drops the session that was used longest ago when there are too many', () => {
    const cache = new SessionCache({ maxSessions: 3, maxBytes: 1_000 });
    for (const key of 'abc') cache.set(key, session, 1, never);
    cache.get('a', 0);
    cache.set('d', session, 1, never);
    expect(held(cache, 'abcd')).toBe('acd');
  });

  it('drops as many as it takes when they are too large together', () => {
    const cache = new SessionCache({ maxSessions: 100, maxBytes: 10 });
    for (const key of 'abc') cache.set(key, session, 3, never);
    cache.set('d', session, 6, never);
    expect(held(cache, 'abcd')).toBe('cd');
  });

  it('counts a session once that is kept again', () => {
    const cache = new SessionCache({ maxSessions: 100, maxBytes: 10 });
    for (let time = 0; time < 5; time += 1) cache.set('a', session, 5, never);
    cache.set('b', session, 5, never);
    expect(held(cache, 'ab')).toBe('ab');
    cache.delete('a');
    cache.delete('a');
    cache.set('c', session, 5, never);
    expect(held(cache, 'abc')).toBe('bc');
  });

  it('does not keep one that is larger than all room, nor its older state', () => {
    const cache = new SessionCache({ maxSessions: 100, maxBytes: 10 });
    cache.set('a', session, 5, never);
    cache.set('b', session, 5, never);
    cache.set('a', session, 11, never);
    expect(held(cache, 'ab')).toBe('b');
  });

  it('gives out no session whose time is over', () => {
    const cache = new SessionCache({ maxSessions: 3, maxBytes: 1_000 });
    cache.set('a', session, 1, 100);
    expect(cache.get('a', 99)).toBe(session);
    expect(cache.get('a', 100)).toBeUndefined();
    expect(cache.get('a', 99)).toBeUndefined();
  });

  it('of no sessions keeps none', () => {
    const cache = new SessionCache({ maxSessions: 0, maxBytes: 1_000 });
    cache.set('a', session, 1, never);
    expect(cache.get('a', 0)).toBeUndefined();
  });
});
