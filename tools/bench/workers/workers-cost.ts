import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { RedisProcess } from '../../redis/redis-process';
import { CleanupStack } from '../cleanup';
import { showProgress } from '../command';
import { LoadGenerators } from '../load/load';
import { type BenchServer, putScenarios, startBenchService, turnMethod } from '../servers/servers';
import { buildScenario } from '../workload/scenarios';
import { defaultShape, turnsPerSession } from '../workload/session-turns';
import { getCpuMs, limitCpu } from './cpu-limit';

export interface WorkersOptions {
  readonly rounds: number;
  /** New sessions of each worker per round, nine turns each. */
  readonly sessions: number;
  /** Concurrent calls for each worker, so that each of them batches as many as a single one. */
  readonly inFlight: number;
  /** Connections for each worker. */
  readonly connections: number;
  /** The numbers of workers that are compared. */
  readonly workers: readonly number[];
  /** The share of a core that each worker may use, from 0 to 1; undefined for no limit. */
  readonly share: number | undefined;
  /** Turns of each worker before the measurement, without a limit. V8 has compiled the code after about 15,000. */
  readonly warmUpTurns: number;
}

/** One round of one variant. */
export interface WorkersRound {
  readonly turnsPerSecond: number;
  /** CPU time per turn in microseconds, all threads: of the workers with their supervisor, of Redis, and of the load generators. */
  readonly serviceUs: number;
  readonly redisUs: number;
  readonly generatorUs: number;
  /** The CPU time of each worker as a share of its limit, or of a core without one. Near 1 means that the workers were the bottleneck. */
  readonly workerUtilization: readonly number[];
  /** The share of all cores that was idle, from 0 to 1. Near 0 means that something else may have been the bottleneck. */
  readonly idle: number;
}

export interface WorkersCost {
  readonly options: WorkersOptions;
  /** For each round, the variants in the order of `options.workers`. */
  readonly rounds: readonly (readonly WorkersRound[])[];
}

interface Variant {
  readonly server: BenchServer;
  /** The processes that decide turns. */
  readonly workers: readonly number[];
}

/** Measures the same load with different numbers of workers on one Redis. The variants alternate in each round. */
export async function measureWorkers(options: WorkersOptions): Promise<WorkersCost> {
  const cleanup = new CleanupStack();
  return cleanup.run(async () => {
    const redis = cleanup.add(await RedisProcess.start(), (started) => started.stop());
    const redisPid = Number(/process_id:(\d+)/.exec(await redis.withClient((client) => client.info('server')))?.[1]);
    const load = cleanup.add(new LoadGenerators(), (started) => started.stop());
    const variants: Variant[] = [];
    for (const workers of options.workers) variants.push(await startVariant(redis.port, workers, cleanup));
    for (const variant of variants) {
      showProgress(`warming up ${variant.workers.length} workers`);
      const sessions = Math.ceil(options.warmUpTurns / turnsPerSession);
      await measureVariant(load, variant, redisPid, { ...options, share: undefined, sessions });
      await redis.withClient((client) => client.eval(deleteSessionsScript, 0));
    }
    const rounds: WorkersRound[][] = [];
    for (let number = 0; number < options.rounds; number += 1) {
      showProgress(`round ${number + 1} of ${options.rounds}`);
      const measured = new Map<Variant, WorkersRound>();
      for (let index = 0; index < variants.length; index += 1) {
        const variant = variants[(number + index) % variants.length];
        if (variant === undefined) continue;
        measured.set(variant, await measureVariant(load, variant, redisPid, options));
        await redis.withClient((client) => client.eval(deleteSessionsScript, 0));
      }
      rounds.push(variants.flatMap((variant) => measured.get(variant) ?? []));
    }
    showProgress('');
    return { options, rounds };
  });
}

const deleteSessionsScript = `
  for _, key in ipairs(redis.call('KEYS', '*:session')) do redis.call('UNLINK', key) end
  for _, key in ipairs(redis.call('KEYS', '*:turns')) do redis.call('UNLINK', key) end`;

async function startVariant(redisPort: number, workers: number, cleanup: CleanupStack): Promise<Variant> {
  const settings = { ORCHESTRATOR__SERVER__WORKERS: String(workers) };
  const server = cleanup.add(await startBenchService({ redisPort, settings }), (started) => started.stop());
  await putScenarios(
    server,
    Array.from({ length: defaultShape.activeScenarios }, (_, index) => buildScenario(index)),
  );
  return { server, workers: workers === 1 ? [server.pid] : listChildren(server.pid) };
}

function listChildren(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}

async function measureVariant(
  load: LoadGenerators,
  { server, workers }: Variant,
  redisPid: number,
  { sessions, inFlight, connections, share }: WorkersOptions,
): Promise<WorkersRound> {
  const send = await load.prepare({
    addresses: [server.address],
    connections: connections * workers.length,
    inFlight: inFlight * workers.length,
    method: turnMethod,
    shape: defaultShape,
    sessions: sessions * workers.length,
  });
  const pids = { service: [...new Set([server.pid, ...workers])], redis: [redisPid], generators: load.pids };
  const sum = (processes: readonly number[]) => processes.reduce((total, pid) => total + getCpuMs(pid), 0);
  const getTimes = () => ({
    service: sum(pids.service),
    redis: sum(pids.redis),
    generators: sum(pids.generators),
    workers: workers.map(getCpuMs),
    idleMs: cpus().reduce((total, { times }) => total + times.idle, 0),
    now: performance.now(),
  });
  const endLimit = share === undefined ? () => undefined : limitCpu(workers, share);
  const before = getTimes();
  const { calls, seconds } = await send();
  const after = getTimes();
  endLimit();
  const elapsedMs = after.now - before.now;
  const toUs = (name: 'service' | 'redis' | 'generators') => ((after[name] - before[name]) * 1_000) / calls;
  return {
    turnsPerSecond: calls / seconds,
    serviceUs: toUs('service'),
    redisUs: toUs('redis'),
    generatorUs: toUs('generators'),
    workerUtilization: after.workers.map(
      (used, index) => (used - (before.workers[index] ?? 0)) / (elapsedMs * (share ?? 1)),
    ),
    idle: (after.idleMs - before.idleMs) / (elapsedMs * cpus().length),
  };
}
