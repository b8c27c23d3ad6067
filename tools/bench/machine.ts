import { cpus, loadavg, totalmem } from 'node:os';

/** What a figure was measured on, in one line; the load says whether others were at work. */
export function machineText(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = (loadavg()[0] ?? Number.NaN).toFixed(1);
  return `${cpus().length} x ${model}, ${memory} GiB, ${process.platform}, Node.js ${process.version}, load ${load} before the run`;
}
