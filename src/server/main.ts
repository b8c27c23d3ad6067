import { toVisibleLines } from '../core/model/visible-text';
import { type RunningService, startService } from './compose';
import { isLoopback, listUnknownVariables, loadConfig, requiresAuthentication, usesRedis } from './config';
import { logGrpcDiagnostics } from './grpc';
import type { Logger } from './ports/logger';
import { maxShutdownMs, shutdownTimeouts } from './shutdown-timeouts';
import { flushTelemetry } from './telemetry';
import { createPinoLogger } from './telemetry/pino-logger';
import { installProcessLog, setProcessLogger, writeOperatorMessage } from './telemetry/process-log';

/**
 * A second signal within this time in milliseconds is ignored, because `npm start` forwards signals that the terminal has already
 * sent to the process.
 */
const duplicateSignalMs = 500;

async function main(): Promise<void> {
  installProcessLog(); // the preload has done it already, unless the process was started without it
  const config = loadConfig(process.env);
  const log = createPinoLogger({
    level: config.telemetry.log_level,
    isCustomerDataAllowed: config.telemetry.customer_data,
  });
  setProcessLogger(log);
  logGrpcDiagnostics(log);
  const stopping = new AbortController();
  // Started in a microtask, so that the signal handlers are installed first.
  const startup = Promise.resolve().then(() => startService(config, log, stopping.signal));
  // The message is also written to standard error below. The log has the stack.
  startup.catch((error: unknown) => log.error({ error }, 'the service does not start'));
  onStopSignals(async (signal) => {
    log.info({ signal, at_most_ms: maxShutdownMs(config.server) }, 'draining');
    stopping.abort();
    await stopService(await startup, log);
  });
  const { address, storageDescription } = await startup;
  log.info({ address, store: usesRedis(config) ? 'redis' : 'embedded' }, 'listening');
  const variables = listUnknownVariables(process.env);
  if (variables.length > 0)
    log.warn({ variables }, 'variables that look like settings are not read; the prefix is ORCHESTRATOR__');
  if (!isLoopback(config.server.host) && !requiresAuthentication(config.auth)) {
    log.warn({ address }, 'authentication is off: any client that reaches the port has full access');
  }
  writeOperatorMessage('info', `scenario-orchestrator listens on ${address}; ${storageDescription}.`);
}

/** Handles SIGTERM and SIGINT. The first signal starts a graceful shutdown; a later one exits immediately with code 1. */
function onStopSignals(stop: (signal: string) => Promise<void>): void {
  let firstSignalAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstSignalAt !== undefined) {
      if (performance.now() - firstSignalAt > duplicateSignalMs) process.exit(1);
      return;
    }
    firstSignalAt = performance.now();
    stop(signal).then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}

async function stopService(service: RunningService, log: Logger): Promise<void> {
  const drained = await service.stop();
  if (!drained) log.warn({}, 'drain timeout: calls in flight were canceled');
  const flushed = await flushTelemetry(shutdownTimeouts.flushTelemetryMs);
  if (!flushed) log.warn({}, 'pending spans or metrics were not exported');
  log.info({}, 'stopped');
}

function fail(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  writeOperatorMessage('error', `scenario-orchestrator: ${toVisibleLines(message)}`);
  process.exit(1);
}

main().catch(fail);
