import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** Lists the Prometheus series names of all metrics in docs/telemetry.md. */
function listDocumentedSeries(): ReadonlySet<string> {
  const rows = readFileSync('docs/telemetry.md', 'utf8').matchAll(
    /^\| ((?:`[a-z0-9_.]+`(?:, )?)+)[^|]*\| ([^|]+) \|/gm,
  );
  const series = [...rows].flatMap(([, names = '', kind = '']) =>
    [...names.matchAll(/`([^`]+)`/g)].flatMap(([, name = '']) => toSeriesNames(name.replaceAll('.', '_'), kind)),
  );
  return new Set(['up', ...series]);
}

function toSeriesNames(name: string, kind: string): string[] {
  if (kind.startsWith('histogram')) return [`${name}_bucket`, `${name}_count`, `${name}_sum`, name];
  return kind.startsWith('counter') ? [`${name}_total`] : [name];
}

/** Finds the series names in a PromQL expression: the names before a selector or a range. */
function findSeriesNames(expression: string): string[] {
  return [...expression.matchAll(/\b([a-z_][a-z0-9_]*)(?=[{[])/g)].map(([, name = '']) => name);
}

const dashboard: { panels: { title: string; targets?: { expr: string }[] }[] } = JSON.parse(
  readFileSync('deploy/grafana/dashboards/scenario-orchestrator.json', 'utf8'),
);
const panels = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const));
const { groups }: { groups: { rules: { alert: string; expr: string }[] }[] } = parse(
  readFileSync('deploy/prometheus/alerts.yml', 'utf8'),
);
const alerts = groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => [alert, expr] as const));

it.each([...panels, ...alerts])('%s uses only documented metrics', (_title, expression) => {
  const names = findSeriesNames(expression);
  expect(names.length).toBeGreaterThan(0);
  const documented = listDocumentedSeries();
  expect(names.filter((name) => !documented.has(name))).toEqual([]);
});
