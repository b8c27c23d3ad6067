import { type Config, usesRedis } from './config';
import type { Logger } from './ports/logger';
import { onStopSignals } from './process-signals';
import { reportStart } from './run-service';
import { maxShutdownMs, shutdownTimeouts } from './shutdown-timeouts';
import { countAvailableCores, createWorkerFactory, Supervisor } from './supervisor';
import { type ProcessMetrics, startSupervisorTelemetry } from './telemetry';

/** Returns the number of processes that `server.workers` requests. */
export function countWorkers(config: Config, log: Logger): number {
  const { workers } = config.server;
  if (workers !== 'auto') return workers;
  if (!usesRedis(config)) {
    log.info({ workers: 1 }, 'server.workers = "auto" is 1 with the embedded store; use Redis to run several workers');
    return 1;
  }
  const cores = countAvailableCores();
  log.info({ workers: cores }, 'server.workers = "auto": one worker for each available core');
  return cores;
}

export interface SupervisedService {
  readonly config: Config;
  readonly workers: number;
  /** The path of the module that a worker runs. */
  readonly workerProgram: string;
  readonly log: Logger;
}

/** Runs the service in several workers. Exits with code 0 when they have stopped; rejects if they cannot be started or stopped. */
export async function runSupervisor({ config, workers, workerProgram, log }: SupervisedService): Promise<void> {
  const env = { ...process.env }; // that of the workers, before this process changes its own
  const startProcess = createWorkerFactory<Config, ProcessMetrics>({ path: workerProgram, env });
  const metrics = startSupervisorTelemetry(process.env, () => supervisor.collectMetrics());
  const supervisor: Supervisor<Config, ProcessMetrics> = new Supervisor({
    workers,
    config,
    startProcess,
    log,
    metrics,
  });
  process.on('exit', () => supervisor.kill());
  const stopped = new Promise<never>((_resolve, reject) => {
    onStopSignals((signal) => {
      stop(supervisor, config, log, signal).then((isClean) => process.exit(isClean ? 0 : 1), reject);
    });
  });
  const started = await Promise.race([supervisor.started, stopped]);
  reportStart({ config, ...started, log });
  await Promise.race([supervisor.failed, stopped]);
}

async function stop(
  supervisor: Supervisor<Config, ProcessMetrics>,
  { server }: Config,
  log: Logger,
  signal: string,
): Promise<boolean> {
  const atMostMs = maxShutdownMs(server);
  log.info({ signal, at_most_ms: atMostMs }, 'stopping the workers');
  const isClean = await supervisor.stop(signal, atMostMs + shutdownTimeouts.workerExitMs);
  log.info({}, 'all workers have stopped');
  return isClean;
}
