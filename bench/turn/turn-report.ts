import type { Round } from '../load/measured-round';
import { machineText } from '../machine';
import { medianOf } from '../statistics';
import { numberText, tableText } from '../table';
import { type TelemetryMode, telemetryModes } from './turn-arguments';
import type { TurnCost, TurnRound } from './turn-cost';

/** CPU a turn over CPU a call of the bare server, within one round. */
function ratioOf(round: TurnRound, mode: TelemetryMode): number {
  return (round.services[mode]?.cpuPerCall ?? Number.NaN) / round.bare.cpuPerCall;
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

/** The medians of all rounds, for machines. */
export function turnMedians(cost: TurnCost) {
  return {
    bare: medianRound(cost.rounds.map(({ bare }) => bare)),
    services: Object.fromEntries(
      modesOf(cost).map((mode) => [
        mode,
        {
          ...medianRound(cost.rounds.flatMap(({ services }) => services[mode] ?? [])),
          ratio: medianOf(cost.rounds.map((round) => ratioOf(round, mode))),
        },
      ]),
    ),
  };
}

/** The figures of all rounds and their medians, for people. */
export function turnReport(cost: TurnCost): string {
  const modes = modesOf(cost);
  const medians = turnMedians(cost);
  const perRound = tableText([
    ['round', 'bare us', ...modes.flatMap((mode) => [`${mode} us`, 'ratio'])],
    ...cost.rounds.map((round, index) => [
      String(index + 1),
      round.bare.cpuPerCall,
      ...modes.flatMap((mode) => [round.services[mode]?.cpuPerCall ?? Number.NaN, ratioOf(round, mode)]),
    ]),
    [
      'median',
      medians.bare.cpuPerCall,
      ...modes.flatMap((mode) => [medians.services[mode]?.cpuPerCall, medians.services[mode]?.ratio]),
    ].map((cell) => cell ?? Number.NaN),
  ]);
  const asSeen = tableText([
    ['medians', 'calls/s', 'p50 ms', 'p99 ms', 'server busy', 'request B', 'answer B', 'spans a turn'],
    ...[['bare', medians.bare] as const, ...modes.map((mode) => [mode, medians.services[mode]] as const)].map(
      ([name, round]) => [
        name,
        ...[round?.throughput, round?.p50, round?.p99, round?.busy, round?.requestBytes, round?.responseBytes].map(
          (figure) => figure ?? Number.NaN,
        ),
        numberText(cost.spansPerTurn[name === 'bare' ? 'off' : name] ?? Number.NaN),
      ],
    ),
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
