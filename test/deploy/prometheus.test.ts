import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { findFreePort } from '../../tools/redis/free-port';
import { type BuiltServer, startBuiltServer } from '../support/built-server';
import { eventually } from '../support/eventually';
import { type PrometheusServer, startPrometheus } from '../support/prometheus-server';

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

const alertsFile = resolve('deploy/prometheus/alerts.yml');
const alerts: readonly string[] = parse(readFileSync(alertsFile, 'utf8')).groups.flatMap(
  ({ rules }: { rules: { alert: string }[] }) => rules.map(({ alert }) => alert),
);
const dashboard: { panels: { title: string; targets?: { expr: string }[] }[] } = JSON.parse(
  readFileSync('deploy/grafana/dashboards/scenario-orchestrator.json', 'utf8'),
);
const queries = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));

let folder: string;
let server: BuiltServer;
let prometheus: PrometheusServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-test-'));
  const port = await findFreePort();
  server = await startBuiltServer({
    ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data'),
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
  });
  const configFile = join(folder, 'prometheus.yml');
  writeFileSync(configFile, adaptShippedConfig(port));
  prometheus = await startPrometheus(configFile);
}, 120_000);

afterAll(async () => {
  await prometheus?.stop();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** Replaces the paths and ports of the shipped configuration by those of this test, and shortens the intervals. */
function adaptShippedConfig(port: number): string {
  const config = parse(readFileSync('deploy/prometheus/prometheus.yml', 'utf8'));
  const [job] = config.scrape_configs;
  expect(config.rule_files).toEqual(['/etc/prometheus/alerts.yml']);
  expect(job.static_configs).toEqual([{ targets: ['orchestrator:9464'] }]);
  return stringify({
    ...config,
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [alertsFile],
    scrape_configs: [{ ...job, static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
  });
}

async function getRules(): Promise<readonly Rule[]> {
  const data = (await prometheus.ask('rules')) as { groups: { rules: Rule[] }[] };
  return data.groups.flatMap((group) => group.rules);
}

it('promtool accepts the alert rules', () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', alertsFile], { encoding: 'utf8' });
  expect([status, stdout + stderr]).toEqual([0, expect.stringContaining(`SUCCESS: ${alerts.length} rules found`)]);
});

it('Prometheus scrapes the service with the shipped configuration', async () => {
  const targets = async () => (await prometheus.ask('targets')) as { activeTargets: { health: string }[] };
  await eventually(async () => (await targets()).activeTargets.some(({ health }) => health === 'up'));
  expect((await targets()).activeTargets).toMatchObject([{ labels: { job: 'scenario-orchestrator' } }]);
}, 60_000);

it('Prometheus evaluates every alert', async () => {
  await eventually(async () => (await getRules()).every(({ health }) => health !== 'unknown'));
  expect((await getRules()).map(({ name }) => name).toSorted()).toEqual(alerts.toSorted());
  expect((await getRules()).filter(({ health }) => health !== 'ok')).toEqual([]);
}, 60_000);

it.each(queries)('Prometheus accepts the query of the dashboard panel "$title"', async ({ expr }) => {
  const query = encodeURIComponent(expr.replaceAll('$__rate_interval', '1m'));
  await expect(prometheus.ask(`query?query=${query}`)).resolves.toMatchObject({ resultType: 'vector' });
});
