import { types } from 'node:util';
import type { Config } from './config';
import { logGrpcDiagnostics } from './grpc';
import { onStopSignals } from './process-signals';
import { launchService } from './run-service';
import { connectToSupervisor, type WorkerChannel } from './supervisor';
import { collectWorkerMetrics, type ProcessMetrics, startTelemetry } from './telemetry';
import { createPinoLogger } from './telemetry/pino-logger';
import { setProcessLogger } from './telemetry/process-log';

type Channel = WorkerChannel<Config, ProcessMetrics>;

/**
 * Runs the service as one of the workers of a node. It exits with code 0 when it has stopped. If it cannot start, its supervisor informs the
 * operator why.
 */
export async function runWorker(): Promise<void> {
  const channel: Channel = connectToSupervisor();
  const stopRequest = new Promise<string>((resolve) => {
    channel.onDrain(resolve);
    onStopSignals(resolve);
  });
  try {
    await serve(channel, stopRequest);
  } catch (error) {
    const problem = types.isNativeError(error) ? error.message : String(error);
    const stack = types.isNativeError(error) ? (error.stack ?? '') : '';
    await channel.send({ kind: 'failed', problem, stack });
    process.exit(1);
  }
}

async function serve(channel: Channel, stopRequest: Promise<string>): Promise<void> {
  const { config, worker, isReplacement } = await channel.start;
  const log = createPinoLogger({
    level: config.telemetry.log_level,
    isCustomerDataAllowed: config.telemetry.customer_data,
    base: { worker, pid: process.pid },
  });
  setProcessLogger(log);
  logGrpcDiagnostics(log);
  startTelemetry(process.env, { kind: 'worker', worker });
  channel.onCollect((id) => void sendMetrics(channel, id));
  let mayHaveCalls = false;
  const service = launchService(config, log, {
    node: {
      isReplacement,
      waitToListen: async () => {
        await channel.send({ kind: 'prepared' });
        await channel.mayListen;
        mayHaveCalls = true;
      },
      reportReadiness: (isReady) => void channel.send({ kind: 'readiness', isReady }),
      onHealth: (listener) => channel.onHealth(listener),
    },
    onDrained: () => sendMetrics(channel, undefined),
  });
  const stopped = stopRequest.then(async (signal) => {
    if (mayHaveCalls) await service.stop(signal);
    process.exit(0);
  });
  const { address, httpAddress, storageDescription } = await Promise.race([service.startup, stopped]);
  await channel.send({ kind: 'started', address, httpAddress, storageDescription });
  await stopped;
}

/** Sends nothing if the supervisor does not serve the metrics. */
async function sendMetrics(channel: Channel, id: number | undefined): Promise<void> {
  const metrics = await collectWorkerMetrics();
  if (metrics !== undefined) await channel.send({ kind: 'metrics', id, metrics });
}
