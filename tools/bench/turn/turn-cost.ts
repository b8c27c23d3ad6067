import { join } from 'node:path';
import { RedisProcess } from '../../redis/redis-process';
import { CleanupStack } from '../cleanup';
import { showProgress } from '../command';
import { LoadGenerators, measureRound, type Round } from '../load/load';
import { echoMethod } from '../servers/forked-server';
import {
  type BenchServer,
  isPeerInstalled,
  putScenarios,
  startBenchService,
  startEchoServer,
  startPeerServer,
  startStubServer,
  turnMethod,
} from '../servers/servers';
import { startTraceSink, type TraceSink } from '../servers/trace-sink';
import { buildScenario } from '../workload/scenarios';
import { defaultShape } from '../workload/session-turns';
import { checkPeer } from './check-peer';
import { measureSessionSizes, recordRedisCommands, type SessionSizes } from './session-cost';

/** The telemetry modes of the measured servers; see docs/telemetry.md. */
export const telemetryModes = ['off', 'sampled', 'on'] as const;
export type TelemetryMode = (typeof telemetryModes)[number];

export interface TurnCostOptions {
  readonly rounds: number;
  /** New sessions per round. */
  readonly sessions: number;
  readonly inFlight: number;
  readonly telemetry: readonly TelemetryMode[];
  /** Folder for a CPU profile of each service. */
  readonly profile: string | undefined;
}

export interface TurnCost {
  readonly inFlight: number;
  readonly rounds: readonly TurnRound[];
  readonly sizes: SessionSizes;
  /** The Redis commands of each turn of a session but the last one. */
  readonly commands: readonly (readonly string[])[];
  /** Exported spans per turn, over all rounds and warm-ups. */
  readonly spansPerTurn: Readonly<Record<'stubs' | 'services', Readonly<Partial<Record<TelemetryMode, number>>>>>;
}

/** One round of all servers. */
export interface TurnRound {
  readonly echo: Round;
  /** The XState service; undefined if the peers are not installed. */
  readonly peer?: Round;
  readonly stubs: RoundsByMode;
  readonly services: RoundsByMode;
}

export type RoundsByMode = Readonly<Partial<Record<TelemetryMode, Round>>>;

/** Rounds before the measurement. V8 has compiled the code after about 15,000 turns. */
const warmUpRounds = 4;

/** Deletes the sessions, so that Redis and its hash tables do not grow between rounds. */
const deleteSessionsScript = `
  for _, key in ipairs(redis.call('KEYS', 'so:{p*')) do redis.call('UNLINK', key) end
  for _, key in ipairs(redis.call('KEYS', 'peer:*')) do redis.call('UNLINK', key) end`;

/**
 * Measures a turn of the service and of the stub server in each telemetry mode, and a call of the echo server. The order of the servers
 * rotates by one in each round, so that other processes of the machine affect all servers equally.
 */
export async function measureTurnCost(options: TurnCostOptions): Promise<TurnCost> {
  const cleanup = new CleanupStack();
  return cleanup.run(async () => {
    const redis = cleanup.add(await RedisProcess.start(), (started) => started.stop());
    const load = cleanup.add(new LoadGenerators(), (started) => started.stop());
    const targets = await startTargets(redis.port, options, cleanup);
    const [firstService] = targets.services.values();
    const commands = firstService === undefined ? [] : await recordRedisCommands(firstService.server, redis.port);
    const rounds: TurnRound[] = [];
    let turns = 0;
    for (let number = 0; number < warmUpRounds + options.rounds; number += 1) {
      showProgress(number < warmUpRounds ? 'warming up' : `round ${number - warmUpRounds + 1} of ${options.rounds}`);
      const round = await measureTargets(load, targets, number, options);
      turns += round.echo.calls;
      if (number >= warmUpRounds) rounds.push(round);
      await redis.withClient((client) => client.eval(deleteSessionsScript, 0));
    }
    showProgress('');
    const getSpansPerTurn = (servers: ReadonlyMap<TelemetryMode, BenchTarget>) =>
      Object.fromEntries(
        [...servers].flatMap(([mode, { sink }]) => (sink ? [[mode, sink.getSpanCount() / turns]] : [])),
      );
    const spansPerTurn = { stubs: getSpansPerTurn(targets.stubs), services: getSpansPerTurn(targets.services) };
    return { inFlight: options.inFlight, rounds, sizes: targets.sizes, commands, spansPerTurn };
  });
}

async function measureTargets(
  load: LoadGenerators,
  { echo, peer, stubs, services }: BenchTargets,
  roundNumber: number,
  { sessions, inFlight }: TurnCostOptions,
): Promise<TurnRound> {
  const targets = [echo, ...(peer ? [peer] : []), ...stubs.values(), ...services.values()];
  const roundsByTarget = new Map<BenchTarget, Round>();
  for (let index = 0; index < targets.length; index += 1) {
    const target = targets[(roundNumber + index) % targets.length] ?? echo;
    const request = { connections: 2, inFlight, method: target.method, shape: defaultShape, sessions };
    roundsByTarget.set(target, await measureRound(load, [target.server], request));
  }
  const getRound = (target: BenchTarget): Round => {
    const round = roundsByTarget.get(target);
    if (round === undefined) throw new Error('A server was not measured.');
    return round;
  };
  const toRoundsByMode = (servers: ReadonlyMap<TelemetryMode, BenchTarget>): RoundsByMode =>
    Object.fromEntries([...servers].map(([mode, target]) => [mode, getRound(target)]));
  return {
    echo: getRound(echo),
    ...(peer && { peer: getRound(peer) }),
    stubs: toRoundsByMode(stubs),
    services: toRoundsByMode(services),
  };
}

/** A measured server. */
interface BenchTarget {
  readonly server: BenchServer;
  readonly method: string;
  /** The collector of the telemetry; undefined without telemetry. */
  readonly sink?: TraceSink;
}

/** The measured servers, all on one Redis with the scenarios of the workload. */
interface BenchTargets {
  readonly echo: BenchTarget;
  readonly peer?: BenchTarget;
  readonly stubs: ReadonlyMap<TelemetryMode, BenchTarget>;
  readonly services: ReadonlyMap<TelemetryMode, BenchTarget>;
  readonly sizes: SessionSizes;
}

async function startTargets(
  redisPort: number,
  { telemetry, profile }: Pick<TurnCostOptions, 'telemetry' | 'profile'>,
  cleanup: CleanupStack,
): Promise<BenchTargets> {
  const startObserved = async (
    mode: TelemetryMode,
    start: (options: { readonly settings?: NodeJS.ProcessEnv }) => Promise<BenchServer>,
  ): Promise<BenchTarget> => {
    const sink = mode === 'off' ? undefined : cleanup.add(await startTraceSink(), (started) => started.close());
    const server = await start(sink ? { settings: createTelemetrySettings(mode, sink) } : {});
    cleanup.add(server, (started) => started.stop());
    return { server, method: turnMethod, ...(sink && { sink }) };
  };
  const services = new Map<TelemetryMode, BenchTarget>();
  const stubs = new Map<TelemetryMode, BenchTarget>();
  for (const mode of telemetry) {
    const path = profile === undefined ? undefined : join(profile, `turn-${mode}.cpuprofile`);
    services.set(mode, await startObserved(mode, (own) => startBenchService({ redisPort, profile: path, ...own })));
    stubs.set(mode, await startObserved(mode, (own) => startStubServer({ redisPort, ...own })));
  }
  const [firstService] = services.values();
  if (firstService === undefined) throw new Error('The list of telemetry modes is empty.');
  await putScenarios(
    firstService.server,
    Array.from({ length: defaultShape.activeScenarios }, (_, index) => buildScenario(index)),
  );
  const sizes = await measureSessionSizes(firstService.server, redisPort);
  // A commit sends state, request and response to Redis.
  const valueBytes = Math.round(sizes.state + sizes.request + sizes.response);
  const echoServer = await startEchoServer({ redisPort, responseBytes: Math.round(sizes.response), valueBytes });
  cleanup.add(echoServer, (started) => started.stop());
  const peer = isPeerInstalled()
    ? cleanup.add(await startPeerServer({ redisPort }), (started) => started.stop())
    : undefined;
  if (peer !== undefined) await checkPeer(firstService.server, peer);
  return {
    echo: { server: echoServer, method: echoMethod },
    ...(peer && { peer: { server: peer, method: turnMethod } }),
    stubs,
    services,
    sizes,
  };
}

function createTelemetrySettings(mode: TelemetryMode, sink: TraceSink): NodeJS.ProcessEnv {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint,
    OTEL_METRIC_EXPORT_INTERVAL: '5000',
    ...(mode === 'sampled' && { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' }),
  };
}
