import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { connect, insecure } from 'scenario-orchestrator-client';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { Turn } from '../../../gen/focal/orchestration/v1/turn';
import { getSessionKeys } from '../../../src/server/stores/redis/redis-keys';
import { RedisProcess } from '../../redis/redis-process';
import { CleanupStack } from '../cleanup';
import { showProgress } from '../command';
import { putScenarios, startBenchService } from '../servers/servers';
import { buildScenario } from '../workload/scenarios';
import { agent, buildSessionTurns, defaultShape, turnsPerSession } from '../workload/session-turns';

/** The Redis memory of a session after a number of turns, in bytes. */
export interface SessionMemory {
  readonly turns: number;
  /** All keys of the session. */
  readonly total: number;
  /** The part of `total` for turns that are not in a block. */
  readonly unpacked: number;
  /** The size of the stored state, which is a part of `total`. */
  readonly state: number;
}

/** The key prefix of config/default.toml. */
const keyPrefix = 'so:';

/** After this time in milliseconds without a turn, nothing is left to pack in the background. */
const packingMs = 1_000;

/** Plays a session with the default settings, and measures its memory after each of the given numbers of turns, in ascending order. */
export function measureSessionMemory(turnCounts: readonly number[]): Promise<readonly SessionMemory[]> {
  const cleanup = new CleanupStack();
  return cleanup.run(async () => {
    const server = cleanup.add(await RedisProcess.start(), (started) => started.stop());
    const service = cleanup.add(await startBenchService({ redisPort: server.port }), (started) => started.stop());
    const redis = cleanup.add(new Redis(server.url), (opened) => opened.disconnect());
    const client = cleanup.add(connect(service.address, { credentials: insecure() }), (opened) => opened.close());
    const scenarios = Array.from({ length: defaultShape.activeScenarios }, (_, index) => buildScenario(index));
    await putScenarios(service, scenarios);
    const turns = buildLongSession(Math.max(...turnCounts));
    const { session, turnLog } = getSessionKeys(keyPrefix, { ...agent, sessionId: turns[0]?.sessionId ?? '' });
    const memory: SessionMemory[] = [];
    for (const [index, turn] of turns.entries()) {
      showProgress(`turn ${index + 1} of ${turns.length}`);
      await client.processTurn(ProcessTurnRequest.fromPartial({ turn }));
      if (!turnCounts.includes(index + 1)) continue;
      await sleep(packingMs);
      const [all = 0, unpacked = 0] = await Promise.all(
        [session, turnLog].map(async (key) => (await redis.memory('USAGE', key, 'SAMPLES', 0)) ?? 0),
      );
      memory.push({ turns: index + 1, total: all + unpacked, unpacked, state: await redis.hstrlen(session, 's') });
    }
    showProgress('');
    return memory;
  });
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
