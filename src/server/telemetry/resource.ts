import { randomUUID } from 'node:crypto';
import { diag } from '@opentelemetry/api';
import {
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  osDetector,
  processDetector,
  type Resource,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import { ATTR_SERVICE_INSTANCE_ID, ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';

/** The detectors by their names in OTEL_NODE_RESOURCE_DETECTORS. */
const detectors = new Map([
  ['host', hostDetector],
  ['os', osDetector],
  ['serviceinstance', serviceInstanceIdDetector],
  ['process', processDetector],
  ['env', envDetector],
]);

/**
 * Creates the resource of the spans and metrics, with the attributes of the detectors. That of a worker always has `service.instance.id`, because
 * otherwise a receiver could not tell the series of the workers apart: the configured one followed by the number of the worker, or a UUID.
 */
export function createResource(env: NodeJS.ProcessEnv, worker?: number): Resource {
  // The default name. OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES override it.
  const base = defaultResource().merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'scenario-orchestrator' }));
  const detected = base.merge(detectResources({ detectors: selectDetectors(env) }));
  const resource = worker === undefined ? detected : detected.merge(createWorkerResource(detected, worker));
  // Otherwise the Prometheus exporter logs an error at the first scrape, because only the other exporters wait for the id of the host.
  void resource.waitForAsyncAttributes?.();
  return resource;
}

function createWorkerResource(detected: Resource, worker: number): Resource {
  // `attributes` may only be read when the id of the host is known.
  const [, configured] = detected.getRawAttributes().find(([name]) => name === ATTR_SERVICE_INSTANCE_ID) ?? [];
  const id = typeof configured === 'string' ? `${configured}-${worker}` : randomUUID();
  return resourceFromAttributes({ [ATTR_SERVICE_INSTANCE_ID]: id });
}

/** Returns the detectors that OTEL_NODE_RESOURCE_DETECTORS lists, `all` or `none`; without the variable, the defaults of the SDK. */
function selectDetectors(env: NodeJS.ProcessEnv) {
  const names = (env['OTEL_NODE_RESOURCE_DETECTORS'] ?? '').split(',').flatMap((name) => name.trim() || []);
  if (names.length === 0) return [envDetector, processDetector, hostDetector];
  if (names.includes('all')) return [...detectors.values()];
  if (names.includes('none')) return [];
  return names.flatMap((name) => {
    const detector = detectors.get(name);
    if (detector === undefined) diag.warn(`OTEL_NODE_RESOURCE_DETECTORS: "${name}" is not a resource detector`);
    return detector ?? [];
  });
}
