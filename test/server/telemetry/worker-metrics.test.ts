import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { emptyResource } from '@opentelemetry/resources';
import { AggregationTemporality, MeterProvider, type ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { AccumulatedMetrics } from '../../../src/server/telemetry/accumulated-metrics';
import { AccumulatorExport } from '../../../src/server/telemetry/metric-producer';
import { NodeMetrics, type ProcessMetrics, WorkerMetricReader } from '../../../src/server/telemetry/worker-metrics';
import { parseSeries } from '../../support/scraped-metrics';

/** The metrics of a process. */
function createProcess() {
  const metrics = new AccumulatedMetrics();
  const accumulators = Object.values(metrics.instruments);
  const producer = new AccumulatorExport('service', accumulators).createProducer(
    () => AggregationTemporality.CUMULATIVE,
  );
  const reader = new WorkerMetricReader({ metricProducers: [producer] });
  const meters = new MeterProvider({ readers: [reader] });
  /** The metrics as another process receives them. */
  const collect = async (): Promise<ProcessMetrics> => structuredClone(await reader.collectAll());
  return { metrics, meter: meters.getMeter('runtime'), collect };
}

async function scrapeNode(node: NodeMetrics): Promise<string> {
  const { resourceMetrics } = await node.collect();
  return serialize(resourceMetrics.scopeMetrics);
}

function serialize(scopeMetrics: ScopeMetrics[]): string {
  return new PrometheusSerializer().serialize({ resource: emptyResource(), scopeMetrics });
}

const alreadyReported = () => Promise.resolve();
const sortLines = (scraped: string) => scraped.split('\n').sort();

it('counters and histograms of several workers are those of one process that has measured everything', async () => {
  const [all, ...workers] = [createProcess(), createProcess(), createProcess(), createProcess()];
  jest.spyOn(performance, 'now').mockReturnValue(0);
  for (let index = 0; index < 200; index += 1) {
    for (const { metrics } of [all, workers[index % 3] ?? all]) {
      const { instruments } = metrics;
      // Powers of 2 add up exactly in every order.
      instruments.turnDuration.record(
        2 ** -(index % 12),
        index % 2 === 0 ? 'MESSAGE' : 'SILENCE',
        index % 5 === 0,
        false,
      );
      instruments.callsInFlight.record(1, `method ${index % 4}`);
      instruments.lifecycleDecisions.record(1, 'START', `reason ${index % 7}`);
      instruments.activeScenarios.record(index % 6);
      if (index % 3 === 1) instruments.commitConflicts.record(1); // only one of the workers
    }
  }
  jest.restoreAllMocks();
  const node = new NodeMetrics(alreadyReported);
  for (const [index, { collect }] of workers.entries()) node.report(index + 1, await collect());
  expect(sortLines(await scrapeNode(node))).toEqual(sortLines(serialize([...(await all.collect())])));
});

it('a gauge has a series for each worker', async () => {
  const node = new NodeMetrics(alreadyReported);
  for (const worker of [2, 1]) {
    const { meter, collect } = createProcess();
    meter.createObservableGauge('delay').addCallback((result) => result.observe(worker / 10, { phase: 'idle' }));
    node.report(worker, await collect());
  }
  expect(parseSeries(await scrapeNode(node), 'delay')).toEqual({
    'phase="idle",worker="1"': 0.1,
    'phase="idle",worker="2"': 0.2,
  });
});

it('what an ended worker has counted stays in the sums, and its gauges and up-down counters do not', async () => {
  const node = new NodeMetrics(alreadyReported);
  const start = async (worker: number) => {
    const { metrics, meter, collect } = createProcess();
    meter.createObservableGauge('delay').addCallback((result) => result.observe(1));
    metrics.instruments.turnReplays.record(10);
    metrics.instruments.callsInFlight.record(3, 'method');
    metrics.instruments.activeScenarios.record(2);
    node.report(worker, await collect());
  };
  await start(1);
  await start(2);
  const countSeries = async () => {
    const scraped = await scrapeNode(node);
    return {
      replays: parseSeries(scraped, 'orchestrator_turn_replays_total'),
      scenarios: parseSeries(scraped, 'orchestrator_session_active_scenarios_count'),
      inFlight: parseSeries(scraped, 'orchestrator_calls_in_flight'),
      delays: Object.keys(parseSeries(scraped, 'delay')),
    };
  };
  const both = {
    replays: { '': 20 },
    scenarios: { '': 2 },
    inFlight: { 'rpc_method="method"': 6 },
    delays: ['worker="1"', 'worker="2"'],
  };
  expect(await countSeries()).toEqual(both);
  node.end(1);
  expect(await countSeries()).toEqual({ ...both, inFlight: { 'rpc_method="method"': 3 }, delays: ['worker="2"'] });
  node.end(1); // it may end without having reported anything since its start
  expect(await countSeries()).toEqual({ ...both, inFlight: { 'rpc_method="method"': 3 }, delays: ['worker="2"'] });
  await start(1);
  expect(await countSeries()).toEqual({ ...both, replays: { '': 30 }, scenarios: { '': 3 } });
});

it('the workers are asked for their metrics before they are read', async () => {
  const { metrics, collect } = createProcess();
  const node: NodeMetrics = new NodeMetrics(async () => node.report(1, await collect()));
  metrics.instruments.turnReplays.record(7);
  expect(parseSeries(await scrapeNode(node), 'orchestrator_turn_replays_total')).toEqual({ '': 7 });
});
