import { readFileSync } from 'node:fs';

/** What a Prometheus endpoint serves at this moment. */
export async function scrape(url: string): Promise<string> {
  return (await fetch(url)).text();
}

/** Every series of a metric, by its labels as Prometheus writes them. */
export function seriesIn(scraped: string, metric: string): Readonly<Record<string, number>> {
  const found = scraped.split('\n').filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
  return Object.fromEntries(
    found.map((line) => {
      const [, labels = '', value] = /^[^{ ]+(?:\{(.*)\})? (\S+)/.exec(line) ?? [];
      return [labels.replace(/,?otel_scope_[a-z_]+="[^"]*"/g, '').replace(/^,/, ''), Number(value)];
    }),
  );
}

/** The service's own metrics among them, by name, sorted; what the runtime tells is left out. */
export function ownMetricsIn(scraped: string): readonly string[] {
  const served = [...scraped.matchAll(/^# TYPE ((?:orchestrator|rpc|gen_ai)_\S+) /gm)];
  return [...new Set(served.map(([, name = '']) => name.replace(/_total$/, '')))].sort();
}

/** The same of docs/telemetry.md, by the names that Prometheus gives them. */
export function documentedMetrics(): readonly string[] {
  const documented = readFileSync('docs/telemetry.md', 'utf8').matchAll(
    /^\| `((?:orchestrator|rpc|gen_ai)\.[a-z_.]+)` \|/gm,
  );
  return [...documented].map(([, name = '']) => name.replaceAll('.', '_')).sort();
}

/** Whether a metric is there only where a model is asked. */
export function isOfModel(metric: string): boolean {
  return /^(orchestrator_model|gen_ai)_/.test(metric);
}
