import { IdleSessions } from '../../../../src/server/stores/recorded-turns/idle-sessions';

describe('idle sessions', () => {
  it('are those without a turn for the given time, each once', () => {
    const sessions = new IdleSessions<string>(100);
    for (const [id, now] of [
      ['a', 0],
      ['b', 10],
      ['a', 50],
      ['c', 60],
    ] as const)
      sessions.use(id, id, now);
    expect(sessions.takeIdle(109)).toEqual([]);
    expect(sessions.takeIdle(110)).toEqual(['b']);
    expect(sessions.takeIdle(160)).toEqual(['a', 'c']);
    expect(sessions.takeIdle(1_000)).toEqual([]);
  });

  it('are bounded: with too many sessions, the one whose last turn is the longest ago counts as idle', () => {
    const sessions = new IdleSessions<number>(100);
    for (let id = 0; id < 20_000; id += 1) expect(sessions.use(`${id}`, id, 0)).toBeUndefined();
    expect(sessions.use('0', 0, 1)).toBeUndefined();
    expect(sessions.use('new', -1, 1)).toBe(1);
    expect(sessions.takeIdle(100)).toHaveLength(19_998);
  });
});
