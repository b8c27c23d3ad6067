import type { CompiledCatalogue } from './application/compiled-catalogue';
import type { UseCases } from './application/use-cases';
import { type AccessControl, createAccessControl } from './compose-access-control';
import { createCallThreads } from './compose-call-threads';
import { composeHttpServer } from './compose-http';
import { openNode, toServerOptions } from './compose-node';
import type { Stores } from './compose-stores';
import { startTimers } from './compose-timers';
import { type WarmUpSettings, warmUpCode } from './compose-warm-up';
import type { Config } from './config';
import { type Contract, createGrpcServer, type GrpcServer, loadContract } from './grpc';
import type { HttpServer } from './http';
import type { Clock } from './ports/clock';
import type { Logger } from './ports/logger';
import type { AgentKey } from './ports/scenario-catalogue';
import { callWithTimeout, FileReloader, monitorStore, type Poller, poll, SystemClock } from './runtime';
import { shutdownTimeouts } from './shutdown-timeouts';
import { getProcessMetrics, getProcessTelemetry } from './telemetry';
import type { CallThreadPool } from './threads/call-thread-pool';
import type { TimerLoop } from './timers';

export interface RunningService {
  /** `host:port` */
  readonly address: string;
  /** `host:port` of the HTTP listener; undefined if it is not enabled. */
  readonly httpAddress: string | undefined;
  /** Where the data is stored, for the operator. A sentence without the final period. */
  readonly storageDescription: string;
  /** Drains the server and closes the stores. Resolves to whether all calls in flight completed. Idempotent. */
  stop(): Promise<boolean>;
}

/** How this process takes part in its node. */
export interface NodeMembership {
  /** Whether other processes of the node are serving already. Then this one warms up before it listens. */
  readonly isReplacement: boolean;
  /** Resolves when this process may listen. Called once, when everything that does not need the port is created. */
  waitToListen(): Promise<void>;
  /** Called with whether the store accepts the writes of this process, after the first probe and at every change. */
  reportReadiness(isReady: boolean): void;
  /** Calls `listener` with the current health of the node and at every change. */
  onHealth(listener: (isServing: boolean) => void): void;
}

/** Creates the membership of the only process of a node, whose health is that of this process. */
export function createSoleMembership(): NodeMembership {
  let report: (isServing: boolean) => void = () => undefined;
  return {
    isReplacement: false,
    waitToListen: () => Promise.resolve(),
    reportReadiness: (isReady) => report(isReady),
    onHealth: (listener) => {
      report = listener;
    },
  };
}

interface BaseParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly files: FileReloader;
  readonly access: AccessControl;
}

interface Parts extends BaseParts {
  readonly stores: Stores;
  readonly catalogue: CompiledCatalogue;
  readonly useCases: UseCases;
  readonly server: GrpcServer;
  /** Undefined if it is not enabled. */
  readonly http: HttpServer | undefined;
  readonly contract: Contract;
  readonly threads: CallThreadPool | undefined;
}

/**
 * Creates the service, starts listening and warms up. Health is SERVING after that, while the store accepts writes, and the other processes of
 * the node are ready too. An unavailable store does not prevent the start. `stopSignal` ends the warm-up early, because the service is going to
 * be stopped.
 *
 * @throws Error if the address is in use, if another process uses the folder of the embedded store, if Redis is too old, or if a TLS
 * file, a credential file or the prompt template is invalid.
 */
export async function startService(
  config: Config,
  log: Logger,
  {
    stopSignal = new AbortController().signal,
    node = createSoleMembership(),
  }: { readonly stopSignal?: AbortSignal; readonly node?: NodeMembership } = {},
): Promise<RunningService> {
  const clock = new SystemClock();
  const files = new FileReloader(log);
  const access = createAccessControl(config, files, clock, log);
  const parts = await createParts(config, { clock, log, files, access });
  const { server, http, stores } = parts;
  let shutdown: Promise<boolean> | undefined;
  node.onHealth((isServing) => {
    if (shutdown !== undefined) return;
    server.setServing(isServing);
    http?.setServing(isServing);
  });
  const firstAttempt = stores.waitForFirstAttempt();
  firstAttempt.catch(() => undefined); // it is awaited later
  const background: Pick<Poller, 'stop'>[] = [];
  let timers: TimerLoop | undefined;
  const startListening = async (): Promise<Ports> => {
    const [port] = await Promise.all([server.start(), firstAttempt]);
    // Workers find the same free ports if each of them listens in the same order.
    const httpPort = await http?.start();
    background.push(poll(config.server.reload_interval_ms, () => files.checkForChanges()));
    return { port, httpPort };
  };
  const getReady = async (): Promise<void> => {
    await firstAttempt;
    await warmUpCode(toWarmUpSettings(config, stopSignal), parts);
    const monitor = monitorReadiness(config, parts, node);
    background.push(monitor);
    await monitor.firstRun;
    if (shutdown === undefined) timers = startTimers(config, parts);
  };
  const stopBackground = (): void => {
    for (const poller of background) poller.stop();
  };
  const { port, httpPort } = await startInOrder(node, startListening, getReady).catch(async (error: unknown) => {
    stopBackground();
    await close(parts);
    throw error;
  });
  const { host, drain_grace_ms: graceMs, drain_timeout_ms: timeoutMs } = config.server;
  const stop = async (): Promise<boolean> => {
    stopBackground();
    const [isDrained, isHttpDrained] = await Promise.all([
      server.drain({ graceMs, timeoutMs, closeTimeoutMs: shutdownTimeouts.closeConnectionsMs }),
      http?.drain({ graceMs, timeoutMs }) ?? true,
      timers?.stop(graceMs + timeoutMs),
    ]);
    await close(parts);
    return isDrained && isHttpDrained;
  };
  return {
    address: formatAddress(host, port),
    httpAddress: httpPort === undefined ? undefined : formatAddress(host, httpPort),
    storageDescription: stores.description,
    stop: () => {
      shutdown ??= stop();
      return shutdown;
    },
  };
}

interface Ports {
  readonly port: number;
  readonly httpPort: number | undefined;
}

function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Listens and warms up, in the order that suits the node. Returns the ports. */
async function startInOrder(
  node: NodeMembership,
  startListening: () => Promise<Ports>,
  getReady: () => Promise<void>,
): Promise<Ports> {
  if (node.isReplacement) await getReady();
  await node.waitToListen();
  const ports = await startListening();
  if (!node.isReplacement) await getReady();
  return ports;
}

async function createParts(config: Config, { clock, log, files, access }: BaseParts): Promise<Parts> {
  const metrics = getProcessMetrics();
  const telemetry = getProcessTelemetry();
  let threads: CallThreadPool | undefined;
  const onCatalogueChange = (agent: AgentKey): void => threads?.notifyCatalogueChange(agent);
  const { stores, catalogue, useCases } = await openNode(config, { clock, log, metrics, files, onCatalogueChange });
  threads = createCallThreads(config, { catalogue, log });
  const contract = loadContract();
  const options = { ...toServerOptions(config), authenticator: access.authenticator, credentials: access.credentials };
  const server = createGrpcServer({ useCases, clock, telemetry, metrics, log, threads }, options, contract);
  const http = composeHttpServer(config, { grpc: server, contract, access, clock, log });
  return { clock, log, files, access, stores, catalogue, useCases, server, http, contract, threads };
}

async function close({ access, catalogue, stores, clock, log, threads }: Parts): Promise<void> {
  access.stop();
  catalogue.close();
  await callWithTimeout(clock, shutdownTimeouts.closeStoresMs, async () => {
    await Promise.all([stores.close(), threads?.close(shutdownTimeouts.closeThreadsMs)]);
  }).catch((error: unknown) => {
    log.warn({ error }, 'the store was not closed');
  });
}

function toWarmUpSettings({ server }: Config, signal: AbortSignal): WarmUpSettings {
  return { turns: server.warm_up_turns, timeoutMs: server.warm_up_timeout_ms, signal };
}

function monitorReadiness(
  { server: settings }: Config,
  { stores, clock, log }: Parts,
  { reportReadiness }: NodeMembership,
): Poller {
  return monitorStore({
    probe: (call) => stores.sessions.probe(call),
    clock,
    intervalMs: settings.probe_interval_ms,
    timeoutMs: settings.probe_timeout_ms,
    onReadinessChange(isReady, error) {
      reportReadiness(isReady);
      if (isReady) log.info({}, 'the store accepts writes: serving');
      else log.error({ error }, 'the store does not accept writes: not serving');
    },
  });
}
