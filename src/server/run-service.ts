import { type NodeMembership, type RunningService, startService } from './compose';
import { type Config, isLoopback, listUnknownVariables, requiresAuthentication, usesRedis } from './config';
import type { Logger } from './ports/logger';
import { onStopSignals } from './process-signals';
import { maxShutdownMs, shutdownTimeouts } from './shutdown-timeouts';
import { flushTelemetry, startTelemetry } from './telemetry';
import { writeOperatorMessage } from './telemetry/process-log';

/** Runs the service in this process. Resolves when it serves, and rejects if it cannot start or stop. It exits with code 0 when it has stopped. */
export async function runService(config: Config, log: Logger): Promise<void> {
  startTelemetry(process.env, { kind: 'service' });
  const service = launchService(config, log);
  // The message is also written to standard error. The log has the stack.
  service.startup.catch((error: unknown) => log.error({ error }, 'the service does not start'));
  const stopped = new Promise<never>((_resolve, reject) => {
    onStopSignals((signal) => {
      service.stop(signal).then(() => process.exit(0), reject);
    });
  });
  const started = await Promise.race([service.startup, stopped]);
  reportStart({ config, ...started, log });
  await stopped;
}

export interface LaunchedService {
  readonly startup: Promise<RunningService>;
  /** Drains the service, also while it starts, and exports the last spans and metrics. Call it once. */
  stop(signal: string): Promise<void>;
}

export interface LaunchOptions {
  readonly node: NodeMembership;
  /** Called when the last call has ended, before the telemetry is stopped. */
  readonly onDrained: () => Promise<void>;
}

/** Starts the service of this process. Default options: it is the only one of its node. */
export function launchService(config: Config, log: Logger, launchOptions?: LaunchOptions): LaunchedService {
  const stopping = new AbortController();
  const options = { stopSignal: stopping.signal, ...(launchOptions && { node: launchOptions.node }) };
  // Started in a microtask, so that the signal handlers are installed first.
  const startup = Promise.resolve().then(() => startService(config, log, options));
  return {
    startup,
    async stop(signal) {
      log.info({ signal, at_most_ms: maxShutdownMs(config.server) }, 'draining');
      stopping.abort();
      const drained = await (await startup).stop();
      if (!drained) log.warn({}, 'drain timeout: calls in flight were canceled');
      await launchOptions?.onDrained();
      const flushed = await flushTelemetry(shutdownTimeouts.flushTelemetryMs);
      if (!flushed) log.warn({}, 'pending spans or metrics were not exported');
      log.info({}, 'stopped');
    },
  };
}

export interface StartReport {
  readonly config: Config;
  readonly address: string;
  readonly httpAddress: string | undefined;
  readonly storageDescription: string;
  readonly log: Logger;
}

/** Informs the operator that the node listens, and what is unusual about its settings. */
export function reportStart({ config, address, httpAddress, storageDescription, log }: StartReport): void {
  log.info(
    { address, ...(httpAddress && { http_address: httpAddress }), store: usesRedis(config) ? 'redis' : 'embedded' },
    'listening',
  );
  const variables = listUnknownVariables(process.env);
  if (variables.length > 0)
    log.warn({ variables }, 'variables that look like settings are not read; the prefix is ORCHESTRATOR__');
  if (!isLoopback(config.server.host) && !requiresAuthentication(config.auth)) {
    log.warn({ address }, 'authentication is off: any client that reaches the port has full access');
  }
  const http = httpAddress === undefined ? '' : ` HTTP: ${httpAddress}.`;
  writeOperatorMessage('info', `scenario-orchestrator listens on ${address}; ${storageDescription}.${http}`);
}
