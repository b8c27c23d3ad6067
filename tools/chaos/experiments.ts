import type { Experiment } from './experiment';
import { cutReplies } from './experiments/cut-replies';
import { drainedServers } from './experiments/drained-servers';
import { fullMemory } from './experiments/full-memory';
import { killedEmbedded } from './experiments/killed-embedded';
import { killedRedis } from './experiments/killed-redis';
import { killedServers } from './experiments/killed-servers';
import { oneSession } from './experiments/one-session';
import { redisCluster } from './experiments/redis-cluster';
import { repeatedTurns } from './experiments/repeated-turns';
import { slowRedis } from './experiments/slow-redis';
import { watchers } from './experiments/watchers';

/** All experiments, in the order in which they run. */
export const experiments: readonly Experiment[] = [
  {
    number: 1,
    name: 'each turn sent one to four times, in any order, to two nodes',
    full: (conditions) => repeatedTurns(conditions, { sessions: 500, turnsOfSession: 100 }),
    short: (conditions) => repeatedTurns(conditions, { sessions: 12, turnsOfSession: 25 }),
  },
  {
    number: 2,
    name: '64 callers on one session, on two nodes',
    full: (conditions) => oneSession(conditions, { turns: 1_000, callers: 64 }),
    short: (conditions) => oneSession(conditions, { turns: 128, callers: 64 }),
  },
  {
    number: 3,
    name: 'kill -9 of a server in mid-load, and crashes around the commit and within a stream',
    full: (conditions) => killedServers(conditions, { kills: 100, crashesOfFailpoint: 20 }),
    short: (conditions) => killedServers(conditions, { kills: 2, crashesOfFailpoint: 1 }),
  },
  {
    number: 4,
    name: 'kill -9 of Redis, and an append-only file that loses what was not synced',
    full: (conditions) => killedRedis(conditions, { kills: 30, cuts: 20 }),
  },
  {
    number: 5,
    name: 'the reply is cut after the commit',
    full: (conditions) => cutReplies(conditions, { cuts: 200 }),
    short: (conditions) => cutReplies(conditions, { cuts: 10 }),
  },
  {
    number: 6,
    name: 'Redis is delayed by 50, 500 and 5,000 ms, and stopped for 5 s',
    full: (conditions) => slowRedis(conditions, { turnsOfPhase: 60 }),
  },
  {
    number: 7,
    name: 'Redis is out of memory',
    full: (conditions) => fullMemory(conditions, { refusals: 200, sessions: 20 }),
  },
  {
    number: 8,
    name: 'a Redis Cluster: slots move, masters are killed',
    full: (conditions) => redisCluster(conditions, { slots: 1_000, failovers: 3 }),
  },
  {
    number: 9,
    name: 'kill -9 of the server on the embedded store',
    full: (conditions) => killedEmbedded(conditions, { kills: 100 }),
    short: (conditions) => killedEmbedded(conditions, { kills: 2 }),
  },
  {
    number: 10,
    name: 'watchers on as many sessions, while two nodes commit',
    full: (conditions) => watchers(conditions, { watchers: 1_000, turnsOfSession: 10 }),
  },
  {
    number: 11,
    name: 'SIGTERM to servers in mid-load, without retries',
    full: (conditions) => drainedServers(conditions, { drains: 30 }),
    short: (conditions) => drainedServers(conditions, { drains: 2 }),
  },
];
