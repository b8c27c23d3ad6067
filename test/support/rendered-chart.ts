import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export const chartFolder = 'deploy/helm/scenario-orchestrator';

const env = { ...process.env, PATH: [join('node_modules', '.bin'), process.env['PATH']].join(delimiter) };

/** Any resource of Kubernetes. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What Helm says against a chart with such values. */
export class ChartRefused extends Error {}

/**
 * What Helm makes of the chart with a file of values and single ones, each `name=value`.
 *
 * @throws ChartRefused
 */
export function renderChart(valuesFile: string, ...values: readonly string[]): readonly Manifest[] {
  const set = values.flatMap((value) => ['--set', value]);
  const { status, stdout, stderr, error } = spawnSync(
    'helm',
    ['template', 'turns', chartFolder, '--values', valuesFile, ...set],
    { env, encoding: 'utf8' },
  );
  if (error !== undefined) throw new Error(`There is no helm: node scripts/ensure-programs.mjs (${error.message})`);
  if (status !== 0) throw new ChartRefused(stderr);
  return parseAllDocuments(stdout)
    .map((document): Manifest | null => document.toJS())
    .filter((manifest) => manifest !== null);
}

/** Packages and names of the types of the kinds that the chart makes. */
const typeOf: Readonly<Record<string, string>> = {
  'apps/v1 Deployment': 'kubernetes-models/apps/v1',
  'autoscaling/v2 HorizontalPodAutoscaler': 'kubernetes-models/autoscaling/v2',
  'monitoring.coreos.com/v1 ServiceMonitor': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
  'networking.k8s.io/v1 NetworkPolicy': 'kubernetes-models/networking.k8s.io/v1',
  'policy/v1 PodDisruptionBudget': 'kubernetes-models/policy/v1',
  'v1 ConfigMap': 'kubernetes-models/v1',
  'v1 Service': 'kubernetes-models/v1',
  'v1 ServiceAccount': 'kubernetes-models/v1',
};

/**
 * What the types of Kubernetes' own description of its API say against manifests: fields that do not exist, that are missing, that
 * are of another type. As literals, since TypeScript looks for unknown fields in these alone.
 */
export function typeErrors(manifests: readonly Manifest[]): readonly string[] {
  const source = manifests.map((manifest, index) => {
    const module = typeOf[`${manifest.apiVersion} ${manifest.kind}`] ?? 'a kind that the chart is not known to make';
    const type = `import('${module}').I${manifest.kind}`;
    return `export const manifest${index}: ${type} = ${JSON.stringify(manifest)};`;
  });
  const folder = mkdtempSync(join(tmpdir(), 'manifests-'));
  try {
    writeFileSync(join(folder, 'manifests.ts'), source.join('\n'));
    symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'node20', '--target', 'es2023'];
    const { stdout } = spawnSync('tsc', [...options, 'manifests.ts'], { cwd: folder, env, encoding: 'utf8' });
    return stdout.split('\n').filter((line) => line.includes('error TS'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
