import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, insecure, type OrchestratorClient } from 'scenario-orchestrator-client';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { PutScenarioRequest, ValidateScenarioRequest } from '../../../gen/focal/orchestration/v1/scenario_service';
import { ImportSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import { findFreePort } from '../../../tools/redis/free-port';
import { type BuiltServer, startBuiltServer } from '../../support/built-server';
import {
  isModelMetric,
  isTimerMetric,
  listDocumentedMetrics,
  listServiceMetrics,
  parseSeries,
  scrape,
} from '../../support/scraped-metrics';
import { uuid } from '../../support/session-builder';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'metrics-'));
let server: BuiltServer;
let client: OrchestratorClient;
let scrapeUrl: string;

const findSeries = async (metric: string) => parseSeries(await scrape(scrapeUrl), metric);

function createTurn(number: number, fields: object = {}) {
  return {
    tenantId: uuid(1),
    agentId: uuid(2),
    sessionId: uuid(3),
    turnId: uuid(100 + number),
    situation: { message: 'I want my money back' },
    ...fields,
  };
}

beforeAll(async () => {
  const port = await findFreePort();
  scrapeUrl = `http://127.0.0.1:${port}/metrics`;
  server = await startBuiltServer({
    ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data'),
    ORCHESTRATOR__LIMITS__DEFINITION_WORK: '100000',
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
  });
  client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
  await client.putScenario(createRefund());
  const withCandidates = {
    candidates: [
      { scenarioId: uuid(10), score: 0.9 },
      { scenarioId: uuid(11), score: 0.8 },
    ],
  };
  const first = createTurn(1, { ...withCandidates, customerData: { order_id: 'A-7' } });
  await client.processTurn(ProcessTurnRequest.fromPartial({ turn: first }));
  await client.processTurn(ProcessTurnRequest.fromPartial({ turn: first }));
  await client.processTurn(ProcessTurnRequest.fromPartial({ turn: createTurn(2), validateOnly: true }));
  await expect(
    client.processTurn(ProcessTurnRequest.fromPartial({ turn: createTurn(3), expectedRevision: 7 })),
  ).rejects.toThrow();
  const tooLarge = {
    tenantId: uuid(1),
    agentId: uuid(2),
    sessionId: uuid(4),
    variables: { text: 'x'.repeat(1_200_000) },
  };
  await expect(client.importSession(ImportSessionRequest.fromPartial(tooLarge))).rejects.toThrow();
  await expect(client.validateScenario(createLongConditions())).rejects.toMatchObject({ reason: 'WORK_LIMIT' });
}, 180_000);

afterAll(async () => {
  client?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Creates a scenario whose conditions need more than the work of a call. */
function createLongConditions() {
  const condition = `data.x == "${'y'.repeat(1_900)}"`;
  const steps = [{ stepId: 's', transitions: Array.from({ length: 5 }, () => ({ targetStepId: 's', condition })) }];
  const scenario = { scenarioId: uuid(20), name: 'Long', entryStepId: 's', steps };
  return ValidateScenarioRequest.fromPartial({ scenario });
}

/** Creates a scenario that asks for an order id and then for a reason. */
function createRefund() {
  const scenario = {
    scenarioId: uuid(10),
    name: 'Refund',
    entryStepId: 'order',
    steps: [
      { stepId: 'order', name: 'Order', collectsProfileFields: ['order_id'], transitions: [{ targetStepId: 'why' }] },
      { stepId: 'why', name: 'Why', collectsProfileFields: ['reason'], transitions: [{ targetStepId: 'end' }] },
      { stepId: 'end', name: 'End', isTerminal: true },
    ],
  };
  return PutScenarioRequest.fromPartial({ tenantId: uuid(1), agentId: uuid(2), scenario });
}

it('counts the decisions of applied turns only, not those of replays and of validate_only', async () => {
  expect({
    decisions: await findSeries('orchestrator_lifecycle_decisions_total'),
    rejected: await findSeries('orchestrator_candidates_rejected_total'),
    skipped: await findSeries('orchestrator_steps_skipped_total'),
    contributions: await findSeries('orchestrator_contributions_total'),
    replays: await findSeries('orchestrator_turn_replays_total'),
    active: await findSeries('orchestrator_session_active_scenarios_sum'),
  }).toEqual({
    decisions: { 'action="START",reason="CANDIDATE"': 1 },
    rejected: { 'reason="NOT_FOUND"': 1 },
    skipped: { '': 1 },
    contributions: { 'type="ASK",deferred="false"': 1 },
    replays: { '': 1 },
    active: { '': 1 },
  });
});

it('exports counters without attributes as 0 from the start', async () => {
  expect(await findSeries('orchestrator_commit_conflicts_total')).toEqual({ '': 0 });
  expect(await findSeries('orchestrator_relocalizations_total')).toEqual({ '': 0 });
});

it('counts answered turns by trigger, replayed and validate_only', async () => {
  expect(await findSeries('orchestrator_turn_duration_count')).toEqual({
    'trigger="MESSAGE",replayed="false",validate_only="false"': 1,
    'trigger="MESSAGE",replayed="true",validate_only="false"': 1,
    'trigger="MESSAGE",replayed="false",validate_only="true"': 1,
  });
});

it('counts calls by method and status, and calls in flight return to 0', async () => {
  const method = 'rpc_method="focal.orchestration.v1.OrchestratorService/ProcessTurn"';
  expect(await findSeries('rpc_server_call_duration_count')).toMatchObject({
    [`rpc_system_name="grpc",${method},rpc_response_status_code="OK"`]: 3,
    [`rpc_system_name="grpc",${method},rpc_response_status_code="ABORTED"`]: 1,
  });
  expect(await findSeries('orchestrator_calls_in_flight')).toMatchObject({ [method]: 0 });
});

it('counts calls that a size limit refused, by the limit', async () => {
  expect(await findSeries('orchestrator_size_refusals_total')).toEqual({ 'limit="session_bytes"': 1 });
});

it('measures every phase and every store operation', async () => {
  expect(await findSeries('orchestrator_phase_duration_count')).toEqual({
    'phase="orchestrator.context"': 2,
    'phase="orchestrator.lifecycle"': 2,
    'phase="orchestrator.transitions"': 2,
    'phase="orchestrator.contributions"': 2,
  });
  expect(await findSeries('orchestrator_store_duration_count')).toMatchObject({
    'operation="load",outcome="ok"': 4,
    'operation="commit",outcome="ok"': 1,
  });
});

it('counts the calls that exceed a limit on work', async () => {
  expect(await findSeries('orchestrator_work_limit_exceeded_total')).toEqual({ 'work="compiled conditions"': 1 });
});

it('exports exactly the documented metrics', async () => {
  const scraped = await scrape(scrapeUrl);
  // This test uses neither authentication nor a model. model.test.ts covers the metrics of the model.
  const expected = listDocumentedMetrics().filter(
    (name) => !isModelMetric(name) && !isTimerMetric(name) && name !== 'orchestrator_auth_failures',
  );
  expect(listServiceMetrics(scraped)).toEqual(expected);
  expect(scraped).toMatch(/^# TYPE nodejs_eventloop_delay_p99/m);
  expect(scraped).toMatch(/^# TYPE v8js_gc_duration/m);
});
