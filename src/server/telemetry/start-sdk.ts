import type { Instrumentation } from '@opentelemetry/instrumentation';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import { serializeRedisStatement } from './customer-data';
import { createMetricReaders } from './metric-readers';
import { isSignalRequested } from './otel-environment';
import { setRunningSdk } from './running-sdk';
import { createSpanExporters } from './span-exporters';
import { RpcSpanNameProcessor } from './span-names';

/**
 * The methods of grpc.health.v1.Health and grpc.reflection.*.ServerReflection. The instrumentation compares the last part of a
 * method's path only, in whole and without regard to case; a test keeps the contract clear of these names.
 */
export const untracedMethods = ['Check', 'Watch', 'List', 'ServerReflectionInfo'];

/**
 * Starts the SDK as the standard variables say and hooks gRPC and Redis. Must run before either is loaded: the hooks wrap
 * what `require` returns.
 */
export function startSdk(env: NodeJS.ProcessEnv): void {
  const [traces, metrics] = [isSignalRequested('TRACES', env), isSignalRequested('METRICS', env)];
  const sdk = new NodeSDK({
    // A default only: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES are merged over it.
    resource: defaultResource().merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'scenario-orchestrator' })),
    spanProcessors: traces
      ? [new RpcSpanNameProcessor(), ...createSpanExporters(env).map((exporter) => new BatchSpanProcessor(exporter))]
      : [],
    metricReaders: metrics ? [...createMetricReaders(env)] : [],
    logRecordProcessors: [],
    instrumentations: [
      ...(traces ? tracingHooks() : []),
      // Event-loop delay, garbage collection and heap.
      ...(metrics ? [new RuntimeNodeInstrumentation()] : []),
    ],
  });
  sdk.start();
  setRunningSdk({ traces, metrics, stop: () => sdk.shutdown() });
}

function tracingHooks(): Instrumentation[] {
  return [
    new GrpcInstrumentation({ ignoreGrpcMethods: untracedMethods }),
    new IORedisInstrumentation({ dbStatementSerializer: serializeRedisStatement, requireParentSpan: true }),
  ];
}
