import { Redis } from 'ioredis';
import { connect, insecure } from 'scenario-orchestrator-client';
import { ProcessTurnRequest, ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { defaultPartitions, getSessionKeys } from '../../../src/server/stores/redis/redis-keys';
import { CleanupStack } from '../cleanup';
import type { BenchServer } from '../servers/servers';
import { agent, buildSessionTurns, defaultShape, turnsPerSession } from '../workload/session-turns';

/** The sizes of a session of the workload, in bytes. */
export interface SessionSizes {
  /** Mean sizes of the request, the response and the stored state of a turn. */
  readonly request: number;
  readonly response: number;
  readonly state: number;
  /** Redis memory of the session after its last turn. */
  readonly stored: number;
}

/** Where config/default.toml has the keys. */
const keySpace = { prefix: 'so:', partitions: defaultPartitions };

/** Plays one session and measures its sizes. */
export function measureSessionSizes(service: BenchServer, redisPort: number): Promise<SessionSizes> {
  const cleanup = new CleanupStack();
  return cleanup.run(async () => {
    const redis = cleanup.add(new Redis(redisPort, '127.0.0.1'), (opened) => opened.disconnect());
    const client = cleanup.add(connect(service.address, { credentials: insecure() }), (opened) => opened.close());
    const turns = buildSessionTurns(defaultShape);
    const { session, turnLog } = getSessionKeys(keySpace, { ...agent, sessionId: turns[0]?.sessionId ?? '' });
    const sum = { request: 0, response: 0, state: 0 };
    for (const turn of turns) {
      const request = ProcessTurnRequest.fromPartial({ turn });
      const { response } = await client.processTurn(request);
      sum.request += ProcessTurnRequest.encode(request).finish().length;
      sum.response += ProcessTurnResponse.encode(response).finish().length;
      sum.state += await redis.hstrlen(session, 's');
    }
    const memory = await Promise.all([session, turnLog].map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)));
    return {
      request: sum.request / turnsPerSession,
      response: sum.response / turnsPerSession,
      state: sum.state / turnsPerSession,
      stored: memory.reduce<number>((total, bytes) => total + (bytes ?? 0), 0),
    };
  });
}

/**
 * Records the names of the Redis commands for each turn of a session but the last one, after which the service packs turns in the background.
 * A script counts as one command.
 */
export function recordRedisCommands(service: BenchServer, redisPort: number): Promise<readonly (readonly string[])[]> {
  const cleanup = new CleanupStack();
  return cleanup.run(async () => {
    const redis = cleanup.add(new Redis(redisPort, '127.0.0.1'), (opened) => opened.disconnect());
    const client = cleanup.add(connect(service.address, { credentials: insecure() }), (opened) => opened.close());
    const monitor = cleanup.add(await redis.monitor(), (opened) => opened.disconnect());
    const turns = buildSessionTurns(defaultShape);
    const sessionId = turns[0]?.sessionId ?? '';
    const commandsByTurn: string[][] = [];
    for (const turn of turns.slice(0, -1)) {
      const commands: string[] = [];
      const record = (_time: string, [name = '', ...args]: readonly string[], source: string): void => {
        // Ignores commands within scripts, and commands for probes and the catalogue.
        if (source !== 'lua' && args.some((arg) => arg.includes(sessionId))) commands.push(name.toLowerCase());
      };
      monitor.on('monitor', record);
      await client.processTurn(ProcessTurnRequest.fromPartial({ turn }));
      await flushMonitor(redis, monitor, turn.turnId);
      monitor.off('monitor', record);
      commandsByTurn.push(commands);
    }
    return commandsByTurn;
  });
}

/** Resolves when the monitor has reported all earlier commands. `marker` must be unique. */
async function flushMonitor(redis: Redis, monitor: Redis, marker: string): Promise<void> {
  const reported = new Promise<void>((resolve) => {
    const findMarker = (_time: string, [name, text]: readonly string[]): void => {
      if (name?.toLowerCase() !== 'echo' || text !== marker) return;
      monitor.off('monitor', findMarker);
      resolve();
    };
    monitor.on('monitor', findMarker);
  });
  await redis.echo(marker);
  await reported;
}
