import { readFileSync } from 'node:fs';

/** Reads the text of a Prometheus endpoint. */
export async function scrape(url: string): Promise<string> {
  return (await fetch(url)).text();
}

/** Returns the values of a metric by its labels, which are formatted as Prometheus formats them. */
export function parseSeries(scraped: string, metric: string): Readonly<Record<string, number>> {
  const lines = scraped.split('\n').filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
  return Object.fromEntries(
    lines.map((line) => {
      const [, labels = '', value] = /^[^{ ]+(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
      return [labels.replace(/,?otel_scope_[a-z_]+="[^"]*"/g, '').replace(/^,/, ''), Number(value)];
    }),
  );
}

/** Returns the sorted names of the scraped metrics, except those of the Node.js runtime. */
export function listServiceMetrics(scraped: string): readonly string[] {
  const served = [...scraped.matchAll(/^# TYPE ((?:orchestrator|rpc|gen_ai)_\S+) /gm)];
  return [...new Set(served.map(([, name = '']) => name.replace(/_total$/, '')))].sort();
}

/** Returns the sorted names of the metrics in docs/telemetry.md, converted to Prometheus names. */
export function listDocumentedMetrics(): readonly string[] {
  const documented = readFileSync('docs/telemetry.md', 'utf8').matchAll(
    /^\| `((?:orchestrator|rpc|gen_ai)\.[a-z_.]+)` \|/gm,
  );
  return [...documented].map(([, name = '']) => name.replaceAll('.', '_')).sort();
}

/** Whether a metric exists only if a model is configured. */
export function isModelMetric(metric: string): boolean {
  return /^(orchestrator_model|gen_ai)_/.test(metric);
}

/** Whether a metric exists only if the node fires timers. */
export function isTimerMetric(metric: string): boolean {
  return metric.startsWith('orchestrator_timers_');
}
