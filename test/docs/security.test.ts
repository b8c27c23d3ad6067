import { createServices } from '../../src/server/grpc/methods/services';
import { SystemClock } from '../../src/server/runtime/system';
import { noopTelemetry } from '../../src/server/telemetry';
import { noUseCases } from '../support/grpc-under-test';
import { readSections } from './markdown-pages';

const services = createServices({
  useCases: noUseCases,
  clock: new SystemClock(),
  telemetry: noopTelemetry,
  maxRequestsPerStream: 1,
  stallTimeoutMs: 1,
  maxResponseBytes: 1,
});
const methods = services.flatMap((service) =>
  service.methods.map(({ definition, method: { scope } }) => {
    const [, serviceName, name] = /\.(\w+)\/(\w+)$/.exec(definition.path) ?? [];
    return { serviceName, name, scope };
  }),
);

/** Rows of the table of scopes: `| \`scope\` | methods |`. */
const section = readSections('docs/security.md').get('Scopes and tenants') ?? '';
const rows = [...section.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, scope, cell = '']) => ({ scope, cell }));
const listedNames = rows.flatMap(({ cell }) => cell.split(', '));

test('docs/security.md states the scope of every method', () => {
  const stated = rows.flatMap(({ scope, cell }) => readMethodNames(cell).map((name) => [name, scope]));
  expect(stated.sort()).toEqual(methods.map(({ name, scope }) => [name, scope]).sort());
});

/** Reads the method names of a cell, which lists methods or contains "all other methods of" with the name of a service. */
function readMethodNames(cell: string): readonly (string | undefined)[] {
  const [, serviceName] = /^all other methods of (\w+)$/.exec(cell) ?? [];
  if (serviceName === undefined) return cell.split(', ');
  return methods
    .filter((method) => method.serviceName === serviceName && !listedNames.includes(method.name ?? ''))
    .map(({ name }) => name);
}
