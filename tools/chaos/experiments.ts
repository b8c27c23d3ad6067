import type { Experiment } from './experiment';
import { cancelCalls } from './experiments/cancel-calls';
import { cutReplies } from './experiments/cut-replies';
import { drainServers } from './experiments/drain-servers';
import { exhaustMemory } from './experiments/exhaust-memory';
import { failOverCluster } from './experiments/fail-over-cluster';
import { fillSessions } from './experiments/fill-sessions';
import { fireTimers } from './experiments/fire-timers';
import { followFeed } from './experiments/follow-feed';
import { jumpClocks } from './experiments/jump-clocks';
import { killRedis } from './experiments/kill-redis';
import { killEmbeddedServer, killServers } from './experiments/kill-servers';
import { loadNeighbour } from './experiments/load-neighbour';
import { contendForSession, repeatTurns } from './experiments/repeat-turns';
import { respellIds } from './experiments/respell-ids';
import { shareFolder } from './experiments/share-folder';
import { slowDownRedis } from './experiments/slow-down-redis';
import { watchSessions } from './experiments/watch-sessions';

/** The calls that the neighbour has in flight at any time. */
const busyNeighbour = {
  'work-limit turns': 2,
  'turns of sessions of 1 MiB': 2,
  'reads of sessions of 1 MiB': 2,
  'small turns': 10,
} as const;

/** All experiments, in the order in which they run. */
export const experiments: readonly Experiment[] = [
  {
    number: 1,
    name: 'each turn is sent one to four times, in random order, to two nodes',
    full: (context) => repeatTurns(context, { sessions: 500, turnsPerSession: 100 }),
    short: (context) => repeatTurns(context, { sessions: 12, turnsPerSession: 25 }),
  },
  {
    number: 2,
    name: '64 callers send turns of one session to two nodes',
    full: (context) => contendForSession(context, { turns: 1_000, callers: 64 }),
    short: (context) => contendForSession(context, { turns: 128, callers: 64 }),
  },
  {
    number: 3,
    name: 'servers are killed under load, and crash around the commit and within a stream',
    full: (context) => killServers(context, { kills: 100, crashesPerFailpoint: 20 }),
    short: (context) => killServers(context, { kills: 2, crashesPerFailpoint: 1 }),
  },
  {
    number: 4,
    name: 'Redis is killed, and its append-only file loses what was not synced',
    full: (context) => killRedis(context, { kills: 30, cuts: 20 }),
  },
  {
    number: 5,
    name: 'the connection is cut after the commit, before the reply',
    full: (context) => cutReplies(context, { cuts: 200 }),
    short: (context) => cutReplies(context, { cuts: 10 }),
  },
  {
    number: 6,
    name: 'Redis is delayed by 50, 500 and 5,000 ms, and suspended for 5 s',
    full: (context) => slowDownRedis(context, { turnsPerPhase: 60 }),
  },
  {
    number: 7,
    name: 'Redis is out of memory',
    full: (context) => exhaustMemory(context, { refusals: 200, sessions: 20 }),
  },
  {
    number: 8,
    name: 'slots of a Redis Cluster are migrated, and masters are killed',
    full: (context) => failOverCluster(context, { slots: 1_000, failovers: 3 }),
  },
  {
    number: 9,
    name: 'a server with the embedded store is killed under load',
    full: (context) => killEmbeddedServer(context, { kills: 100 }),
    short: (context) => killEmbeddedServer(context, { kills: 2 }),
  },
  {
    number: 10,
    name: 'watchers follow 1,000 sessions while two nodes commit',
    full: (context) => watchSessions(context, { watchers: 1_000, turnsPerSession: 10 }),
  },
  {
    number: 11,
    name: 'servers get SIGTERM under load, and clients do not retry',
    full: (context) => drainServers(context, { drains: 30 }),
    short: (context) => drainServers(context, { drains: 2 }),
  },
  {
    number: 12,
    name: 'a tenant uses a node as much as its limits allow, and another tenant sends turns',
    full: (context) =>
      loadNeighbour(context, {
        rounds: 8,
        roundMs: 5_000,
        callers: busyNeighbour,
        maxCallsPerTenant: 500,
        maxRatio: 2,
      }),
    short: (context) =>
      loadNeighbour(context, { rounds: 1, roundMs: 1_000, callers: busyNeighbour, maxCallsPerTenant: 500 }),
  },
  {
    number: 13,
    name: 'sessions are kept at their limits on size and variables',
    full: (context) => fillSessions(context, { cycles: 50 }),
    short: (context) => fillSessions(context, { cycles: 1 }),
  },
  {
    number: 14,
    name: 'every id of every call is sent in random spelling while servers are killed',
    full: (context) => respellIds(context, { kills: 50 }),
    short: (context) => respellIds(context, { kills: 1 }),
  },
  {
    number: 15,
    name: 'further processes start on the folder of an embedded store',
    full: (context) => shareFolder(context, { refusedStarts: 40, kills: 20 }),
    short: (context) => shareFolder(context, { refusedStarts: 2, kills: 2 }),
  },
  {
    number: 16,
    name: 'the clocks of the nodes are set forward and back, on Redis and on the embedded store',
    full: (context) => jumpClocks(context, { jumps: 100 }),
    short: (context) => jumpClocks(context, { jumps: 6 }),
  },
  {
    number: 17,
    name: 'a caller cancels calls rapidly on a connection that it shares with others',
    full: (context) => cancelCalls(context, { cancellations: 10_000, sessions: 100 }),
    short: (context) => cancelCalls(context, { cancellations: 1_500, sessions: 20 }),
  },
  {
    number: 18,
    name: 'two consumers follow the feed while servers and Redis are killed',
    full: (context) => followFeed(context, { kills: 30 }),
    short: (context) => followFeed(context, { kills: 3 }),
  },
  {
    number: 19,
    name: 'two nodes fire timers while servers and Redis are killed',
    full: (context) => fireTimers(context, { timers: 10_000, kills: 15, spreadMs: 20_000 }),
    short: (context) => fireTimers(context, { timers: 120, kills: 3, spreadMs: 1_500 }),
  },
];
