import { type RunningService, startService } from './compose';
import { isLoopback, loadConfig, requiresAuthentication, toRedisEndpoint } from './config';
import type { Logger } from './ports/logger';
import { maxShutdownMs, shutdownTimeouts } from './shutdown-timeouts';
import { allowCustomerData, flushTelemetry, logSdkDiagnostics } from './telemetry';
import { createPinoLogger } from './telemetry/logging';

/** Two signals within this are one: `npm start` passes on what the terminal has sent to everybody already. */
const sameSignalMs = 500;

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const log = createPinoLogger({ level: config.telemetry.log_level, customerData: config.telemetry.customer_data });
  logSdkDiagnostics(log, process.env);
  allowCustomerData(config.telemetry.customer_data);
  process.on('uncaughtExceptionMonitor', (error) => log.error({ error }, 'the process ends by a defect'));
  // Not at once: it is a while before it waits for anything, and signals shall be heard from the start.
  const starting = Promise.resolve().then(() => startService(config, log));
  // The reason goes to the person below; where it is a defect, the stack is wanted too.
  starting.catch((error: unknown) => log.error({ error }, 'the service does not start'));
  onStopSignals(async (signal) => {
    log.info({ signal, at_most_ms: maxShutdownMs(config.server) }, 'draining');
    await stopService(await starting, log);
  });
  const { address, storageDescription: storedIn } = await starting;
  log.info({ address, store: toRedisEndpoint(config) ? 'redis' : 'embedded' }, 'listening');
  if (!isLoopback(config.server.host) && !requiresAuthentication(config.auth))
    log.warn({ address }, 'whoever reaches the port may do everything: no authentication');
  // For the person who started it, whatever the log level is.
  process.stderr.write(`scenario-orchestrator listens on ${address}; ${storedIn}.\n`);
}

/** The first signal stops in good order, another one at once. */
function onStopSignals(stop: (signal: string) => Promise<void>): void {
  let since: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (since !== undefined) {
      if (performance.now() - since > sameSignalMs) process.exit(1);
      return;
    }
    since = performance.now();
    stop(signal).then(() => process.exit(0), failed);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}

async function stopService(service: RunningService, log: Logger): Promise<void> {
  const ended = await service.stop();
  if (!ended) log.warn({}, 'calls in flight were cut off');
  const delivered = await flushTelemetry(shutdownTimeouts.flushingMs);
  if (!delivered) log.warn({}, 'the last spans or metrics were not delivered');
  log.info({}, 'stopped');
}

function failed(error: unknown): never {
  const told = error instanceof Error ? error.message : String(error);
  process.stderr.write(`scenario-orchestrator: ${told}\n`);
  process.exit(1);
}

main().catch(failed);
