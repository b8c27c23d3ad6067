import { describeMachine, formatNumber, formatTable, getMedian, getQuantile } from '../figures';
import type { Round } from '../load/load';
import { type TelemetryMode, type TurnCost, type TurnRound, telemetryModes } from './turn-cost';

/** The servers that are compared with the echo server. */
const kinds = ['stubs', 'services'] as const;
type Kind = (typeof kinds)[number];

/** CPU per turn divided by CPU per call of the echo server in the same round. */
function getRatio(round: TurnRound, kind: Kind, mode: TelemetryMode): number {
  return getCpu(round, kind, mode) / round.echo.cpuUsPerCall;
}

/** CPU per turn divided by CPU per turn of the XState service in the same round. NaN without that service. */
function getPeerRatio(round: TurnRound, mode: TelemetryMode): number {
  return getCpu(round, 'services', mode) / (round.peer?.cpuUsPerCall ?? Number.NaN);
}

function getCpu(round: TurnRound, kind: Kind, mode: TelemetryMode): number {
  return round[kind][mode]?.cpuUsPerCall ?? Number.NaN;
}

function listModes({ rounds }: TurnCost): readonly TelemetryMode[] {
  return telemetryModes.filter((mode) => rounds.some(({ services }) => services[mode] !== undefined));
}

function getMedianRound(rounds: readonly Round[]): Round {
  const getFigureMedian = (figure: keyof Round): number => getMedian(rounds.map((round) => round[figure]));
  return {
    calls: getFigureMedian('calls'),
    cpuUsPerCall: getFigureMedian('cpuUsPerCall'),
    mainThreadUsPerCall: getFigureMedian('mainThreadUsPerCall'),
    callsPerSecond: getFigureMedian('callsPerSecond'),
    p50Ms: getFigureMedian('p50Ms'),
    p99Ms: getFigureMedian('p99Ms'),
    utilization: getFigureMedian('utilization'),
    requestBytes: getFigureMedian('requestBytes'),
    responseBytes: getFigureMedian('responseBytes'),
  };
}

function getModeMedians({ rounds }: TurnCost, kind: Kind, mode: TelemetryMode) {
  return {
    ...getMedianRound(rounds.flatMap((round) => round[kind][mode] ?? [])),
    ratio: getMedian(rounds.map((round) => getRatio(round, kind, mode))),
  };
}

/** Returns the medians of all rounds, for the JSON output. */
export function getMedians(cost: TurnCost) {
  const getByMode = (kind: Kind) =>
    Object.fromEntries(listModes(cost).map((mode) => [mode, getModeMedians(cost, kind, mode)]));
  const peerRounds = cost.rounds.flatMap(({ peer }) => peer ?? []);
  return {
    echo: getMedianRound(cost.rounds.map(({ echo }) => echo)),
    ...(peerRounds.length > 0 && { peer: getMedianRound(peerRounds) }),
    stubs: getByMode('stubs'),
    services: getByMode('services'),
  };
}

/** Formats the figures of all rounds and their medians as text. */
export function formatTurnReport(cost: TurnCost): string {
  return [
    describeMachine(),
    `CPU of the server process per call, ${cost.inFlight} in flight; ratio to the echo server of the same round`,
    '',
    formatRounds(cost),
    '',
    formatMedians(cost),
    '',
    formatRatios(cost),
    '',
    `Redis commands: ${formatCommands(cost.commands)}`,
    `a session of ${cost.commands.length} turns takes ${formatNumber(cost.sizes.stored)} B in Redis; a commit stores ${formatNumber(cost.sizes.state)} B of state`,
  ].join('\n');
}

function formatRounds(cost: TurnCost): string {
  const modes = listModes(cost);
  const { echo, ...medians } = getMedians(cost);
  return formatTable([
    ['round', 'echo us', ...modes.flatMap((mode) => [`${mode}: stubs us`, 'ratio', 'service us', 'ratio'])],
    ...cost.rounds.map((round, index) => [
      String(index + 1),
      round.echo.cpuUsPerCall,
      ...modes.flatMap((mode) => kinds.flatMap((kind) => [getCpu(round, kind, mode), getRatio(round, kind, mode)])),
    ]),
    [
      'median',
      echo.cpuUsPerCall,
      ...modes.flatMap((mode) =>
        kinds.flatMap((kind) => [medians[kind][mode]?.cpuUsPerCall, medians[kind][mode]?.ratio]),
      ),
    ].map((cell) => cell ?? Number.NaN),
  ]);
}

/** Formats the ratios of the service with their quartiles: to the echo server, to the XState service, and to the service without telemetry. */
function formatRatios(cost: TurnCost): string {
  const compare = (
    name: string,
    getRatioOf: (round: TurnRound) => number,
  ): readonly (readonly (string | number)[])[] => {
    const ratios = cost.rounds.map(getRatioOf).filter((ratio) => Number.isFinite(ratio));
    if (ratios.length === 0) return [];
    return [[name, ...[0.25, 0.5, 0.75].map((quantile) => getQuantile(ratios, quantile))]];
  };
  return formatTable([
    ['ratio of the CPU per turn', 'lower quartile', 'median', 'upper quartile'],
    ...listModes(cost).flatMap((mode) => [
      ...compare(`service, ${mode}, to echo`, (round) => getRatio(round, 'services', mode)),
      ...compare(`service, ${mode}, to peer`, (round) => getPeerRatio(round, mode)),
      ...(mode === 'off'
        ? []
        : compare(
            `service, ${mode}, to service, off`,
            (round) => getCpu(round, 'services', mode) / getCpu(round, 'services', 'off'),
          )),
    ]),
  ]);
}

function formatMedians(cost: TurnCost): string {
  const modes = listModes(cost);
  const { echo, peer, stubs, services } = getMedians(cost);
  return formatTable([
    [
      'medians',
      'CPU us',
      'main thread us',
      'calls/s',
      'p50 ms',
      'p99 ms',
      'utilization',
      'request B',
      'response B',
      'spans/turn',
    ],
    ...[
      ['echo', echo, undefined] as const,
      ...(peer ? [['peer', peer, undefined] as const] : []),
      ...modes.map((mode) => [`stubs, ${mode}`, stubs[mode], cost.spansPerTurn.stubs[mode]] as const),
      ...modes.map((mode) => [`service, ${mode}`, services[mode], cost.spansPerTurn.services[mode]] as const),
    ].map(([name, round, spans]) => [
      name,
      ...[
        round?.cpuUsPerCall,
        round?.mainThreadUsPerCall,
        round?.callsPerSecond,
        round?.p50Ms,
        round?.p99Ms,
        round?.utilization,
        round?.requestBytes,
        round?.responseBytes,
      ].map((figure) => figure ?? Number.NaN),
      formatNumber(spans ?? Number.NaN),
    ]),
  ]);
}

function formatCommands(commands: TurnCost['commands']): string {
  const [first = [], ...others] = commands;
  const later = new Set(others.map((names) => names.join(' + ')));
  return `first turn ${first.join(' + ')}; later turns ${[...later].join(' or ')}`;
}
