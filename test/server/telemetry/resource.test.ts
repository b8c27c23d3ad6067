import { createResource } from '../../../src/server/telemetry/resource';

const variable = 'OTEL_RESOURCE_ATTRIBUTES';
const earlier = process.env[variable];
afterEach(() => {
  if (earlier === undefined) delete process.env[variable];
  else process.env[variable] = earlier;
});

/** Returns `service.instance.id` of the resource of a process; undefined if it has none. */
async function getInstanceId(worker: number | undefined, attributes = '', detectors = ''): Promise<unknown> {
  process.env[variable] = attributes; // the detector of the SDK reads the environment of the process
  const resource = createResource({ OTEL_NODE_RESOURCE_DETECTORS: detectors }, worker);
  await resource.waitForAsyncAttributes?.();
  return resource.attributes['service.instance.id'];
}

const uuidPattern = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;

it('the only process of a node has no service.instance.id unless it is configured', async () => {
  expect(await getInstanceId(undefined)).toBeUndefined();
  expect(await getInstanceId(undefined, 'service.instance.id=pod')).toBe('pod');
});

it('a worker has a UUID as its service.instance.id', async () => {
  const ids = [await getInstanceId(1), await getInstanceId(2), await getInstanceId(1)];
  for (const id of ids) expect(id).toMatch(uuidPattern);
  expect(new Set(ids).size).toBe(3);
});

it('a worker appends its number to a configured service.instance.id, which all workers share', async () => {
  expect(await getInstanceId(1, 'service.instance.id=pod')).toBe('pod-1');
  expect(await getInstanceId(2, 'service.instance.id=pod')).toBe('pod-2');
});

it('a worker has a service.instance.id of its own without resource detectors', async () => {
  expect(await getInstanceId(1, '', 'none')).toMatch(uuidPattern);
});
