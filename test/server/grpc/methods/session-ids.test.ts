import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { createServices } from '../../../../src/server/grpc/methods/services';
import { loadContract } from '../../../../src/server/grpc/validation/contract';
import { SystemClock } from '../../../../src/server/runtime/system';
import { noopTelemetry } from '../../../../src/server/telemetry';
import { noUseCases } from '../../../support/grpc-under-test';

const services = createServices({
  useCases: noUseCases,
  clock: new SystemClock(),
  telemetry: noopTelemetry,
  maxRequestsPerStream: 1,
  stallTimeoutMs: 1,
  maxResponseBytes: 1,
});
const contract = loadContract();

/** Finds the path to the session of a request: the field `session_id` of the request, of its turn or of its input. */
function findSessionIdPath(message: DescMessage): readonly DescField[] | undefined {
  const own = message.fields.find(({ name }) => name === 'session_id');
  if (own !== undefined) return [own];
  for (const field of message.fields) {
    if (field.fieldKind !== 'message' || !['turn', 'input'].includes(field.name)) continue;
    const path = findSessionIdPath(field.message);
    if (path !== undefined) return [field, ...path];
  }
  return undefined;
}

const methods = services.flatMap(({ name: service, methods: literals }) =>
  literals.map(({ name, method }) => {
    const input = contract.registry.getService(service)?.method[name]?.input;
    return { name, method, path: input && findSessionIdPath(input) };
  }),
);

test('both methods with and methods without a session are found', () => {
  expect(methods.filter(({ path }) => path !== undefined).length).toBeGreaterThanOrEqual(11);
  expect(methods.filter(({ path }) => path === undefined).length).toBeGreaterThan(0);
});

test.each(methods)('$name reads the session of its requests exactly if they have one', ({ method, path }) => {
  const request = [...(path ?? [])]
    .reverse()
    .reduce<unknown>((value, { localName }) => ({ [localName]: value }), 'session');
  expect(method.getSessionId?.(request)).toBe(path === undefined ? undefined : 'session');
});
