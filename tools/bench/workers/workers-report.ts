import { formatNumber, formatTable, getMedian, getQuantile } from '../figures';
import type { WorkersCost, WorkersRound } from './workers-cost';

/** Formats the medians of each variant, and the ratios of their turns per second in the same round to those of the first variant. */
export function formatWorkersReport({ options, rounds }: WorkersCost): string {
  const rows = options.workers.map((workers, index) => {
    const own = rounds.flatMap((round) => round[index] ?? []);
    const median = (getFigure: (round: WorkersRound) => number): number => getMedian(own.map(getFigure));
    return [
      `${workers}`,
      median(({ turnsPerSecond }) => turnsPerSecond),
      median(({ serviceUs }) => serviceUs),
      median(({ redisUs }) => redisUs),
      median(({ generatorUs }) => generatorUs),
      median(({ workerUtilization }) => Math.min(...workerUtilization)),
      median(({ idle }) => idle),
      formatQuartiles(rounds.map((round) => getRatio(round, index))),
    ];
  });
  const heading = [
    'workers',
    'turns/s',
    'service us/turn',
    'Redis us/turn',
    'generators us/turn',
    'least busy worker',
    'idle cores',
    'ratio (quartiles)',
  ];
  const limit = options.share === undefined ? 'no limit' : `at most ${formatNumber(options.share)} of a core a worker`;
  return `${rounds.length} rounds, ${options.inFlight} calls in flight and ${options.connections} connections for each worker, ${limit}\n\n${formatTable([heading, ...rows])}`;
}

function getRatio(round: readonly WorkersRound[], index: number): number {
  return (round[index]?.turnsPerSecond ?? Number.NaN) / (round[0]?.turnsPerSecond ?? Number.NaN);
}

function formatQuartiles(values: readonly number[]): string {
  const [low, high] = [getQuantile(values, 0.25), getQuantile(values, 0.75)].map(formatNumber);
  return `${formatNumber(getMedian(values))} (${low} to ${high})`;
}
