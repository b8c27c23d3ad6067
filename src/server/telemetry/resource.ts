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
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';

/** The detectors by their names in OTEL_NODE_RESOURCE_DETECTORS. */
const detectors = new Map([
  ['host', hostDetector],
  ['os', osDetector],
  ['serviceinstance', serviceInstanceIdDetector],
  ['process', processDetector],
  ['env', envDetector],
]);

/** Creates the resource of the spans and metrics, with the attributes of the detectors. */
export function createResource(env: NodeJS.ProcessEnv): Resource {
  // The default name. OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES override it.
  const base = defaultResource().merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'scenario-orchestrator' }));
  const resource = base.merge(detectResources({ detectors: selectDetectors(env) }));
  // Otherwise the Prometheus exporter logs an error at the first scrape, because only the other exporters wait for the id of the host.
  void resource.waitForAsyncAttributes?.();
  return resource;
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
