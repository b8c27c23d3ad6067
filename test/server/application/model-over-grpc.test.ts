import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { ModelFailureReason, ProposedAction } from '../../../src/core/model/model-proposal';
import type { TurnResult } from '../../../src/core/model/turn-result';
import { ProtoTurnCodec } from '../../../src/server/codec/stored/proto-turn-codec';
import type { ChatModelOptions } from '../../../src/server/model/chat-decision-model';
import { unboundedCall } from '../../support/calls';
import { createChatModel } from '../../support/chat-model';
import { aRelationship, aScenario, type ScenarioDraft } from '../../support/conversation';
import { callRaw, type GrpcUnderTest, startGrpc } from '../../support/grpc-under-test';
import { maliciousMessages } from '../../support/malicious-messages';
import {
  agreeWithRules,
  answering,
  closingEarly,
  type EndpointBehavior,
  ModelEndpoint,
  neverResponding,
  returningContent,
  returningStatus,
} from '../../support/model-endpoint';
import { type TurnFields, turnRequest } from '../../support/request-bytes';
import { acting, asking, confirming } from '../../support/sample-scenarios';
import { createService, openEmbeddedStores, type ServiceUnderTest } from '../../support/service-under-test';
import { uuid } from '../../support/session-builder';

const agent = { tenantId: uuid(1), agentId: uuid(2) };
const [payment, shipment, insurance, rival, premium] = [uuid(11), uuid(12), uuid(13), uuid(14), uuid(15)];
const [confirmation = { stepId: '' }] = confirming(payment).steps;
const confirmed = { to: 'act', conditionText: 'The customer has confirmed.' };
const drafts: readonly ScenarioDraft[] = [
  { ...acting(payment), steps: [{ ...confirmation, to: [confirmed] }, ...acting(payment).steps] },
  acting(shipment),
  asking(insurance, ['item']),
  asking(rival, ['date']),
  asking(premium, ['card'], { requires: { vip: 'HARD' } }),
];
const relationships = [
  aRelationship(insurance, 'DEPENDS_ON', payment),
  aRelationship(rival, 'EXCLUDES', shipment),
] as const;

const endpoint = new ModelEndpoint();
let service: ServiceUnderTest;
let grpc: GrpcUnderTest;
let sessionCount = 0;

beforeAll(() => endpoint.start());
beforeEach(() => {
  sessionCount += 1;
  endpoint.defaultBehavior = answering(agreeWithRules);
});
afterAll(() => endpoint.stop());

/** Serves the scenarios of the test with a model that also judges conditions in natural language. */
async function serve(options: Partial<ChatModelOptions> = {}): Promise<void> {
  const stores = openEmbeddedStores();
  for (const draft of drafts) {
    const stored = { contentHash: draft.scenarioId, storedAt: 0, expectedVersion: undefined };
    await stores.scenarios.put(agent, aScenario(draft), stored, unboundedCall);
  }
  for (const relationship of relationships)
    await stores.scenarios.putRelationship(agent, relationship, undefined, unboundedCall);
  const { model } = createChatModel(endpoint, options);
  service = createService(stores, { model, settings: { semanticEvaluation: 'llm' } });
  grpc = await startGrpc(service.useCases);
}

async function stop(): Promise<void> {
  await grpc.stop();
  await service.close();
}

/** Processes a turn of the test's session; rejects unless the status is OK. */
async function processTurn(number: number, turn: TurnFields, deadline = Date.now() + 60_000): Promise<TurnResult> {
  const ids = { sessionId: uuid(100 + sessionCount), turnId: uuid(200 + number) };
  const bytes = turnRequest({ ...turn, ...ids, occurredAt: new Date(number * 60_000) });
  const response = await callRaw(grpc, OrchestratorServiceService.processTurn.path, bytes, { deadline });
  return new ProtoTurnCodec().decodeResult(response.bytes);
}

const withCandidates = (...ids: readonly string[]): TurnFields => ({
  candidates: ids.map((scenarioId) => ({ scenarioId, score: 0.9 })),
});
const formatDecisions = ({ lifecycleDecisions }: TurnResult): readonly string[] =>
  lifecycleDecisions.map(({ action, reason, overruledBy }) => `${action} ${reason} ${overruledBy}`.trim());

/**
 * Returns the behavior of a model that obeys a malicious message: it proposes the action for every instance, and every start and
 * condition.
 */
const obeying = (action: ProposedAction): EndpointBehavior =>
  answering(({ instances, candidates, conditions }) => ({
    instances: instances.map((id) => ({ id, action })),
    candidates: [...candidates.keys()].map((id) => ({ id, fits: true })),
    conditions: conditions.map((id) => ({ id, verdict: 'TRUE' })),
  }));

describe('9: malicious messages', () => {
  beforeAll(() => serve());
  afterAll(stop);

  describe.each(maliciousMessages)('a message with $title does not bypass any constraint', ({ message }) => {
    test.each<[ProposedAction, string]>([
      // A checkpoint ahead prevents a COMPLETE. A CANCEL before the checkpoint is allowed.
      ['COMPLETE', 'CONTINUE GOES_ON CHECKPOINT_AHEAD'],
      ['CANCEL', 'CANCEL MODEL'],
    ])('even if the model obeys and proposes %s for every instance', async (action, paymentDecision) => {
      await processTurn(1, withCandidates(payment, shipment));
      endpoint.defaultBehavior = obeying(action);
      const result = await processTurn(2, { ...withCandidates(insurance, rival, premium), situation: { message } });
      expect(formatDecisions(result)).toEqual([paymentDecision, 'CONTINUE GOES_ON AWAITS_RESULT']);
      const rejected = result.rejectedCandidates.map(({ scenarioId, reason, overruledBy }) => [
        scenarioId,
        reason,
        overruledBy,
      ]);
      expect(rejected).toEqual([
        [insurance, 'DEPENDENCY', 'RULES'],
        [rival, 'EXCLUDED', 'RULES'],
        [premium, 'MISSING_HARD_FIELDS', 'RULES'],
      ]);
      // The verdict does not advance past the checkpoint to the action after it.
      const hinted = result.plan.contributions.filter(({ type }) => type === 'ACTION_HINT');
      expect(hinted.map(({ scenarioId }) => scenarioId)).toEqual([shipment]);
      // The prompt lists the running instances and the candidates, regardless of the content of the message.
      const { items } = endpoint.requests.at(-1) ?? {};
      expect(items?.instances).toEqual(['i1', 'i2']);
      expect([...(items?.candidates.keys() ?? [])]).toEqual(['c1', 'c2', 'c3']);
      expect(items?.conditions).toEqual(['t1']);
    });
  });
});

describe('9: a turn whose deadline is shorter than timeout_ms', () => {
  beforeAll(() => serve({ timeoutMs: 60_000, reserveMs: 30_000, retries: 2 }));
  afterAll(stop);

  test.each<[string, ModelFailureReason, EndpointBehavior]>([
    ['does not respond', 'TIMEOUT', neverResponding],
    ['returns no chat completion', 'OFF_SCHEMA', returningStatus(200, {}, 'hello')],
    ['returns an answer that does not match the schema', 'OFF_SCHEMA', returningContent('{}')],
    ['closes the connection early', 'CUT_OFF', closingEarly],
    ['is rate limited beyond the deadline', 'RATE_LIMITED', returningStatus(429, { 'retry-after': '30' })],
    ['is rate limited repeatedly', 'RATE_LIMITED', returningStatus(429, { 'retry-after': '0' })],
    ['fails', 'UNAVAILABLE', returningStatus(500)],
  ])('is answered before its deadline if the endpoint %s: %s', async (_title, reason, behavior) => {
    endpoint.defaultBehavior = behavior;
    await expectOutcome(reason);
  });

  test('is answered before its deadline if the endpoint is down: UNAVAILABLE', async () => {
    await endpoint.stop();
    await expectOutcome('UNAVAILABLE').finally(() => endpoint.start());
  });

  /**
   * Expects a turn without a proposal. A call after its deadline has no result, so a result shows that the call was answered in
   * time.
   */
  async function expectOutcome(reason: ModelFailureReason): Promise<void> {
    const result = await processTurn(1, withCandidates(shipment), Date.now() + 32_000);
    expect(result.modelProposal?.outcome).toBe(reason);
    expect(formatDecisions(result)).toEqual([`START CANDIDATE ${reason}`]);
  }
});
