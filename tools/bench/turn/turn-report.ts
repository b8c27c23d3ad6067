import type { Round } from '../load/measured-round';
import { describeMachine } from '../machine';
import { getMedian } from '../statistics';
import { formatNumber, formatTable } from '../table';
import { type TelemetryMode, telemetryModes } from './turn-arguments';
import type { TurnCost, TurnRound } from './turn-cost';

/** The servers that are compared with the bare one, by what they are called in the figures of a round. */
const kinds = ['stubs', 'services'] as const;
type Kind = (typeof kinds)[number];

/** CPU a turn over CPU a call of the bare server, within one round. */
function ratioOf(round: TurnRound, kind: Kind, mode: TelemetryMode): number {
  return cpuOf(round, kind, mode) / round.echo.cpuUsPerCall;
}

function cpuOf(round: TurnRound, kind: Kind, mode: TelemetryMode): number {
  return round[kind][mode]?.cpuUsPerCall ?? Number.NaN;
}

function modesOf({ rounds }: TurnCost): readonly TelemetryMode[] {
  return telemetryModes.filter((mode) => rounds.some(({ services }) => services[mode] !== undefined));
}

function medianRound(rounds: readonly Round[]): Round {
  const median = (figure: keyof Round): number => getMedian(rounds.map((round) => round[figure]));
  return {
    calls: median('calls'),
    cpuUsPerCall: median('cpuUsPerCall'),
    callsPerSecond: median('throughput'),
    p50Ms: median('p50'),
    p99Ms: median('p99'),
    utilization: median('busy'),
    requestBytes: median('requestBytes'),
    responseBytes: median('responseBytes'),
  };
}

function mediansOf({ rounds }: TurnCost, kind: Kind, mode: TelemetryMode) {
  return {
    ...medianRound(rounds.flatMap((round) => round[kind][mode] ?? [])),
    ratio: getMedian(rounds.map((round) => ratioOf(round, kind, mode))),
  };
}

/** The medians of all rounds, for machines. */
export function getMedians(cost: TurnCost) {
  const byMode = (kind: Kind) => Object.fromEntries(modesOf(cost).map((mode) => [mode, mediansOf(cost, kind, mode)]));
  return {
    bare: medianRound(cost.rounds.map(({ echo: bare }) => bare)),
    stubs: byMode('stubs'),
    services: byMode('services'),
  };
}

/** The figures of all rounds and their medians, for people. */
export function formatTurnReport(cost: TurnCost): string {
  const modes = modesOf(cost);
  const { bare, ...medians } = getMedians(cost);
  const perRound = formatTable([
    ['round', 'bare us', ...modes.flatMap((mode) => [`${mode}: stubs us`, 'ratio', 'service us', 'ratio'])],
    ...cost.rounds.map((round, index) => [
      String(index + 1),
      round.echo.cpuUsPerCall,
      ...modes.flatMap((mode) => kinds.flatMap((kind) => [cpuOf(round, kind, mode), ratioOf(round, kind, mode)])),
    ]),
    [
      'median',
      bare.cpuUsPerCall,
      ...modes.flatMap((mode) =>
        kinds.flatMap((kind) => [medians[kind][mode]?.cpuUsPerCall, medians[kind][mode]?.ratio]),
      ),
    ].map((cell) => cell ?? Number.NaN),
  ]);
  const asSeen = formatTable([
    ['medians', 'calls/s', 'p50 ms', 'p99 ms', 'server busy', 'request B', 'answer B', 'spans a turn'],
    ...[
      ['bare', bare, undefined] as const,
      ...modes.map((mode) => [`stubs, ${mode}`, medians.stubs[mode], cost.spansPerTurn.stubs[mode]] as const),
      ...modes.map((mode) => [`service, ${mode}`, medians.services[mode], cost.spansPerTurn.services[mode]] as const),
    ].map(([name, round, spans]) => [
      name,
      ...[
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
  return [
    describeMachine(),
    `CPU of the server's process a call, ${cost.inFlight} in flight; ratio to the bare server of the same round`,
    '',
    perRound,
    '',
    asSeen,
    '',
    `Redis commands: ${commandText(cost.commands)}`,
    `a session of ${cost.commands.length} turns takes ${formatNumber(cost.sizes.stored)} B in Redis; a commit stores ${formatNumber(cost.sizes.state)} B of state`,
  ].join('\n');
}

function commandText(commands: TurnCost['commands']): string {
  const [first = [], ...others] = commands;
  const steady = new Set(others.map((sent) => sent.join(' + ')));
  return `first turn ${first.join(' + ')}; each later one ${[...steady].join(' or ')}`;
}
