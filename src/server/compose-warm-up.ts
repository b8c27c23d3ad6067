import { defaultSettings } from '../core/model/settings';
import { defaultCompileOptions } from '../core/scenario/compile-options';
import { CompiledCatalogue } from './application/compiled-catalogue';
import { composeUseCases } from './compose-use-cases';
import { type Contract, createGrpcServer, defaultServerOptions, type GrpcServer } from './grpc';
import type { Clock } from './ports/clock';
import type { Logger } from './ports/logger';
import { defaultSessionLimits } from './ports/session-limits';
import { noopMetrics, noopTelemetry } from './telemetry';
import {
  createHeavyCalls,
  emptyFeed,
  emptyIndex,
  MemoryCatalogue,
  MemorySessionStore,
  readExampleCalls,
  WarmUpClient,
  type WarmUpResult,
  type WarmUpTarget,
  warmUp,
} from './warm-up';

export interface WarmUpSettings {
  /** Number of turns; 0 for no warm-up. */
  readonly turns: number;
  /** Maximum time in milliseconds. */
  readonly timeoutMs: number;
  /** Ends the warm-up early. */
  readonly signal: AbortSignal;
}

const ignore = (): void => undefined;
const silentLog: Logger = { isDebug: false, debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * Lets V8 compile the code of the calls before clients wait for it: plays the example conversations with a server of its own, which has no
 * port, keeps everything in memory, and reports neither logs, metrics nor spans. Never rejects; a failure is logged.
 */
export async function warmUpCode(
  { turns, timeoutMs, signal }: WarmUpSettings,
  { contract, clock, log }: { readonly contract: Contract; readonly clock: Clock; readonly log: Logger },
): Promise<void> {
  if (turns === 0) return;
  const startedAt = performance.now();
  try {
    const timeout = AbortSignal.timeout(timeoutMs);
    const options = { turns, signal: AbortSignal.any([signal, timeout]) };
    const result = await runWarmUp(contract, clock, options);
    const { turns: processed, failures, firstFailure } = result;
    const fields = { turns: processed, failures, milliseconds: Math.round(performance.now() - startedAt) };
    if (failures > 0) log.warn({ ...fields, first_failure: firstFailure }, 'calls of the warm-up failed');
    else if (!signal.aborted) log.info(fields, timeout.aborted ? 'the warm-up ended at its timeout' : 'warmed up');
  } catch (error) {
    log.warn({ error }, 'the warm-up failed; the first calls will be slow');
  }
}

async function runWarmUp(
  contract: Contract,
  clock: Clock,
  options: { readonly turns: number; readonly signal: AbortSignal },
): Promise<WarmUpResult> {
  const calls = { ...readExampleCalls(), createHeavyCalls };
  const server = openWarmUpServer(contract, clock);
  try {
    return await warmUp(server, calls, options);
  } finally {
    server.close();
  }
}

/** A server with a connection. */
export function openWarmUpServer(contract: Contract, clock: Clock): WarmUpTarget & { close(): void } {
  const scenarios = new MemoryCatalogue();
  const catalogue = new CompiledCatalogue({
    scenarios,
    clock,
    log: silentLog,
    compileOptions: defaultCompileOptions,
  });
  const server = createWarmUpServer({ contract, clock, scenarios, catalogue });
  const connection = server.connectInProcess();
  const client = new WarmUpClient(connection.stream);
  return {
    sendOverHttp2: (call) => client.call(call),
    sendToHandler: ({ path, request }) =>
      server.callInProcess(path, request).then(
        () => '',
        (error: unknown) => String(error),
      ),
    close() {
      client.close();
      connection.close();
      catalogue.close();
    },
  };
}

interface WarmUpParts {
  readonly contract: Contract;
  readonly clock: Clock;
  readonly scenarios: MemoryCatalogue;
  readonly catalogue: CompiledCatalogue;
}

/** Creates a server with the default settings, whatever the configuration is, so that the recorded calls succeed. */
function createWarmUpServer({ contract, clock, scenarios, catalogue }: WarmUpParts): GrpcServer {
  const reporting = { clock, metrics: noopMetrics, log: silentLog };
  const useCases = composeUseCases({
    ...reporting,
    store: new MemorySessionStore(),
    feed: emptyFeed,
    index: emptyIndex,
    legacySessions: undefined,
    scenarios,
    catalogue,
    settings: defaultSettings,
    model: undefined,
    compileOptions: defaultCompileOptions,
    sessionLimits: defaultSessionLimits,
    maxResponseBytes: defaultServerOptions.maxResponseBytes,
    watchPollIntervalMs: 10_000,
  });
  return createGrpcServer(
    { ...reporting, useCases, telemetry: noopTelemetry },
    { ...defaultServerOptions, isReflectionEnabled: false },
    contract,
  );
}
