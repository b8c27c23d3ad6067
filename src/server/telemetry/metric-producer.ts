import { ValueType } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  DataPointType,
  InstrumentType,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { Accumulation, Accumulator, Instrument, MetricAttributes } from './accumulator';
import { toHrTime } from './hr-time';

/** Selects whether a reader gets the sums since the start, or those since its last collection. */
export type TemporalitySelector = (type: InstrumentType) => AggregationTemporality;

const instrumentTypes = {
  counter: InstrumentType.COUNTER,
  'up-down counter': InstrumentType.UP_DOWN_COUNTER,
  histogram: InstrumentType.HISTOGRAM,
} as const satisfies Readonly<Record<Instrument['kind'], InstrumentType>>;

/**
 * Hands the measurements of accumulators to the readers of the SDK. Each reader has a producer. A collection by one reader takes what was
 * recorded from the accumulators and adds it to what every reader has not collected yet.
 */
export class AccumulatorExport {
  private readonly producers: AccumulatorProducer[] = [];

  constructor(
    private readonly scopeName: string,
    private readonly accumulators: readonly Accumulator[],
  ) {}

  createProducer(selectTemporality: TemporalitySelector): MetricProducer {
    const takeAll = () => this.takeAll();
    const producer = new AccumulatorProducer(this.scopeName, this.accumulators, selectTemporality, takeAll);
    this.producers.push(producer);
    return producer;
  }

  private takeAll(): void {
    for (const accumulator of this.accumulators) {
      for (const taken of accumulator.take()) {
        for (const producer of this.producers) producer.add(accumulator, taken);
      }
    }
  }
}

/** What a reader has collected, or has yet to collect, of one instrument. The attributes of a set are always the same object. */
interface Stream {
  readonly temporality: AggregationTemporality;
  readonly accumulations: Map<MetricAttributes, Accumulation>;
  /** The attribute sets of the last collection, and its time in milliseconds since 1970. */
  lastSets: ReadonlySet<MetricAttributes>;
  lastCollectedAt: number;
}

class AccumulatorProducer implements MetricProducer {
  private readonly streams: ReadonlyMap<Accumulator, Stream>;

  constructor(
    private readonly scopeName: string,
    accumulators: readonly Accumulator[],
    selectTemporality: TemporalitySelector,
    private readonly takeAll: () => void,
  ) {
    this.streams = new Map(
      accumulators.map((accumulator) => {
        const temporality = selectTemporality(instrumentTypes[accumulator.instrument.kind]);
        return [accumulator, { temporality, accumulations: new Map(), lastSets: new Set(), lastCollectedAt: 0 }];
      }),
    );
  }

  add(accumulator: Accumulator, taken: Accumulation): void {
    const accumulations = this.streams.get(accumulator)?.accumulations;
    const earlier = accumulations?.get(taken.attributes);
    accumulations?.set(taken.attributes, earlier === undefined ? taken : merge(earlier, taken));
  }

  collect(): Promise<CollectionResult> {
    this.takeAll();
    const now = Date.now();
    const metrics = [...this.streams].flatMap(([{ instrument }, stream]) => {
      const data = toMetricData(instrument, stream, now);
      stream.lastSets = new Set(stream.accumulations.keys());
      stream.lastCollectedAt = now;
      if (stream.temporality === AggregationTemporality.DELTA) stream.accumulations.clear();
      return data;
    });
    const scope = { name: this.scopeName, version: '' };
    const scopeMetrics = metrics.length === 0 ? [] : [{ scope, metrics }];
    // The reader uses the resource of the SDK.
    return Promise.resolve({ resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] });
  }
}

function merge(earlier: Accumulation, later: Accumulation): Accumulation {
  return {
    attributes: earlier.attributes,
    startedAt: earlier.startedAt,
    count: earlier.count + later.count,
    sum: earlier.sum + later.sum,
    min: Math.min(earlier.min, later.min),
    max: Math.max(earlier.max, later.max),
    bucketCounts: earlier.bucketCounts.map((count, index) => count + (later.bucketCounts[index] ?? 0)),
  };
}

/** Returns no data for an instrument without measurements. */
function toMetricData(instrument: Instrument, stream: Stream, now: number): readonly MetricData[] {
  if (stream.accumulations.size === 0) return [];
  const common = {
    descriptor: toDescriptor(instrument),
    aggregationTemporality: stream.temporality,
  };
  const accumulations = [...stream.accumulations.values()];
  const toPoint = ({ attributes, startedAt }: Accumulation) => {
    // In a period, a set that was also in the one before starts with the period; a new one starts with its first measurement.
    const isContinued = stream.temporality === AggregationTemporality.DELTA && stream.lastSets.has(attributes);
    const startTime = toHrTime(isContinued ? stream.lastCollectedAt : startedAt);
    return { attributes: { ...attributes }, startTime, endTime: toHrTime(now) };
  };
  if (instrument.kind !== 'histogram') {
    const dataPoints = accumulations.map((accumulation) => ({ ...toPoint(accumulation), value: accumulation.sum }));
    return [{ ...common, dataPointType: DataPointType.SUM, dataPoints, isMonotonic: instrument.kind === 'counter' }];
  }
  const dataPoints = accumulations.map((accumulation) => {
    const { count, sum, min, max, bucketCounts } = accumulation;
    const buckets = { boundaries: [...instrument.boundaries], counts: [...bucketCounts] };
    return { ...toPoint(accumulation), value: { count, sum, min, max, buckets } };
  });
  return [{ ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints }];
}

/** The descriptor of the SDK. The exporters also read its type, which the interface does not have. */
function toDescriptor({ kind, name, description, unit, boundaries }: Instrument) {
  const advice = kind === 'histogram' ? { explicitBucketBoundaries: [...boundaries] } : {};
  return { name, description, unit, type: instrumentTypes[kind], valueType: ValueType.DOUBLE, advice };
}
