import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Service, ServiceAccount } from 'kubernetes-models/v1';
import { parse } from 'yaml';
import { type Config, loadConfig } from '../../src/server/config';
import { maxShutdownMs } from '../../src/server/shutdown-timeouts';
import { ChartError, chartFolder, findTypeErrors, type Manifest, renderChart } from '../support/rendered-chart';

const folder = join(chartFolder, 'ci');
const least = join(folder, 'least.yaml');
const valueSets = readdirSync(folder).map((file) => ({ file, manifests: renderChart(join(folder, file)) }));

/** A Kubernetes kind with its JSON schema. */
interface Kind<Data extends Manifest> {
  readonly is: (manifest: unknown) => manifest is Data;
  new (data?: Omit<Data, keyof Manifest>): { validate(): void };
}

/** Creates a check that returns whether a manifest is of a kind. The check throws if the manifest violates the schema of the kind. */
function createCheck<Data extends Manifest>(kind: Kind<Data>) {
  return (manifest: Manifest): boolean => {
    if (!kind.is(manifest)) return false;
    new kind(manifest).validate();
    return true;
  };
}

const checks = [
  ...[
    createCheck(Deployment),
    createCheck(HorizontalPodAutoscaler),
    createCheck(NetworkPolicy),
    createCheck(PodDisruptionBudget),
  ],
  ...[createCheck(ConfigMap), createCheck(Service), createCheck(ServiceAccount), createCheck(ServiceMonitor)],
];

function findManifest<Data extends Manifest>(manifests: readonly Manifest[], is: Kind<Data>['is']): Data {
  const manifest = manifests.find(is);
  if (manifest === undefined) throw new Error('The chart did not render this kind.');
  return manifest;
}

function findContainer(manifests: readonly Manifest[]) {
  const pod = findManifest(manifests, Deployment.is).spec?.template.spec;
  const [container] = pod?.containers ?? [];
  if (pod === undefined || container === undefined) throw new Error('The pod has no container.');
  return { pod, container };
}

/** Finds the paths of the mounted files that the configuration of a pod names. */
function findFilePaths(manifests: readonly Manifest[]): readonly string[] {
  const text = findManifest(manifests, ConfigMap.is).data?.['config.toml'] ?? '';
  return [...text.matchAll(/_file = "(.+)"/g)].map(([, path = '']) => path);
}

/** Loads the configuration of a pod as the service does, with temporary files instead of mounted files. */
function loadPodConfig(manifests: readonly Manifest[]): Config {
  const path = mkdtempSync(join(tmpdir(), 'chart-'));
  try {
    const secret = join(path, 'secret');
    writeFileSync(secret, 'secret');
    let text = findManifest(manifests, ConfigMap.is).data?.['config.toml'] ?? '';
    for (const file of findFilePaths(manifests)) text = text.replaceAll(file, secret);
    const file = join(path, 'config.toml');
    writeFileSync(file, text);
    return loadConfig({ ORCHESTRATOR__SERVER__HOST: '0.0.0.0', ORCHESTRATOR_CONFIG: file });
  } finally {
    rmSync(path, { recursive: true });
  }
}

it('the Kubernetes types accept every field of the chart, and report a misspelled one', () => {
  expect(findTypeErrors(valueSets.flatMap(({ manifests }) => manifests))).toEqual([]);
  const deployment: IDeployment = findManifest(renderChart(least), Deployment.is);
  const misspelled = { ...deployment, spec: { ...deployment.spec, replicass: 2 } };
  expect(findTypeErrors([misspelled])).toEqual([expect.stringContaining('replicass')]);
});

describe.each(valueSets)('with the values of $file', ({ manifests }) => {
  it('every manifest is valid', () => {
    expect(manifests.filter((manifest) => !checks.some((check) => check(manifest)))).toEqual([]);
  });

  it('the configuration is valid, and its files are mounted', () => {
    expect(loadPodConfig(manifests).server.allow_insecure).toBe(true);
    const mounted = findContainer(manifests).container.volumeMounts?.map(({ mountPath }) => mountPath);
    for (const file of findFilePaths(manifests)) expect(mounted).toContain(dirname(file));
  });

  it('the grace period of a pod is longer than the shutdown', () => {
    const { pod, container } = findContainer(manifests);
    const before = container.lifecycle?.preStop?.sleep?.seconds ?? 0;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(
      before + maxShutdownMs(loadPodConfig(manifests).server) / 1_000,
    );
  });

  it('a pod runs with minimal privileges', () => {
    const { pod, container } = findContainer(manifests);
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('probes and Services use the port of the service', () => {
    const { port } = loadPodConfig(manifests).server;
    const { container } = findContainer(manifests);
    expect(container.ports?.[0]).toEqual({ name: 'grpc', containerPort: port });
    const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
    for (const probe of probes) expect([undefined, port]).toContain(probe?.grpc?.port);
    const services = manifests.filter(Service.is);
    expect(services.map(({ spec }) => spec?.clusterIP)).toEqual([undefined, 'None']);
    for (const { spec } of services) expect(spec?.ports?.[0]).toMatchObject({ port, targetPort: 'grpc' });
  });

  it('pods and Services have a port for HTTP if it is enabled', () => {
    const { enabled, port } = loadPodConfig(manifests).http;
    const expected = enabled ? [port] : [];
    const { container } = findContainer(manifests);
    const isHttp = ({ name }: { readonly name?: string }) => name === 'http';
    expect(container.ports?.filter(isHttp).map(({ containerPort }) => containerPort)).toEqual(expected);
    for (const { spec } of manifests.filter(Service.is)) {
      expect(spec?.ports?.filter(isHttp).map((each) => each.port)).toEqual(expected);
    }
  });

  it('all selectors match the pods', () => {
    const deployment = findManifest(manifests, Deployment.is);
    const selector = deployment.spec?.selector;
    expect(deployment.spec?.template.metadata?.labels).toMatchObject(selector?.matchLabels ?? {});
    for (const { spec } of manifests.filter(Service.is)) expect(spec?.selector).toEqual(selector?.matchLabels);
    for (const { spec } of manifests.filter(PodDisruptionBudget.is)) expect(spec?.selector).toEqual(selector);
    for (const { spec } of manifests.filter(NetworkPolicy.is)) expect(spec?.podSelector).toEqual(selector);
    for (const { spec } of manifests.filter(ServiceMonitor.is)) expect(spec.selector).toEqual(selector);
  });
});

it('readiness depends on Redis, liveness does not', () => {
  const { container } = findContainer(renderChart(least));
  expect(container.startupProbe?.grpc).toEqual({ port: 50051, service: 'liveness' });
  expect(container.livenessProbe?.grpc).toEqual({ port: 50051, service: 'liveness' });
  expect(container.readinessProbe?.grpc).toEqual({ port: 50051, service: 'readiness' });
});

it('the URL of Redis comes from the Secret', () => {
  expect(findContainer(renderChart(least)).container.env).toContainEqual({
    name: 'ORCHESTRATOR__REDIS__URL',
    valueFrom: { secretKeyRef: { name: 'redis', key: 'url' } },
  });
});

it.each([
  ['no Redis', 'redis.urlSecret.name=', 'Redis is not configured'],
  ['no authentication', 'config.server.allow_insecure=false', 'Authentication is not configured'],
  ['a password in the ConfigMap', 'config.redis.password=secret', 'contains a password'],
  ['a password in a URL in the ConfigMap', 'config.redis.url=redis://me:secret@redis:6379', 'contains a password'],
  ["the model's key in the ConfigMap", 'config.pipeline.scenario_filtering.api_key=secret', 'contains api_key'],
  ['an unknown value', 'replicas=3', 'replicas'],
  ['a value of the wrong type', 'preStopSeconds=soon', 'preStopSeconds'],
])('the chart rejects %s with a message', (_case, value, message) => {
  expect(() => renderChart(least, value)).toThrow(ChartError);
  expect(() => renderChart(least, value)).toThrow(message);
});

it('pods are added at 70 % of a core, as in docs/operations.md', () => {
  const manifests = renderChart(least, 'autoscaling.enabled=true');
  const [metric] = findManifest(manifests, HorizontalPodAutoscaler.is).spec?.metrics ?? [];
  expect(metric?.resource?.target.averageUtilization).toBe(70);
  expect(findContainer(manifests).container.resources?.requests?.['cpu']).toBe('1');
  expect(readFileSync('docs/operations.md', 'utf8')).toContain('Scale at about 70 % of a core');
});

it('the chart has the version of the service', () => {
  const { appVersion } = parse(readFileSync(join(chartFolder, 'Chart.yaml'), 'utf8'));
  expect(appVersion).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version);
});

it('the README explains every value', () => {
  const rows = readFileSync(join(chartFolder, 'README.md'), 'utf8').matchAll(/^\| (`.+?) \|/gm);
  const explained = [...rows].flatMap(([, names = '']) => [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  const values = parse(readFileSync(join(chartFolder, 'values.yaml'), 'utf8'));
  expect(explained.toSorted()).toEqual(listPaths(values).toSorted());
});

/** Lists the paths of all values. `config` and `resources` count as one value each. */
function listPaths(values: object, prefix = ''): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const name = `${prefix}${key}`;
    const isSection = typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 0;
    return isSection && name !== 'config' && name !== 'resources' ? listPaths(value, `${name}.`) : [name];
  });
}
