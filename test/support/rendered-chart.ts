import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export const chartFolder = 'deploy/helm/scenario-orchestrator';

const env = { ...process.env, PATH: [join('node_modules', '.bin'), process.env['PATH']].join(delimiter) };

/** A Kubernetes resource. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The error of Helm for a chart with invalid values. */
export class ChartError extends Error {}

/**
 * Renders the chart with a file of values and additional values (`name=value`).
 *
 * @throws ChartError
 */
export function renderChart(valuesFile: string, ...values: readonly string[]): readonly Manifest[] {
  const set = values.flatMap((value) => ['--set', value]);
  const { status, stdout, stderr, error } = spawnSync(
    'helm',
    ['template', 'turns', chartFolder, '--values', valuesFile, ...set],
    { env, encoding: 'utf8' },
  );
  if (error !== undefined) throw new Error(`Helm is missing. Run node scripts/ensure-programs.mjs (${error.message}).`);
  if (status !== 0) throw new ChartError(stderr);
  return parseAllDocuments(stdout)
    .map((document): Manifest | null => document.toJS())
    .filter((manifest) => manifest !== null);
}

/** The module with the type of each kind of the chart. */
const typeModules: Readonly<Record<string, string>> = {
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
 * Checks manifests against the types of the Kubernetes API. Returns the errors for unknown and missing fields and wrong types. Uses
 * literals, because TypeScript finds unknown fields only in literals.
 */
export function findTypeErrors(manifests: readonly Manifest[]): readonly string[] {
  const source = manifests.map((manifest, index) => {
    const module = typeModules[`${manifest.apiVersion} ${manifest.kind}`] ?? 'unknown kind';
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
