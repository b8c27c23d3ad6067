import { RedisProcess } from '../../redis/redis-process';
import { CleanupStack } from '../cleanup';
import { showProgress } from '../command';
import { LoadGenerators, measureRound, type Round } from '../load/load';
import { getCpuMicroseconds } from '../servers/process-cost';
import { putScenarios, startBenchService, turnMethod } from '../servers/servers';
import { buildScenario } from '../workload/scenarios';
import { defaultShape, turnsPerSession } from '../workload/session-turns';

export interface StartOptions {
  readonly rounds: number;
  /** The numbers of turns of the warm-up that are compared. */
  readonly warmUpTurns: readonly number[];
  readonly inFlight: number;
}

/** The costs of one process. */
export interface StartCost {
  readonly warmUpTurns: number;
  /** Time from the start of the process until it is SERVING, in seconds. */
  readonly secondsToServing: number;
  /** CPU of the process in this time, in seconds. */
  readonly cpuToServing: number;
  /** The rounds of `windows`, in order. */
  readonly first: readonly Round[];
  /** The round after all others. */
  readonly warm: Round;
}

/** The first turns are measured in these windows; each starts where the one before it ends. */
export const windows = [500, 1_000, 2_000, 4_500] as const;
const compiledTurns = 15_000;
const warmTurns = 3_000;

/** Measures the variants on one Redis. Their order rotates, so that other processes of the machine affect all of them. */
export async function measureStart({ rounds, warmUpTurns, inFlight }: StartOptions): Promise<readonly StartCost[]> {
  const cleanup = new CleanupStack();
  return cleanup.run(async () => {
    const redis = cleanup.add(await RedisProcess.start(), (started) => started.stop());
    const load = cleanup.add(new LoadGenerators(), (started) => started.stop());
    await measureProcess(load, redis.port, 0, inFlight); // Compiles the code of the load generators.
    const starts: StartCost[] = [];
    for (let round = 0; round < rounds; round += 1) {
      for (let index = 0; index < warmUpTurns.length; index += 1) {
        showProgress(`start ${starts.length + 1} of ${rounds * warmUpTurns.length}`);
        const turns = warmUpTurns[(round + index) % warmUpTurns.length] ?? 0;
        starts.push(await measureProcess(load, redis.port, turns, inFlight));
        await redis.withClient((client) => client.flushall());
      }
    }
    showProgress('');
    return starts;
  });
}

async function measureProcess(
  load: LoadGenerators,
  redisPort: number,
  warmUpTurns: number,
  inFlight: number,
): Promise<StartCost> {
  const startedAt = performance.now();
  const service = await startBenchService({
    redisPort,
    settings: {
      ORCHESTRATOR__SERVER__WARM_UP_TURNS: String(warmUpTurns),
      ORCHESTRATOR__SERVER__WARM_UP_TIMEOUT_MS: '600000', // The machine may be busy.
    },
  });
  try {
    const secondsToServing = (performance.now() - startedAt) / 1_000;
    const cpuToServing = getCpuMicroseconds(service.pid) / 1e6;
    await putScenarios(
      service,
      Array.from({ length: defaultShape.activeScenarios }, (_, index) => buildScenario(index)),
    );
    const measure = (turns: number): Promise<Round> =>
      measureRound(load, [service], {
        connections: 2,
        inFlight,
        method: turnMethod,
        shape: defaultShape,
        sessions: Math.round(turns / turnsPerSession),
      });
    const first: Round[] = [];
    let sent = 0;
    for (const end of windows) {
      first.push(await measure(end - sent));
      sent = end;
    }
    await measure(compiledTurns);
    return { warmUpTurns, secondsToServing, cpuToServing, first, warm: await measure(warmTurns) };
  } finally {
    await service.stop();
  }
}
