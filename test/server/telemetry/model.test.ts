import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, insecure, type OrchestratorClient } from 'scenario-orchestrator-client';
import { ModelOutcome } from '../../../gen/focal/orchestration/v1/lifecycle';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { PutScenarioRequest } from '../../../gen/focal/orchestration/v1/scenario_service';
import { scenarioToProto } from '../../../src/server/codec/wire/scenario-codec';
import { findFreePort } from '../../../tools/redis/free-port';
import { type BuiltServer, ensureBuilt, startBuiltServer } from '../../support/built-server';
import { aScenario, type ScenarioDraft } from '../../support/conversation';
import { eventually } from '../../support/eventually';
import {
  agreeWithRules,
  answering,
  ModelEndpoint,
  neverResponding,
  returningContent,
} from '../../support/model-endpoint';
import type { ReceivedSpan } from '../../support/otlp-messages';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver';
import { asking, confirming } from '../../support/sample-scenarios';
import {
  isModelMetric,
  listDocumentedMetrics,
  listServiceMetrics,
  parseSeries,
  scrape,
} from '../../support/scraped-metrics';
import { uuid } from '../../support/session-builder';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'model-telemetry-'));
const processTurnPath = 'focal.orchestration.v1.OrchestratorService/ProcessTurn';
const agent = { tenantId: uuid(1), agentId: uuid(2) };
const [refund, premium] = [uuid(10), uuid(11)];
const scenarios: readonly ScenarioDraft[] = [
  confirming(refund),
  asking(premium, ['card'], { requires: { vip: 'HARD' } }),
];

let endpoint: ModelEndpoint;
let server: BuiltServer;
let client: OrchestratorClient;

/** Starts the built server with use_llm and settings of [pipeline.scenario_filtering]. */
async function start(filtering: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const given = { USE_LLM: 'true', BASE_URL: endpoint.baseUrl, MODEL: 'a-model', ...filtering };
  const settings = Object.entries(given).map(([name, value]) => [
    `ORCHESTRATOR__PIPELINE__SCENARIO_FILTERING__${name}`,
    value,
  ]);
  const path = mkdtempSync(join(folder, 'data-'));
  server = await startBuiltServer({ ORCHESTRATOR__EMBEDDED__PATH: path, ...Object.fromEntries(settings), ...env });
  client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
  for (const draft of scenarios) {
    const scenario = scenarioToProto(aScenario(draft));
    await client.putScenario(PutScenarioRequest.fromPartial({ ...agent, scenario }));
  }
}

let turnCount = 0;
/** Creates a turn with candidates. */
function createTurn(session: number, ...ids: readonly string[]) {
  turnCount += 1;
  const turn = {
    ...agent,
    sessionId: uuid(100 + session),
    turnId: uuid(1_000 + turnCount),
    situation: { message: 'my money, please' },
    candidates: ids.map((scenarioId) => ({ scenarioId, score: 0.9 })),
  };
  return ProcessTurnRequest.fromPartial({ turn });
}

async function getModelOutcome(turn: ProcessTurnRequest): Promise<ModelOutcome | undefined> {
  return (await client.processTurn(turn)).response.modelProposal?.outcome;
}

beforeAll(async () => {
  await ensureBuilt();
  endpoint = new ModelEndpoint();
  await endpoint.start();
}, 180_000);
afterAll(async () => {
  await endpoint?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('with traces, metrics and an API key from the environment', () => {
  let receiver: OtlpReceiver;
  let scrapeUrl: string;
  const requestLabels = 'gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="a-model"';
  const findMetric = async (name: string) => parseSeries(await scrape(scrapeUrl), name);

  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    const port = await findFreePort();
    scrapeUrl = `http://127.0.0.1:${port}/metrics`;
    await start(
      {
        API_KEY: 'key-from-environment',
        TIMEOUT_MS: '60000',
        MAX_TOKENS: '123',
        TEMPERATURE: '0.5',
        INPUT_PRICE: '10',
        OUTPUT_PRICE: '100',
      },
      {
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.grpcEndpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_BSP_SCHEDULE_DELAY: '50',
        OTEL_METRICS_EXPORTER: 'prometheus',
        OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
        OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
      },
    );
  }, 180_000);
  afterAll(async () => {
    client?.close();
    await server?.stop();
    await receiver?.close();
  });

  /** Processes a turn with a trace id and returns the server span and the span of the model. */
  async function processTraced(traceId: string, turn: ProcessTurnRequest) {
    const metadata = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: 'vendor=value' };
    const tracedClient = connect(server.address, { credentials: insecure(), timeoutMs: 60_000, metadata });
    await tracedClient.processTurn(turn).finally(() => tracedClient.close());
    const spans = await receiver.waitForTrace(traceId, ({ name }) => name === processTurnPath);
    const root = spans.find(({ name }) => name === processTurnPath);
    return { root, span: spans.find(({ name }) => name === 'chat a-model') };
  }

  const createRequestAttributes = (root: ReceivedSpan | undefined) => ({
    'gen_ai.conversation.id': root?.attributes['orchestrator.session_id'],
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.output.type': 'json',
    'gen_ai.request.model': 'a-model',
    'gen_ai.request.max_tokens': 123,
    'gen_ai.request.temperature': 0.5,
    'server.address': '127.0.0.1',
    'server.port': Number(new URL(endpoint.baseUrl).port),
  });
  const answerAttributes = {
    'gen_ai.response.model': 'stand-in-1',
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.input_tokens': 400,
    'gen_ai.usage.output_tokens': 40,
  };

  it('the request has API key, limits and trace context, and the span has the outcome', async () => {
    const traceId = '0af7651916cd43dd8448eb2100000001';
    const { root, span } = await processTraced(traceId, createTurn(1, refund, premium));
    const request = endpoint.requests.at(-1);
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer key-from-environment',
      traceparent: `00-${traceId}-${span?.spanId}-01`,
      tracestate: 'vendor=value',
    });
    expect(request?.body).toMatchObject({ model: 'a-model', max_tokens: 123, temperature: 0.5 });
    expect(span).toMatchObject({ kind: 3, parentSpanId: root?.spanId, statusCode: 0 });
    expect(span?.attributes).toEqual({
      ...createRequestAttributes(root),
      ...answerAttributes,
      'orchestrator.model.outcome': 'PROPOSED',
    });
  });

  it('the span of an invalid answer has the reason and the tokens', async () => {
    endpoint.enqueue(returningContent('I would cancel it.'));
    const { root, span } = await processTraced('0af7651916cd43dd8448eb2100000002', createTurn(1));
    expect(span?.statusCode).toBe(2);
    expect(span?.attributes).toEqual({
      ...createRequestAttributes(root),
      ...answerAttributes,
      'orchestrator.model.outcome': 'OFF_SCHEMA',
      'error.type': 'OFF_SCHEMA',
    });
  });

  it('counts outcomes, overruled actions including starts, tokens and cost', async () => {
    endpoint.enqueue(answering((all) => ({ ...agreeWithRules(all), instances: [{ id: 'i1', action: 'COMPLETE' }] })));
    await client.processTurn(createTurn(1));
    expect({
      proposals: await findMetric('orchestrator_model_proposals_total'),
      overruled: await findMetric('orchestrator_model_overruled_total'),
      durations: await findMetric('gen_ai_client_operation_duration_count'),
      tokens: await findMetric('gen_ai_client_token_usage_sum'),
      cost: await findMetric('orchestrator_model_cost_total'),
    }).toEqual({
      proposals: { 'outcome="PROPOSED"': 2, 'outcome="OFF_SCHEMA"': 1 },
      overruled: {
        'proposed="START",overruled_by="RULES"': 1,
        'proposed="COMPLETE",overruled_by="CHECKPOINT_AHEAD"': 1,
      },
      durations: { [requestLabels]: 2, [`${requestLabels},error_type="OFF_SCHEMA"`]: 1 },
      tokens: {
        [`${requestLabels},gen_ai_token_type="input"`]: 1_200,
        [`${requestLabels},gen_ai_token_type="output"`]: 120,
      },
      cost: { 'gen_ai_request_model="a-model"': expect.closeTo(0.024) },
    });
  });

  it('exports exactly the documented metrics of the model', async () => {
    const served = listServiceMetrics(await scrape(scrapeUrl));
    expect(served.filter(isModelMetric)).toEqual(listDocumentedMetrics().filter(isModelMetric));
  });
});

describe('with an API key from a file, a custom template and custom limits', () => {
  beforeAll(async () => {
    const [key, template] = [join(folder, 'key'), join(folder, 'own.jinja2')];
    writeFileSync(key, 'key-from-file\n');
    writeFileSync(template, 'Said: {{ message }}.{% for each in candidates %} May start: {{ each.id }}.{% endfor %}');
    await start({ API_KEY_FILE: key, TEMPLATE: template, TIMEOUT_MS: '6000', CONCURRENCY: '1' });
  }, 180_000);
  afterAll(async () => {
    client?.close();
    await server?.stop();
  });

  it('the request has the API key of the file and the prompt of the template', async () => {
    endpoint.enqueue(returningContent('{"instances":[],"candidates":[{"id":"c1","fits":true}],"conditions":[]}'));
    expect(await getModelOutcome(createTurn(1, refund))).toBe(ModelOutcome.MODEL_OUTCOME_PROPOSED);
    const request = endpoint.requests.at(-1);
    expect(request?.headers.authorization).toBe('Bearer key-from-file');
    // Tracing is off, so no trace context is sent.
    expect(request?.headers['traceparent']).toBeUndefined();
    expect(request?.prompt).toBe('Said: "my money, please". May start: c1.');
  });

  it('one of two concurrent turns waits until the timeout and the other one is BUSY if the concurrency is 1', async () => {
    endpoint.defaultBehavior = neverResponding;
    // Repeated, because on a slow machine the second turn may start after the first has timed out.
    await eventually(async () => {
      const outcomes = await Promise.all([
        getModelOutcome(createTurn(2, refund)),
        getModelOutcome(createTurn(3, refund)),
      ]);
      expect(outcomes).toContain(ModelOutcome.MODEL_OUTCOME_TIMEOUT);
      return outcomes.includes(ModelOutcome.MODEL_OUTCOME_BUSY);
    });
  });
});
