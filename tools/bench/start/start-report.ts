import { formatTable, getMedian } from '../figures';
import { type StartCost, windows } from './start-cost';

/** Formats the medians of each variant, with the CPU of the first turns as multiples of the CPU of a warm turn of the same process. */
export function formatStartReport(starts: readonly StartCost[]): string {
  const variants = [...new Set(starts.map(({ warmUpTurns }) => warmUpTurns))];
  const headings = [
    'warm-up turns',
    's to SERVING',
    'CPU s',
    ...windows.map((end) => `to ${end}`),
    'warm us',
    'first s',
  ];
  const rows = variants.map((variant) => {
    const same = starts.filter(({ warmUpTurns }) => warmUpTurns === variant);
    const getFigure = (read: (start: StartCost) => number): number => getMedian(same.map(read));
    return [
      String(variant),
      getFigure(({ secondsToServing }) => secondsToServing),
      getFigure(({ cpuToServing }) => cpuToServing),
      ...windows.map((_, index) =>
        getFigure(({ first, warm }) => (first[index]?.cpuUsPerCall ?? Number.NaN) / warm.cpuUsPerCall),
      ),
      getFigure(({ warm }) => warm.cpuUsPerCall),
      getFigure(({ first }) => first.reduce((sum, { calls, cpuUsPerCall }) => sum + calls * cpuUsPerCall, 0) / 1e6),
    ];
  });
  return [
    `CPU of the first turns after SERVING, as a multiple of a warm turn of the same process; medians of ${starts.length / variants.length} starts.`,
    '"first s" is the CPU of these turns together, in seconds.',
    '',
    formatTable([headings, ...rows]),
  ].join('\n');
}
