// node compare.mjs [ROUNDS] [SESSIONS]: measures the CPU of this process per turn for each engine, in alternating rounds on one Redis.
// All figures include Node.js and the Redis client, and none includes gRPC. docs/performance.md explains them.
import { deepStrictEqual } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { formatTable, getMedian } from '../../../dist/tools/bench/figures.js';
import { RedisProcess } from '../../../dist/tools/redis/redis-process.js';
import { langgraph } from './langgraph.mjs';
import { orchestrator } from './orchestrator.mjs';
import { stepsAfter, turns } from './turns.mjs';
import { xstate } from './xstate.mjs';

const [rounds = 7, sessions = 200] = process.argv.slice(2).map(Number);
const inFlight = 16;

/** Measures the CPU per turn in microseconds. Checks the result of every turn. */
async function measureMicrosecondsPerTurn(processTurn, prepare) {
  const pending = Array.from({ length: sessions }, () => {
    const sessionId = randomUUID();
    return { sessionId, inputs: prepare(sessionId) };
  });
  const before = process.cpuUsage();
  const playSessions = async () => {
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const [index, input] of next.inputs.entries()) {
        deepStrictEqual(await processTurn(next.sessionId, input), stepsAfter[index], `turn ${index + 1}`);
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, playSessions));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (sessions * turns.length);
}

const redisProcess = await RedisProcess.start();
const redis = new Redis(redisProcess.port, '127.0.0.1');
try {
  const engines = [orchestrator, xstate, langgraph].map(({ name, engine, prepare = () => turns }) => ({
    name,
    processTurn: engine(redis),
    prepare,
    figures: [],
  }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { processTurn, prepare, figures } of engines) {
      const figure = await measureMicrosecondsPerTurn(processTurn, prepare);
      if (round > 0) figures.push(figure); // The first round is the warm-up.
    }
  }
  const [{ figures: baseline }] = engines;
  console.log(
    formatTable([
      ['engine', 'CPU us/turn', 'ratio'],
      ...engines.map(({ name, figures }) => [
        name,
        getMedian(figures),
        getMedian(figures.map((figure, round) => figure / baseline[round])),
      ]),
    ]),
  );
} finally {
  redis.disconnect();
  await redisProcess.stop();
}
