import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  MeterProvider,
  type MetricData,
  type MetricProducer,
  MetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { decideTurn } from '../../../src/core/decide-turn';
import type { TurnResult } from '../../../src/core/model/turn-result';
import type { Metrics } from '../../../src/server/ports/metrics';
import { AccumulatedMetrics } from '../../../src/server/telemetry/accumulated-metrics';
import { AccumulatorExport } from '../../../src/server/telemetry/metric-producer';
import { mainStepCount } from '../../../tools/bench/workload/scenarios';
import { defaultShape } from '../../../tools/bench/workload/session-turns';
import { buildTurnInputs } from '../../../tools/bench/workload/turn-inputs';
import { SdkMetrics } from '../../support/sdk-metrics';

const { CUMULATIVE, DELTA } = AggregationTemporality;
const readerTemporalities = [CUMULATIVE, DELTA, CUMULATIVE];

class TestReader extends MetricReader {
  constructor(temporality: AggregationTemporality, producers: MetricProducer[]) {
    super({ aggregationTemporalitySelector: () => temporality, metricProducers: producers });
  }

  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** The clocks of both implementations: milliseconds since 1970, and since an arbitrary time. */
let now = 0;
beforeEach(() => {
  now = 1_800_000_000_000;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  jest.spyOn(performance, 'now').mockImplementation(() => now - 1_700_000_000_000);
});
afterEach(() => jest.restoreAllMocks());

const resource = resourceFromAttributes({ 'service.name': 'test' });

/** The metrics of the service and those of the SDK, each with the same three readers. */
function createBoth() {
  const sdkReaders = readerTemporalities.map((temporality) => new TestReader(temporality, []));
  const sdk = new SdkMetrics(new MeterProvider({ resource, readers: sdkReaders }));
  const own = new AccumulatedMetrics();
  const ownExport = new AccumulatorExport('scenario-orchestrator', Object.values(own.instruments));
  const ownReaders = readerTemporalities.map(
    (temporality) => new TestReader(temporality, [ownExport.createProducer(() => temporality)]),
  );
  new MeterProvider({ resource, readers: ownReaders });
  const collect = async (reader: TestReader | undefined) => (await reader?.collect())?.resourceMetrics;
  return {
    metrics: [sdk, own] as const,
    collect: async (reader: number) =>
      [await collect(sdkReaders[reader]), await collect(ownReaders[reader])].map((collected) => {
        if (collected === undefined) throw new Error('There is no such reader.');
        return collected;
      }),
  };
}

/** The metrics with their points in one order, because the SDK does not define one. */
function sortPoints({ scopeMetrics }: ResourceMetrics) {
  const toKey = ({ attributes }: MetricData['dataPoints'][number]) => JSON.stringify(Object.entries(attributes).sort());
  return scopeMetrics.map(({ scope, metrics }) => ({
    scope,
    metrics: metrics.map((metric) => ({
      ...metric,
      dataPoints: [...metric.dataPoints].sort((a, b) => (toKey(a) < toKey(b) ? -1 : 1)),
    })),
  }));
}

const serialize = (collected: ResourceMetrics) => new PrometheusSerializer().serialize(collected).split('\n').sort();

const results: readonly TurnResult[] = buildTurnInputs(defaultShape, mainStepCount).map((input) => {
  const { result } = decideTurn(input);
  const [first, ...others] = result.lifecycleDecisions;
  if (first === undefined) return result;
  return { ...result, lifecycleDecisions: [{ ...first, proposed: 'PAUSE', overruledBy: 'RULES' }, ...others] };
});

/** One measurement. Both implementations record it at the same times. Durations are sums of powers of 2, which add up exactly. */
type Measurement = (metrics: Metrics, wait: (milliseconds: number) => void) => void;

const duration = fc.constantFrom(0, 0.03125, 0.125, 0.25, 1, 125, 250, 500, 1_000, 2_500, 10_000, 10_000.125, 50_000);
const text = (...values: readonly string[]) => fc.constantFrom(...values);
const measurement: fc.Arbitrary<Measurement> = fc.oneof(
  fc.tuple(duration, text('MESSAGE', 'SILENCE'), fc.boolean(), fc.boolean(), fc.constantFrom(...results)).map(
    ([elapsed, trigger, replayed, validateOnly, result]): Measurement =>
      (metrics, wait) => {
        const end = metrics.startTurn();
        wait(elapsed);
        end({ trigger: trigger as 'MESSAGE', replayed, result: { ...result, validateOnly } });
      },
  ),
  fc.tuple(duration, text('orchestrator.context', 'orchestrator.lifecycle')).map(
    ([elapsed, phase]): Measurement =>
      (metrics, wait) => {
        const end = metrics.startPhase(phase);
        wait(elapsed);
        end();
      },
  ),
  fc.tuple(duration, text('load', 'commit'), text('ok', 'INTERNAL')).map(
    ([elapsed, operation, outcome]): Measurement =>
      (metrics, wait) => {
        const end = metrics.startStoreOperation(operation);
        wait(elapsed);
        end(outcome);
      },
  ),
  fc.tuple(duration, text('m1', 'm2'), text('PROPOSED', 'TIMEOUT'), fc.nat(3_000), fc.nat(3_000)).map(
    ([elapsed, model, outcome, inputTokens, outputTokens]): Measurement =>
      (metrics, wait) => {
        const end = metrics.startModelRequest(model);
        wait(elapsed);
        end({ outcome: outcome as 'PROPOSED', inputTokens, outputTokens, cost: inputTokens / 4 });
      },
  ),
  fc.tuple(duration, text('a/B', 'a/C'), text('OK', 'CANCELLED')).map(
    ([elapsed, method, status]): Measurement =>
      (metrics, wait) => {
        const end = metrics.startCall(method);
        wait(elapsed);
        end(status);
      },
  ),
  fc.constantFrom<Measurement>(
    (metrics) => metrics.startCall('a/D'),
    (metrics) => metrics.recordCommitConflict(),
    (metrics) => metrics.recordLostRevision(),
    (metrics) => metrics.recordTimerFired(0),
    (metrics) => metrics.recordTimerFired(1_500),
    (metrics) => metrics.recordTimerFailure('STORE_UNAVAILABLE'),
    (metrics) => metrics.recordTimersDue(3),
    (metrics) => metrics.recordTimersDue(-2),
    (metrics) => metrics.recordTimerPartitions(1),
    (metrics) => metrics.recordWorkLimit('condition'),
    (metrics) => metrics.recordAccessFailure('tenant'),
    (metrics) => metrics.recordSizeRefusal('max_message_bytes'),
  ),
);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ measurement }) },
  { weight: 1, arbitrary: fc.record({ reader: fc.nat(readerTemporalities.length - 1) }) },
);

it('every point equals that of the SDK, for cumulative and delta readers in any order, also as Prometheus text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { metrics, collect } = createBoth();
      const compare = async (reader: number) => {
        const [sdk, own] = await collect(reader);
        if (sdk === undefined || own === undefined) throw new Error('Nothing was collected.');
        expect(sortPoints(own)).toEqual(sortPoints(sdk));
        expect(serialize(own)).toEqual(serialize(sdk));
      };
      for (const next of steps) {
        now += 7;
        const start = now;
        if ('reader' in next) await compare(next.reader);
        else {
          for (const implementation of metrics) {
            now = start;
            next.measurement(implementation, (elapsed) => (now += elapsed));
          }
          now = Math.ceil(now);
        }
      }
      for (const reader of readerTemporalities.keys()) await compare(reader);
    }),
    { numRuns: 150 },
  );
});

it.each([Number.NaN, -1])('the value %d is ignored, as by the SDK', (value) => {
  const { modelTokens, turnReplays } = new AccumulatedMetrics().instruments;
  turnReplays.take();
  for (const accumulator of [modelTokens, turnReplays]) {
    accumulator.record(value);
    expect(accumulator.take()).toEqual([]);
  }
});

it('attribute sets above the limit of the SDK share one point, as in the SDK', async () => {
  const { metrics, collect } = createBoth();
  for (let limit = 0; limit < 2_100; limit += 1) {
    for (const implementation of metrics) implementation.recordSizeRefusal(`limit ${limit}`);
  }
  const [sdk, own] = await collect(0);
  if (sdk === undefined || own === undefined) throw new Error('Nothing was collected.');
  expect(sortPoints(own)).toEqual(sortPoints(sdk));
  expect(JSON.stringify(sortPoints(own))).toContain('"attributes":{"otel.metric.overflow":true}');
});
