import { emptyResource } from '@opentelemetry/resources';
import {
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
  MetricReader,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';

/** The metrics of one process since its start. They can be sent to another process. */
export type ProcessMetrics = readonly ScopeMetrics[];

/** Collects the metrics of a process for its supervisor. */
export class WorkerMetricReader extends MetricReader {
  async collectAll(): Promise<ProcessMetrics> {
    return (await this.collect()).resourceMetrics.scopeMetrics;
  }

  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** The attribute of gauges that has the number of the worker. */
const workerAttribute = 'worker';

type Kind = MetricData['dataPointType'];

/** Whether the values of all workers are added up. Otherwise each worker has its own series with the attribute `worker`. */
const isAddedUp: Readonly<Record<Kind, boolean>> = {
  [DataPointType.SUM]: true,
  [DataPointType.HISTOGRAM]: true,
  [DataPointType.GAUGE]: false,
  [DataPointType.EXPONENTIAL_HISTOGRAM]: false,
};

/**
 * Merges the metrics of the workers of a node: adds up counters, up-down counters and histograms, and keeps gauges apart. What an ended worker
 * has counted stays in the sums, because a counter that goes down counts as a restart. Its gauges and up-down counters do not.
 */
export class NodeMetrics implements MetricProducer {
  private readonly latest = new Map<number, ProcessMetrics>();
  private retained: ProcessMetrics = [];

  /** `refresh` asks every worker for its metrics, and resolves when they were reported, or are late: then the last reported ones count. */
  constructor(private readonly refresh: () => Promise<void>) {}

  /** Replaces the metrics of a worker. */
  report(worker: number, metrics: ProcessMetrics): void {
    this.latest.set(worker, metrics);
  }

  /** Drops the metrics of a worker that has ended, except what it has counted. */
  end(worker: number): void {
    const counted = (this.latest.get(worker) ?? []).map((scope) => ({
      ...scope,
      metrics: scope.metrics.filter(isCounted),
    }));
    this.retained = mergeProcesses([this.retained, counted]);
    this.latest.delete(worker);
  }

  async collect(): Promise<CollectionResult> {
    await this.refresh();
    const workers = [...this.latest].sort(([first], [second]) => first - second);
    const named = workers.map(([worker, metrics]) => nameGauges(metrics, worker));
    const scopeMetrics = [...mergeProcesses([this.retained, ...named])];
    return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
  }
}

function isCounted(metric: MetricData): boolean {
  if (metric.dataPointType === DataPointType.SUM) return metric.isMonotonic;
  return isAddedUp[metric.dataPointType];
}

function nameGauges(processMetrics: ProcessMetrics, worker: number): ProcessMetrics {
  const nameAttributes = <T>(point: DataPoint<T>): DataPoint<T> => ({
    ...point,
    attributes: { ...point.attributes, [workerAttribute]: String(worker) },
  });
  return processMetrics.map((scope) => ({
    ...scope,
    metrics: scope.metrics.map((metric) =>
      isAddedUp[metric.dataPointType] ? metric : mapPoints(metric, nameAttributes),
    ),
  }));
}

function mapPoints(metric: MetricData, change: <T>(point: DataPoint<T>) => DataPoint<T>): MetricData {
  switch (metric.dataPointType) {
    case DataPointType.SUM:
    case DataPointType.GAUGE:
      return { ...metric, dataPoints: metric.dataPoints.map(change) };
    case DataPointType.HISTOGRAM:
      return { ...metric, dataPoints: metric.dataPoints.map(change) };
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return { ...metric, dataPoints: metric.dataPoints.map(change) };
  }
}

/** Adds up the values with the same scope, name and attributes, in the order in which they are first found. */
function mergeProcesses(processes: readonly ProcessMetrics[]): ProcessMetrics {
  const scopes = groupBy(processes.flat(), ({ scope }) => JSON.stringify([scope.name, scope.version]));
  return scopes.flatMap((parts) => {
    const [first] = parts;
    if (first === undefined) return [];
    const metrics = groupBy(
      parts.flatMap((part) => part.metrics),
      ({ descriptor, dataPointType }) => JSON.stringify([descriptor.name, dataPointType]),
    );
    return [{ scope: first.scope, metrics: metrics.flatMap((group) => mergeMetrics(group) ?? []) }];
  });
}

function mergeMetrics([first, ...others]: readonly MetricData[]): MetricData | undefined {
  return first && others.reduce(mergeTwo, first);
}

function mergeTwo(first: MetricData, second: MetricData): MetricData {
  if (first.dataPointType === DataPointType.HISTOGRAM && second.dataPointType === DataPointType.HISTOGRAM) {
    return { ...first, dataPoints: mergePoints([...first.dataPoints, ...second.dataPoints], addHistograms) };
  }
  if (first.dataPointType === DataPointType.SUM && second.dataPointType === DataPointType.SUM) {
    return { ...first, dataPoints: mergePoints([...first.dataPoints, ...second.dataPoints], (a, b) => a + b) };
  }
  if (first.dataPointType === DataPointType.GAUGE && second.dataPointType === DataPointType.GAUGE) {
    return { ...first, dataPoints: [...first.dataPoints, ...second.dataPoints] };
  }
  return first;
}

function mergePoints<T>(points: readonly DataPoint<T>[], add: (first: T, second: T) => T): DataPoint<T>[] {
  const groups = groupBy(points, ({ attributes }) => JSON.stringify(Object.entries(attributes).sort(compareNames)));
  return groups.flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    return [
      others.reduce(
        (sum, point) => ({
          attributes: sum.attributes,
          startTime: isEarlier(point.startTime, sum.startTime) ? point.startTime : sum.startTime,
          endTime: isEarlier(point.endTime, sum.endTime) ? sum.endTime : point.endTime,
          value: add(sum.value, point.value),
        }),
        first,
      ),
    ];
  });
}

function addHistograms(first: Histogram, second: Histogram): Histogram {
  const counts = first.buckets.counts.map((count, index) => count + (second.buckets.counts[index] ?? 0));
  return {
    buckets: { boundaries: first.buckets.boundaries, counts },
    count: first.count + second.count,
    sum: (first.sum ?? 0) + (second.sum ?? 0),
    min: Math.min(first.min ?? Number.POSITIVE_INFINITY, second.min ?? Number.POSITIVE_INFINITY),
    max: Math.max(first.max ?? Number.NEGATIVE_INFINITY, second.max ?? Number.NEGATIVE_INFINITY),
  };
}

const compareNames = ([first]: readonly [string, unknown], [second]: readonly [string, unknown]) =>
  first < second ? -1 : 1;

type HrTime = DataPoint<unknown>['startTime'];

function isEarlier([seconds, nanos]: HrTime, [otherSeconds, otherNanos]: HrTime): boolean {
  return seconds < otherSeconds || (seconds === otherSeconds && nanos < otherNanos);
}

function groupBy<T>(items: readonly T[], getKey: (item: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = getKey(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
