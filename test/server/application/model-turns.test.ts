import {
  OrchestratorServiceService,
  ProcessTurnRequest,
  type StreamTurnResponse,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { StoredScenario } from '../../../gen/focal/orchestration/v1/scenario';
import type { TurnResult } from '../../../src/core/model/turn-result';
import type { TurnCommand } from '../../../src/server/application/turn-command';
import { scenarioToProto } from '../../../src/server/codec/wire/scenario-codec';
import { turnFromProto } from '../../../src/server/codec/wire/turn-message-codec';
import type { ChatModelOptions } from '../../../src/server/model/chat-decision-model';
import { SeededRandom } from '../../../tools/chaos/seeded-random';
import { buildCatalogue, ExpectedSession } from '../../../tools/chaos/verify-session';
import { callUntil, unboundedCall } from '../../support/calls';
import { createChatModel } from '../../support/chat-model';
import { aScenario, type ScenarioDraft } from '../../support/conversation';
import { startGrpc, streamRaw } from '../../support/grpc-under-test';
import {
  agreeWithRules,
  answering,
  answerRandomly,
  ModelEndpoint,
  neverResponding,
} from '../../support/model-endpoint';
import { startUnreadCall } from '../../support/raw-http2';
import { type TurnFields, turnRequest } from '../../support/request-bytes';
import { acting, asking, confirming } from '../../support/sample-scenarios';
import {
  createService,
  openEmbeddedStores,
  type ServiceUnderTest,
  type StoresUnderTest,
} from '../../support/service-under-test';
import { uuid } from '../../support/session-builder';
import { withOverrides } from '../../support/store-decorators';

const agent = { tenantId: uuid(1), agentId: uuid(2) };
const [refund, booking, payment] = [uuid(11), uuid(12), uuid(13)];
const [confirmation = { stepId: '' }] = confirming(payment).steps;
const drafts: readonly ScenarioDraft[] = [
  asking(refund, ['order_id'], { name: 'Refund' }),
  asking(booking, ['date'], { name: 'Booking', requires: { vip: 'HARD' } }),
  { ...acting(payment), steps: [{ ...confirmation, to: ['act'] }, ...acting(payment).steps] },
];

let endpoint: ModelEndpoint;
let stores: StoresUnderTest;
let service: ServiceUnderTest;

/** Creates a node with the stores and the model endpoint of the test. */
function createNode(
  options: Partial<ChatModelOptions> = {},
  storeOverrides: Partial<StoresUnderTest> = {},
): ServiceUnderTest {
  return createService({ ...stores, ...storeOverrides }, { model: createChatModel(endpoint, options).model });
}

beforeEach(async () => {
  endpoint = new ModelEndpoint();
  await endpoint.start();
  stores = openEmbeddedStores();
  for (const draft of drafts) await storeScenario(draft);
  service = createNode();
});
afterEach(async () => {
  await service.close();
  await endpoint.stop();
});

/** Stores a scenario and returns its id. */
async function storeScenario(draft: ScenarioDraft): Promise<string> {
  const options = { contentHash: draft.scenarioId, storedAt: 0, expectedVersion: undefined };
  await stores.scenarios.put(agent, aScenario(draft), options, unboundedCall);
  return draft.scenarioId;
}

/** Creates a turn of the test's session. */
function createCommand(number: number, turn: TurnFields = {}, sessionId = uuid(3)): TurnCommand {
  const bytes = turnRequest({ ...turn, turnId: uuid(100 + number), sessionId, occurredAt: new Date(number * 60_000) });
  const { turn: message } = ProcessTurnRequest.decode(bytes);
  if (!message) throw new Error('the request has no turn');
  return {
    turn: turnFromProto(message, 0),
    expectedRevision: undefined,
    validateOnly: false,
    responseView: 'BASIC',
    requestBytes: bytes,
  };
}

const withCandidates = (score: number, ...ids: readonly string[]): TurnFields => ({
  candidates: ids.map((scenarioId) => ({ scenarioId, score })),
});
const withMessage = (message: string): TurnFields => ({ situation: { message } });
const formatDecisions = ({ lifecycleDecisions }: TurnResult): readonly string[] =>
  lifecycleDecisions.map(({ action, reason, overruledBy }) => `${action} ${reason} ${overruledBy}`.trim());

test('9: a turn is decided with the proposal of the model, and the result has the proposal', async () => {
  endpoint.enqueue(answering((items) => ({ ...agreeWithRules(items), candidates: [{ id: 'c1', fits: true }] })));
  const { result } = await service.useCases.processTurn(createCommand(1, withCandidates(0.1, refund)), unboundedCall);
  expect(formatDecisions(result)).toEqual(['START CANDIDATE']);
  expect(result.modelProposal).toMatchObject({ outcome: 'PROPOSED', fits: new Map([[refund, true]]) });
});

test('5.1: a retry returns the same bytes and does not ask the model again', async () => {
  const first = await service.useCases.processTurn(createCommand(1, withCandidates(0.9, refund)), unboundedCall);
  const second = await service.useCases.processTurn(createCommand(1, withCandidates(0.9, refund)), unboundedCall);
  expect(second.replayed).toBe(true);
  expect(Buffer.compare(second.responseBytes, first.responseBytes)).toBe(0);
  expect(endpoint.requests).toHaveLength(1);
});

test('9: recorded turns that are decided again with their recorded proposals give the same bytes', async () => {
  const random = new SeededRandom(7);
  endpoint.defaultBehavior = answering(answerRandomly(() => random.next()));
  for (let number = 1; number <= 12; number += 1) {
    await service.useCases.processTurn(
      createCommand(number, withCandidates(number % 3 === 0 ? 0.2 : 0.9, refund, payment)),
      unboundedCall,
    );
  }
  const { turns } = await stores.store.listTurns(
    { key: { ...agent, sessionId: uuid(3) }, afterRevision: 0, limit: 100 },
    unboundedCall,
  );
  const replayedSession = new ExpectedSession(
    buildCatalogue(
      drafts.map((draft) => StoredScenario.fromPartial({ scenario: scenarioToProto(aScenario(draft)), version: 1 })),
    ),
  );
  for (const { request, response } of turns) {
    expect(Buffer.compare(replayedSession.decide(ProcessTurnRequest.decode(request), response), response)).toBe(0);
  }
  expect(turns).toHaveLength(12);
});

test('9: a turn with a near deadline does not ask the model, so that there is time to decide and commit', async () => {
  const { useCases } = createNode({ reserveMs: 60_000 });
  const { result } = await useCases.processTurn(
    createCommand(1, withCandidates(0.9, refund)),
    callUntil(Date.now() + 60_000),
  );
  expect(formatDecisions(result)).toEqual(['START CANDIDATE TOO_LITTLE_TIME']);
  expect(endpoint.requests).toEqual([]);
});

test('9: while the endpoint is down turns are answered, and the circuit breaker opens', async () => {
  await endpoint.stop();
  const { useCases } = createNode({ breakerFailures: 2 });
  const outcomes: (string | undefined)[] = [];
  for (let number = 1; number <= 3; number += 1) {
    const { result } = await useCases.processTurn(createCommand(number, withCandidates(0.9, refund)), unboundedCall);
    outcomes.push(result.modelProposal?.outcome);
  }
  expect(outcomes).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'CIRCUIT_OPEN']);
});

test('5.3: a turn that is decided again after a conflict asks the model about the new session', async () => {
  let conflicts = 0;
  const store = withOverrides(stores.store, {
    async commit(turn, call) {
      conflicts += 1;
      if (conflicts > 1) return stores.store.commit(turn, call);
      await createService(stores).useCases.processTurn(createCommand(9, withCandidates(0.9, payment)), call);
      return stores.store.commit(turn, call);
    },
  });
  const { useCases } = createNode({}, { store });
  await useCases.processTurn(createCommand(1, withCandidates(0.9, refund)), unboundedCall);
  expect(endpoint.requests.map(({ items }) => items.instances.length)).toEqual([0, 1]);
});

test('9: the model is not asked if it has nothing to decide or the turn has no message', async () => {
  await service.useCases.processTurn(createCommand(1), unboundedCall);
  await service.useCases.processTurn(createCommand(2, withCandidates(0.9, refund)), unboundedCall);
  await service.useCases.processTurn(createCommand(3, { trigger: 3 }), unboundedCall);
  expect(endpoint.requests).toHaveLength(1);
});

test('9: the stateless phases ask the model too, unless the request has a proposal', async () => {
  const { turn } = createCommand(1, withCandidates(0.1, refund));
  const phase = { turn, session: undefined, scenarios: [], relationships: [], fields: [] };
  endpoint.defaultBehavior = answering((items) => ({
    ...agreeWithRules(items),
    candidates: [{ id: 'c1', fits: true }],
  }));
  const { result } = await service.useCases.decidePhases(phase, unboundedCall);
  expect(formatDecisions(result)).toEqual(['START CANDIDATE']);
  const second = await service.useCases.decidePhases({ ...phase, proposal: result.modelProposal }, unboundedCall);
  expect(second.result).toEqual(result);
  expect(endpoint.requests).toHaveLength(1);
});

describe('StreamTurn', () => {
  const { streamTurn } = OrchestratorServiceService;
  const events = async (path: () => Promise<readonly Buffer[]>): Promise<readonly StreamTurnResponse[]> =>
    (await path()).map((bytes) => streamTurn.responseDeserialize(bytes));
  const formatEvent = ({ provisional, event }: StreamTurnResponse): string => {
    const name = event?.$case === 'lifecycle' ? `lifecycle ${event.value.action} ${event.value.reason}` : event?.$case;
    return `${provisional ? 'provisional ' : ''}${name}`;
  };

  test('9: sends the decisions of the rules as provisional events while the model is asked, then the final ones', async () => {
    await service.useCases.processTurn(createCommand(1, withCandidates(0.9, refund)), unboundedCall);
    endpoint.defaultBehavior = neverResponding;
    let answer: () => void = () => undefined;
    endpoint.enqueue((request, response) => {
      answer = () =>
        answering((items) => ({ ...agreeWithRules(items), instances: [{ id: 'i1', action: 'CANCEL' }] }))(
          request,
          response,
        );
    });
    const grpc = await startGrpc({
      // The model answers only after all provisional events were delivered.
      processTurn: (turn, call, onProvisional) =>
        service.useCases.processTurn(turn, call, async (result, signal) => {
          await onProvisional?.(result, signal);
          await endpoint.waitForRequests(2);
          answer();
        }),
    });
    const bytes = Buffer.from(createCommand(2, withMessage('stop it')).requestBytes);
    const sent = await events(() => streamRaw(grpc, streamTurn.path, bytes));
    await grpc.stop();
    expect(sent.map(formatEvent)).toEqual([
      'provisional lifecycle 2 5',
      'provisional transition',
      'provisional contribution',
      'lifecycle 5 21',
      'committed',
    ]);
    expect(sent.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
  });

  test('9: a client that does not read delays neither the turn nor the session', async () => {
    const scenarioIds = await Promise.all(
      Array.from({ length: 6 }, (_, index) => storeScenario(asking(uuid(20 + index), ['field']))),
    );
    const useCases = service.createUseCases({ maxSimultaneousScenarios: 20 });
    await useCases.processTurn(createCommand(1, withCandidates(0.9, ...scenarioIds)), unboundedCall);
    const grpc = await startGrpc(useCases);
    const unread = startUnreadCall(grpc.address, streamTurn.path, createCommand(2).requestBytes, 0);
    await endpoint.waitForRequests(2);
    const { result } = await useCases.processTurn(createCommand(3), unboundedCall);
    expect(result.revision).toBe(3);
    const sent = (await unread.read()).messages.map((bytes) => streamTurn.responseDeserialize(bytes));
    await grpc.stop();
    // Six scenarios cause 19 events. A stream buffers 16, and the rest is dropped when the model has answered.
    expect(sent.filter(({ provisional }) => provisional)).toHaveLength(16);
    expect(sent.map(({ sequence }) => sequence)).toEqual(sent.map((_, index) => index + 1));
    expect(sent.at(-1)).toMatchObject({ provisional: false, event: { $case: 'committed' } });
  });

  test('9: a failure to deliver provisional events does not affect the turn', async () => {
    const failing = () => Promise.reject(new Error('disconnected'));
    const { result } = await service.useCases.processTurn(
      createCommand(1, withCandidates(0.9, refund)),
      unboundedCall,
      failing,
    );
    expect(formatDecisions(result)).toEqual(['START CANDIDATE']);
  });

  test('9: sends no provisional events if the model is not asked, and on a replay', async () => {
    const grpc = await startGrpc({
      processTurn: (turn, call, onProvisional) => service.useCases.processTurn(turn, call, onProvisional),
    });
    const withoutCandidates = Buffer.from(createCommand(1).requestBytes);
    const sent = await events(() => streamRaw(grpc, streamTurn.path, withoutCandidates));
    await service.useCases.processTurn(createCommand(2, withCandidates(0.9, refund)), unboundedCall);
    const replayed = Buffer.from(createCommand(2, withCandidates(0.9, refund)).requestBytes);
    const second = await events(() => streamRaw(grpc, streamTurn.path, replayed));
    await grpc.stop();
    expect([...sent, ...second].filter(({ provisional }) => provisional)).toEqual([]);
  });
});
