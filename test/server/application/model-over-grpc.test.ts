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
import { openEmbeddedStores, type ServiceUnderTest, serviceOn } from '../../support/service-under-test';
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
let sessions = 0;

beforeAll(() => endpoint.start());
beforeEach(() => {
  sessions += 1;
  endpoint.defaultBehavior = answering(agreeWithRules);
});
afterAll(() => endpoint.stop());

/** Serves the scenarios of the test with a model behind the endpoint, which judges conditions in words, too. */
async function serve(options: Partial<ChatModelOptions> = {}): Promise<void> {
  const stores = openEmbeddedStores();
  for (const draft of drafts) {
    const stored = { contentHash: draft.scenarioId, storedAt: 0, expectedVersion: undefined };
    await stores.scenarios.put(agent, aScenario(draft), stored, unboundedCall);
  }
  for (const relationship of relationships) await stores.scenarios.putRelationship(agent, relationship, unboundedCall);
  const { model } = createChatModel(endpoint, options);
  service = serviceOn(stores, { model, settings: { semanticEvaluation: 'llm' } });
  grpc = await startGrpc(service.useCases);
}

async function stop(): Promise<void> {
  await grpc.stop();
  await service.close();
}

/** What a turn of the test's session came to; rejects where the call does not end with OK. */
async function processed(number: number, turn: TurnFields, deadline = Date.now() + 60_000): Promise<TurnResult> {
  const ids = { sessionId: uuid(100 + sessions), turnId: uuid(200 + number) };
  const bytes = turnRequest({ ...turn, ...ids, occurredAt: new Date(number * 60_000) });
  const answer = await callRaw(grpc, OrchestratorServiceService.processTurn.path, bytes, { deadline });
  return new ProtoTurnCodec().decodeResult(answer.bytes);
}

const naming = (...ids: readonly string[]): TurnFields => ({
  candidates: ids.map((scenarioId) => ({ scenarioId, score: 0.9 })),
});
const lifecycleOf = ({ lifecycleDecisions }: TurnResult): readonly string[] =>
  lifecycleDecisions.map(({ action, reason, overruledBy }) => `${action} ${reason} ${overruledBy}`.trim());

/** A model that was talked into this of everything that runs, into every start and every condition. */
const talkedInto = (action: ProposedAction): EndpointBehavior =>
  answering(({ instances, candidates, conditions }) => ({
    instances: instances.map((id) => ({ id, action })),
    candidates: [...candidates.keys()].map((id) => ({ id, fits: true })),
    conditions: conditions.map((id) => ({ id, verdict: 'TRUE' })),
  }));

describe('9 a message that is', () => {
  beforeAll(() => serve());
  afterAll(stop);

  describe.each(maliciousMessages)('$title changes no constraint,', ({ message }) => {
    test.each<[ProposedAction, string]>([
      // A checkpoint that is not passed holds a COMPLETE; a CANCEL before it undoes nothing.
      ['COMPLETE', 'CONTINUE GOES_ON CHECKPOINT_AHEAD'],
      ['CANCEL', 'CANCEL MODEL'],
    ])('also where the model obeys and proposes %s of everything', async (action, ofPayment) => {
      await processed(1, naming(payment, shipment));
      endpoint.defaultBehavior = talkedInto(action);
      const result = await processed(2, { ...naming(insurance, rival, premium), situation: { message } });
      expect(lifecycleOf(result)).toEqual([ofPayment, 'CONTINUE GOES_ON AWAITS_RESULT']);
      const refused = result.rejectedCandidates.map(({ scenarioId, reason, overruledBy }) => [
        scenarioId,
        reason,
        overruledBy,
      ]);
      expect(refused).toEqual([
        [insurance, 'DEPENDENCY', 'RULES'],
        [rival, 'EXCLUDED', 'RULES'],
        [premium, 'MISSING_HARD_FIELDS', 'RULES'],
      ]);
      // The verdict does not lead past the checkpoint to the action that it guards.
      const hinted = result.plan.contributions.filter(({ type }) => type === 'ACTION_HINT');
      expect(hinted.map(({ scenarioId }) => scenarioId)).toEqual([shipment]);
      // What is asked about is what runs and what may start, whatever the message lists.
      const { items: asked } = endpoint.requests.at(-1) ?? {};
      expect(asked?.instances).toEqual(['i1', 'i2']);
      expect([...(asked?.candidates.keys() ?? [])]).toEqual(['c1', 'c2', 'c3']);
      expect(asked?.conditions).toEqual(['t1']);
    });
  });
});

describe('9 within its deadline, which is shorter than the time for the model, a turn is answered while the endpoint is', () => {
  beforeAll(() => serve({ timeoutMs: 60_000, reserveMs: 30_000, retries: 2 }));
  afterAll(stop);

  test.each<[string, ModelFailureReason, EndpointBehavior]>([
    ['slow', 'TIMEOUT', neverResponding],
    ['wrong', 'OFF_SCHEMA', returningStatus(200, {}, 'hello')],
    ['off schema', 'OFF_SCHEMA', returningContent('{}')],
    ['cut off', 'CUT_OFF', closingEarly],
    ['rate-limited for longer', 'RATE_LIMITED', returningStatus(429, { 'retry-after': '30' })],
    ['rate-limited again and again', 'RATE_LIMITED', returningStatus(429, { 'retry-after': '0' })],
    ['failing', 'UNAVAILABLE', returningStatus(500)],
  ])('%s: %s', async (_title, reason, behaviour) => {
    endpoint.defaultBehavior = behaviour;
    await answersWith(reason);
  });

  test('down: UNAVAILABLE', async () => {
    await endpoint.stop();
    await answersWith('UNAVAILABLE').finally(() => endpoint.start());
  });

  /** A call past its deadline has no result: that there is one, with the reason, shows that it was answered before. */
  async function answersWith(reason: ModelFailureReason): Promise<void> {
    const result = await processed(1, naming(shipment), Date.now() + 32_000);
    expect(result.modelProposal?.outcome).toBe(reason);
    expect(lifecycleOf(result)).toEqual([`START CANDIDATE ${reason}`]);
  }
});
