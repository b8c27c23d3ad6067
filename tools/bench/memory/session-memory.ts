import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { connect, insecure } from 'scenario-orchestrator-client';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { Turn } from '../../../gen/focal/orchestration/v1/turn';
import { packIdleIntervalMs } from '../../../src/server/compose-embedded-stores';
import { defaultPackingLimits } from '../../../src/server/ports/turn-limits';
import { defaultPartitions, getSessionKeys } from '../../../src/server/stores/redis/redis-keys';
import { RedisProcess } from '../../redis/redis-process';
import { CleanupStack } from '../cleanup';
import { showProgress } from '../command';
import { putScenarios, startBenchService } from '../servers/servers';
import { buildScenario } from '../workload/scenarios';
import { agent, buildSessionTurns, defaultShape, turnsPerSession } from '../workload/session-turns';

/** The memory of one session in Redis, in bytes: all its keys. */
export interface SessionMemory {
  /** The number of turns of the session. */
  readonly turns: number;
  /** One second after the last turn. Older turns are then packed. */
  readonly active: number;
  /** When the session has been idle, so that nearly all turns are packed. */
  readonly idle: number;
  /** The size of the stored state, which is a part of both. */
  readonly state: number;
}

/** Where config/default.toml has the keys. */
const keySpace = { prefix: 'so:', partitions: defaultPartitions };

/** After this time in milliseconds without a turn, nothing is left to pack that is packed while a session is in use. */
const packingMs = 1_000;

/** After this time in milliseconds, the turns of idle sessions are packed. */
const idleMs = defaultPackingLimits.idleMs + 2 * packIdleIntervalMs;

/** Plays one session with each of the numbers of turns, with the default settings, and measures their memory. */
export function measureSessionMemory(turnCounts: readonly number[]): Promise<readonly SessionMemory[]> {
  const cleanup = new CleanupStack();
  return cleanup.run(async () => {
    const server = cleanup.add(await RedisProcess.start(), (started) => started.stop());
    const service = cleanup.add(await startBenchService({ redisPort: server.port }), (started) => started.stop());
    const redis = cleanup.add(new Redis(server.url), (opened) => opened.disconnect());
    const client = cleanup.add(connect(service.address, { credentials: insecure() }), (opened) => opened.close());
    const scenarios = Array.from({ length: defaultShape.activeScenarios }, (_, index) => buildScenario(index));
    await putScenarios(service, scenarios);
    const sessions = turnCounts.map(buildLongSession);
    const measure = (turns: readonly Turn[]) => measureKeys(redis, turns[0]?.sessionId ?? '');
    const active: number[] = [];
    for (const [index, turns] of sessions.entries()) {
      showProgress(`session ${index + 1} of ${sessions.length}`);
      for (const turn of turns) await client.processTurn(ProcessTurnRequest.fromPartial({ turn }));
      await sleep(packingMs);
      active.push((await measure(turns)).total);
    }
    showProgress(`waiting ${idleMs / 1_000} s, until the sessions are idle`);
    await sleep(idleMs);
    showProgress('');
    return Promise.all(
      sessions.map(async (turns, index) => {
        const { total, state } = await measure(turns);
        return { turns: turns.length, active: active[index] ?? Number.NaN, idle: total, state };
      }),
    );
  });
}

async function measureKeys(redis: Redis, sessionId: string) {
  const { session, turnLog } = getSessionKeys(keySpace, { ...agent, sessionId });
  const sizes = await Promise.all([session, turnLog].map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)));
  return {
    total: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
    state: await redis.hstrlen(session, 's'),
  };
}

/** Builds a session that repeats the nine turns of the workload, with other turn ids and later times. */
function buildLongSession(count: number): readonly Turn[] {
  const turns: Turn[] = [];
  for (let cycle = 0; turns.length < count; cycle += 1) {
    for (const turn of buildSessionTurns(defaultShape, turns[0]?.sessionId)) {
      const occurredAt = new Date((turn.occurredAt?.getTime() ?? 0) + cycle * turnsPerSession * 60_000);
      turns.push({ ...turn, occurredAt });
    }
  }
  return turns.slice(0, count);
}
