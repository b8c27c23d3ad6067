import type { Round } from '../load/measured-round';
import { machineText } from '../machine';
import { medianOf } from '../statistics';
import { numberText, tableText } from '../table';
import { type TelemetryMode, telemetryModes } from './turn-arguments';
import type { TurnCost, TurnRound } from './turn-cost';

/** The servers that are compared with the bare one, by what they are called in the figures of a round. */
const kinds = ['stubs', 'services'] as const;
type Kind = (typeof kinds)[number];

/** CPU a turn over CPU a call of the bare server, within one round. */
function ratioOf(round: TurnRound, kind: Kind, mode: TelemetryMode): number {
  return cpuOf(round, kind, mode) / round.bare.cpuPerCall;
}

function cpuOf(round: TurnRound, kind: Kind, mode: TelemetryMode): number {
  return round[kind][mode]?.cpuPerCall ?? Number.NaN;
}

function modesOf({ rounds }: TurnCost): readonly TelemetryMode[] {
  return telemetryModes.filter((mode) => rounds.some(({ services }) => services[mode] !== undefined));
}

function medianRound(rounds: readonly Round[]): Round {
  const median = (figure: keyof Round): number => medianOf(rounds.map((round) => round[figure]));
  return {
    calls: median('calls'),
    cpuPerCall: median('cpuPerCall'),
    throughput: median('throughput'),
    p50: median('p50'),
    p99: median('p99'),
    busy: median('busy'),
    requestBytes: median('requestBytes'),
    responseBytes: median('responseBytes'),
  };
}

function mediansOf({ rounds }: TurnCost, kind: Kind, mode: TelemetryMode) {
  return {
    ...medianRound(rounds.flatMap((round) => round[kind][mode] ?? [])),
    ratio: medianOf(rounds.map((round) => ratioOf(round, kind, mode))),
  };
}

/** The medians of all rounds, for machines. */
export function turnMedians(cost: TurnCost) {
  const byMode = (kind: Kind) => Object.fromEntries(modesOf(cost).map((mode) => [mode, mediansOf(cost, kind, mode)]));
  return {
    bare: medianRound(cost.rounds.map(({ bare }) => bare)),
    stubs: byMode('stubs'),
    services: byMode('services'),
  };
}

/** The figures of all rounds and their medians, for people. */
export function turnReport(cost: TurnCost): string {
  const modes = modesOf(cost);
  const { bare, ...medians } = turnMedians(cost);
  const perRound = tableText([
    ['round', 'bare us', ...modes.flatMap((mode) => [`${mode}: stubs us`, 'ratio', 'service us', 'ratio'])],
    ...cost.rounds.map((round, index) => [
      String(index + 1),
      round.bare.cpuPerCall,
      ...modes.flatMap((mode) => kinds.flatMap((kind) => [cpuOf(round, kind, mode), ratioOf(round, kind, mode)])),
    ]),
    [
      'median',
      bare.cpuPerCall,
      ...modes.flatMap((mode) =>
        kinds.flatMap((kind) => [medians[kind][mode]?.cpuPerCall, medians[kind][mode]?.ratio]),
      ),
    ].map((cell) => cell ?? Number.NaN),
  ]);
  const asSeen = tableText([
    ['medians', 'calls/s', 'p50 ms', 'p99 ms', 'server busy', 'request B', 'answer B', 'spans a turn'],
    ...[
      ['bare', bare, undefined] as const,
      ...modes.map((mode) => [`stubs, ${mode}`, medians.stubs[mode], cost.spansPerTurn.stubs[mode]] as const),
      ...modes.map((mode) => [`service, ${mode}`, medians.services[mode], cost.spansPerTurn.services[mode]] as const),
    ].map(([name, round, spans]) => [
      name,
      ...[round?.throughput, round?.p50, round?.p99, round?.busy, round?.requestBytes, round?.responseBytes].map(
        (figure) => figure ?? Number.NaN,
      ),
      numberText(spans ?? Number.NaN),
    ]),
  ]);
  return [
    machineText(),
    `CPU of the server's process a call, ${cost.inFlight} in flight; ratio to the bare server of the same round`,
    '',
    perRound,
    '',
    asSeen,
    '',
    `Redis commands: ${commandText(cost.commands)}`,
    `a session of ${cost.commands.length} turns takes ${numberText(cost.sizes.stored)} B in Redis; a commit stores ${numberText(cost.sizes.state)} B of state`,
  ].join('\n');
}

function commandText(commands: TurnCost['commands']): string {
  const [first = [], ...others] = commands;
  const steady = new Set(others.map((sent) => sent.join(' + ')));
  return `first turn ${first.join(' + ')}; each later one ${[...steady].join(' or ')}`;
}
