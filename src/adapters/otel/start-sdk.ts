import type { Instrumentation } from '@opentelemetry/instrumentation';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import { redisStatement } from './customer-data';
import { metricReaders } from './metric-readers';
import { requested } from './requested';
import { sdkStarted } from './running-sdk';
import { spanExporters } from './span-exporters';
import { RpcSpanNames } from './span-names';

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
  const [traces, metrics] = [requested('TRACES', env), requested('METRICS', env)];
  const sdk = new NodeSDK({
    // A default only: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES are merged over it.
    resource: defaultResource().merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'scenario-orchestrator' })),
    spanProcessors: traces
      ? [new RpcSpanNames(), ...spanExporters(env).map((exporter) => new BatchSpanProcessor(exporter))]
      : [],
    metricReaders: metrics ? [...metricReaders(env)] : [],
    logRecordProcessors: [],
    instrumentations: [
      ...(traces ? tracingHooks() : []),
      // Event-loop delay, garbage collection and heap.
      ...(metrics ? [new RuntimeNodeInstrumentation()] : []),
    ],
  });
  sdk.start();
  sdkStarted({ traces, metrics, stop: () => sdk.shutdown() });
}

function tracingHooks(): Instrumentation[] {
  return [
    new GrpcInstrumentation({ ignoreGrpcMethods: untracedMethods }),
    new IORedisInstrumentation({ dbStatementSerializer: redisStatement, requireParentSpan: true }),
  ];
}
