import { CallError, connect, insecure, type OrchestratorClient } from 'scenario-orchestrator-client';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Scenario, ScenarioStep } from '../../../gen/focal/orchestration/v1/scenario';
import { PutScenarioRequest } from '../../../gen/focal/orchestration/v1/scenario_service';
import { findFreePort } from '../../../tools/redis/free-port';
import type { ReceivedSpan } from '../../support/otlp-messages';
import { parseSeries, scrape } from '../../support/scraped-metrics';
import { uuid } from '../../support/session-builder';
import { formatSpanTree, getSessionIds } from '../../support/span-tree';
import { startTracedService, type TracedService } from '../../support/traced-service';

jest.setTimeout(180_000);

const processTurnPath = 'focal.orchestration.v1.OrchestratorService/ProcessTurn';
const agent = { tenantId: uuid(1), agentId: uuid(2) };
/** A request with this fact is always passed on to a thread. */
const largeFact = 'x'.repeat(70_000);

let service: TracedService;
let client: OrchestratorClient;
let metricsUrl: string;
beforeAll(async () => {
  const port = await findFreePort();
  metricsUrl = `http://127.0.0.1:${port}/metrics`;
  service = await startTracedService({
    ORCHESTRATOR__SERVER__TURN_TIMEOUT_MS: '120000',
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
    OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
  });
  client = connect(service.server.address, { credentials: insecure(), timeoutMs: 120_000 });
  while (!isHeavy(await traceTurn(createTurn(uuid(3), { facts: { largeFact } })))); // The thread starts meanwhile.
});
afterAll(async () => {
  client?.close();
  await service?.close();
});

let count = 0;

function createTurn(sessionId: string, situation: object = {}, fields: object = {}) {
  count += 1;
  return { ...agent, sessionId, turnId: uuid(1_000 + count), situation, ...fields };
}

/** Processes a turn and returns the spans of its trace. */
async function traceTurn(turn: object): Promise<readonly ReceivedSpan[]> {
  count += 1;
  const traceId = `0af7651916cd43dd8448eb21${String(count).padStart(8, '0')}`;
  const metadata = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
  const traced = connect(service.server.address, { credentials: insecure(), timeoutMs: 120_000, metadata });
  await traced.processTurn(ProcessTurnRequest.fromPartial({ turn })).finally(() => traced.close());
  return service.receiver.waitForTrace(traceId, ({ name }) => name === processTurnPath);
}

function getRoot(spans: readonly ReceivedSpan[]): ReceivedSpan | undefined {
  return spans.find(({ name }) => name === processTurnPath);
}

function isHeavy(spans: readonly ReceivedSpan[]): boolean {
  return getRoot(spans)?.attributes['orchestrator.heavy'] === true;
}

describe('a turn that a thread processes', () => {
  it('has the spans and attributes of a turn that the server processes', async () => {
    const [light, heavy] = [createTurn(uuid(10)), createTurn(uuid(11), { facts: { largeFact } })];
    const [lightSpans, heavySpans] = [await traceTurn(light), await traceTurn(heavy)];
    expect([isHeavy(lightSpans), isHeavy(heavySpans)]).toEqual([false, true]);
    expect(formatSpanTree(heavySpans)).toEqual(formatSpanTree(lightSpans));
    expect(getSessionIds(heavySpans)).toEqual([heavy.sessionId]);
    const names = (spans: readonly ReceivedSpan[]) => Object.keys(getRoot(spans)?.attributes ?? {});
    expect(new Set(names(heavySpans))).toEqual(new Set([...names(lightSpans), 'orchestrator.heavy']));
    expect(getRoot(heavySpans)?.attributes).toMatchObject({
      'orchestrator.session_id': heavy.sessionId,
      'orchestrator.turn_id': heavy.turnId,
      'orchestrator.revision': 1,
      'rpc.grpc.status_code': 0,
    });
    expect(getRoot(heavySpans)?.resource).toEqual(getRoot(lightSpans)?.resource);
  });

  it('5.1: is replayed by the server and by a thread, with a link to the span in which it was decided', async () => {
    const turn = createTurn(uuid(12), { facts: { largeFact } });
    const [first, again] = [await traceTurn(turn), await traceTurn(turn)];
    expect([isHeavy(first), isHeavy(again)]).toEqual([true, true]);
    expect(getRoot(again)?.links).toEqual([
      { traceId: getRoot(first)?.traceId ?? '', spanId: getRoot(first)?.spanId ?? '' },
    ]);
  });

  it('is measured with the turns of the server', async () => {
    const countTurns = async () => {
      const series = parseSeries(await scrape(metricsUrl), 'orchestrator_turn_duration_count');
      return Object.values(series).reduce((sum, value) => sum + value, 0);
    };
    const before = await countTurns();
    expect(isHeavy(await traceTurn(createTurn(uuid(13), { facts: { largeFact } })))).toBe(true);
    expect(await countTurns()).toBe(before + 1);
  });

  it('sees the scenarios that were stored elsewhere at once, and they see its own', async () => {
    // The catalogue is read again only after a minute, unless a change is known.
    for (const [index, stepCount] of [1, 20].entries()) {
      const scenarioId = uuid(500 + index);
      const steps = Array.from({ length: stepCount }, (_, step) =>
        ScenarioStep.fromPartial({ stepId: `step-${step}`, description: 'x'.repeat(3_900), isTerminal: true }),
      );
      const scenario = Scenario.fromPartial({ scenarioId, name: `Stored ${index}`, entryStepId: 'step-0', steps });
      await client.putScenario(PutScenarioRequest.fromPartial({ ...agent, scenario }));
      const candidates = [{ scenarioId, score: 1 }];
      for (const facts of [{}, { largeFact }]) {
        const turn = createTurn(uuid(20 + count), { facts }, { candidates });
        const { response } = await client.processTurn(ProcessTurnRequest.fromPartial({ turn }));
        expect(response.lifecycleDecisions[0]).toMatchObject({ scenarioId });
      }
    }
  });

  it('5.3: is applied once and in order with the turns of its session that the server processes', async () => {
    const sessionId = uuid(14);
    const turns = Array.from({ length: 40 }, (_, index) =>
      createTurn(sessionId, index % 3 === 0 ? { facts: { largeFact } } : {}),
    );
    const revisions = new Map<string, number>();
    for await (const { turnId, outcome } of client.processTurns(
      turns.map((turn) => ProcessTurnRequest.fromPartial({ turn })),
    )) {
      if (outcome instanceof CallError) throw outcome;
      revisions.set(turnId, outcome.response.revision);
    }
    expect(turns.map(({ turnId }) => revisions.get(turnId))).toEqual(turns.map((_, index) => index + 1));
  });
});
