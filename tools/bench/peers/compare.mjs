// node compare.mjs [ROUNDS] [SESSIONS]: CPU of this process a turn, for each engine, round by round, on a redis-server of its own.
// Node.js and Redis' client are in every figure; gRPC is in none. docs/performance.md says what it shows and what not.
import { deepStrictEqual } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { medianOf } from '../../dist/tools/bench/statistics.js';
import { tableText } from '../../dist/tools/bench/table.js';
import { RedisProcess } from '../../dist/tools/chaos/redis-process.js';
import { langgraph } from './langgraph.mjs';
import { orchestrator } from './orchestrator.mjs';
import { stepsAfter, turns } from './turns.mjs';
import { xstate } from './xstate.mjs';

const [rounds = 7, sessions = 200] = process.argv.slice(2).map(Number);
const inFlight = 16;

/** CPU a turn of so many sessions, microseconds; every turn is checked. */
async function microsecondsATurn(turnOf, prepare) {
  const waiting = Array.from({ length: sessions }, () => {
    const sessionId = randomUUID();
    return { sessionId, said: prepare(sessionId) };
  });
  const before = process.cpuUsage();
  const drive = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const [at, said] of next.said.entries()) {
        deepStrictEqual(await turnOf(next.sessionId, said), stepsAfter[at], `turn ${at + 1}`);
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, drive));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (sessions * turns.length);
}

const redisProcess = await RedisProcess.start();
const redis = new Redis(redisProcess.port, '127.0.0.1');
try {
  const contenders = [orchestrator, xstate, langgraph].map(({ name, engine, prepare = () => turns }) => ({
    name,
    turnOf: engine(redis),
    prepare,
    figures: [],
  }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { turnOf, prepare, figures } of contenders) {
      const figure = await microsecondsATurn(turnOf, prepare);
      if (round > 0) figures.push(figure); // the first one warms up
    }
  }
  const [{ figures: own }] = contenders;
  console.log(
    tableText([
      ['engine', 'CPU us a turn', 'ratio'],
      ...contenders.map(({ name, figures }) => [
        name,
        medianOf(figures),
        medianOf(figures.map((figure, round) => figure / own[round])),
      ]),
    ]),
  );
} finally {
  redis.disconnect();
  await redisProcess.stop();
}
