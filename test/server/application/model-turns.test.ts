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
import { catalogueOf, FoldedSession } from '../../../tools/chaos/folded-session';
import { SeededRandom } from '../../../tools/chaos/seeded-random';
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
import { callUnread } from '../../support/raw-http2';
import { type TurnFields, turnRequest } from '../../support/request-bytes';
import { acting, asking, confirming } from '../../support/sample-scenarios';
import {
  openEmbeddedStores,
  type ServiceUnderTest,
  type StoresUnderTest,
  serviceOn,
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

/** A node on the stores of the test that asks the endpoint of the test. */
function node(options: Partial<ChatModelOptions> = {}, on: Partial<StoresUnderTest> = {}): ServiceUnderTest {
  return serviceOn({ ...stores, ...on }, { model: createChatModel(endpoint, options).model });
}

beforeEach(async () => {
  endpoint = new ModelEndpoint();
  await endpoint.start();
  stores = openEmbeddedStores();
  for (const draft of drafts) await stored(draft);
  service = node();
});
afterEach(async () => {
  await service.close();
  await endpoint.stop();
});

/** Stores a scenario; its id. */
async function stored(draft: ScenarioDraft): Promise<string> {
  const options = { contentHash: draft.scenarioId, storedAt: 0, expectedVersion: undefined };
  await stores.scenarios.put(agent, aScenario(draft), options, unboundedCall);
  return draft.scenarioId;
}

/** The next turn of the test's session. */
function command(number: number, turn: TurnFields = {}, sessionId = uuid(3)): TurnCommand {
  const bytes = turnRequest({ ...turn, turnId: uuid(100 + number), sessionId, occurredAt: new Date(number * 60_000) });
  const { turn: message } = ProcessTurnRequest.decode(bytes);
  if (!message) throw new Error('the request has no turn');
  return { turn: turnFromProto(message, 0), expectedRevision: undefined, validateOnly: false, requestBytes: bytes };
}

const naming = (score: number, ...ids: readonly string[]): TurnFields => ({
  candidates: ids.map((scenarioId) => ({ scenarioId, score })),
});
const said = (message: string): TurnFields => ({ situation: { message } });
const reasonsOf = ({ lifecycleDecisions }: TurnResult): readonly string[] =>
  lifecycleDecisions.map(({ action, reason, overruledBy }) => `${action} ${reason} ${overruledBy}`.trim());

test('a turn is decided on what the model proposes, and what it proposed is part of the answer', async () => {
  endpoint.enqueue(answering((asked) => ({ ...agreeWithRules(asked), candidates: [{ id: 'c1', fits: true }] })));
  const { result } = await service.useCases.processTurn(command(1, naming(0.1, refund)), unboundedCall);
  expect(reasonsOf(result)).toEqual(['START CANDIDATE']);
  expect(result.modelProposal).toMatchObject({ outcome: 'PROPOSED', fits: new Map([[refund, true]]) });
});

test('a turn that comes again is answered with the same bytes, and nobody is asked again (5.1)', async () => {
  const first = await service.useCases.processTurn(command(1, naming(0.9, refund)), unboundedCall);
  const again = await service.useCases.processTurn(command(1, naming(0.9, refund)), unboundedCall);
  expect(again.replayed).toBe(true);
  expect(Buffer.compare(again.responseBytes, first.responseBytes)).toBe(0);
  expect(endpoint.requests).toHaveLength(1);
});

test('the recorded turns, decided again on their recorded proposals without a model, give the same bytes', async () => {
  const random = new SeededRandom(7);
  endpoint.defaultBehavior = answering(answerRandomly(() => random.next()));
  for (let number = 1; number <= 12; number += 1) {
    await service.useCases.processTurn(
      command(number, naming(number % 3 === 0 ? 0.2 : 0.9, refund, payment)),
      unboundedCall,
    );
  }
  const { turns } = await stores.store.listTurns({ ...agent, sessionId: uuid(3) }, 0, 100, unboundedCall);
  const folded = new FoldedSession(
    catalogueOf(
      drafts.map((draft) => StoredScenario.fromPartial({ scenario: scenarioToProto(aScenario(draft)), version: 1 })),
    ),
  );
  for (const { request, response } of turns) {
    expect(Buffer.compare(folded.decide(ProcessTurnRequest.decode(request), response), response)).toBe(0);
  }
  expect(turns).toHaveLength(12);
});

test('a turn whose deadline is near does not ask: what is left is for deciding and committing', async () => {
  const { useCases } = node({ reserveMs: 60_000 });
  const { result } = await useCases.processTurn(command(1, naming(0.9, refund)), callUntil(Date.now() + 60_000));
  expect(reasonsOf(result)).toEqual(['START CANDIDATE TOO_LITTLE_TIME']);
  expect(endpoint.requests).toEqual([]);
});

test('while the endpoint is down a turn is answered, and the breaker soon spares the asking', async () => {
  await endpoint.stop();
  const { useCases } = node({ breakerFailures: 2 });
  const outcomes: (string | undefined)[] = [];
  for (let number = 1; number <= 3; number += 1) {
    const { result } = await useCases.processTurn(command(number, naming(0.9, refund)), unboundedCall);
    outcomes.push(result.modelProposal?.outcome);
  }
  expect(outcomes).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'CIRCUIT_OPEN']);
});

test('a turn that another one came before asks again on the newer session; without the time for that the rules decide', async () => {
  let conflicts = 0;
  const store = withOverrides(stores.store, {
    async commit(turn, call) {
      conflicts += 1;
      if (conflicts > 1) return stores.store.commit(turn, call);
      await serviceOn(stores).useCases.processTurn(command(9, naming(0.9, payment)), call);
      return stores.store.commit(turn, call);
    },
  });
  const { useCases } = node({}, { store });
  await useCases.processTurn(command(1, naming(0.9, refund)), unboundedCall);
  expect(endpoint.requests.map(({ items: asked }) => asked.instances.length)).toEqual([0, 1]);
});

test('nobody is asked where there is nothing to ask, nor on a turn without a message', async () => {
  await service.useCases.processTurn(command(1), unboundedCall);
  await service.useCases.processTurn(command(2, naming(0.9, refund)), unboundedCall);
  await service.useCases.processTurn(command(3, { trigger: 3 }), unboundedCall);
  expect(endpoint.requests).toHaveLength(1);
});

test('the phases alone ask the model, too, unless they are given a proposal to decide on', async () => {
  const { turn } = command(1, naming(0.1, refund));
  const phase = { turn, session: undefined, scenarios: [], relationships: [] };
  endpoint.defaultBehavior = answering((asked) => ({
    ...agreeWithRules(asked),
    candidates: [{ id: 'c1', fits: true }],
  }));
  const { result } = await service.useCases.decidePhases(phase, unboundedCall);
  expect(reasonsOf(result)).toEqual(['START CANDIDATE']);
  const again = await service.useCases.decidePhases({ ...phase, proposal: result.modelProposal }, unboundedCall);
  expect(again.result).toEqual(result);
  expect(endpoint.requests).toHaveLength(1);
});

describe('StreamTurn', () => {
  const { streamTurn } = OrchestratorServiceService;
  const events = async (path: () => Promise<readonly Buffer[]>): Promise<readonly StreamTurnResponse[]> =>
    (await path()).map((bytes) => streamTurn.responseDeserialize(bytes));
  const inWords = ({ provisional, event }: StreamTurnResponse): string => {
    const what = event?.$case === 'lifecycle' ? `lifecycle ${event.value.action} ${event.value.reason}` : event?.$case;
    return `${provisional ? 'provisional ' : ''}${what}`;
  };

  test('sends what the rules decide while the model is asked, marked provisional, then what was decided', async () => {
    await service.useCases.processTurn(command(1, naming(0.9, refund)), unboundedCall);
    endpoint.defaultBehavior = neverResponding;
    let answer: () => void = () => undefined;
    endpoint.enqueue((request, response) => {
      answer = () =>
        answering((asked) => ({ ...agreeWithRules(asked), instances: [{ id: 'i1', action: 'CANCEL' }] }))(
          request,
          response,
        );
    });
    const grpc = await startGrpc({
      // The model only answers once all that is provisional was handed over.
      processTurn: (turn, call, tell) =>
        service.useCases.processTurn(turn, call, async (result, over) => {
          await tell?.(result, over);
          await endpoint.waitForRequests(2);
          answer();
        }),
    });
    const bytes = Buffer.from(command(2, said('stop it')).requestBytes);
    const told = await events(() => streamRaw(grpc, streamTurn.path, bytes));
    await grpc.stop();
    expect(told.map(inWords)).toEqual([
      'provisional context',
      'provisional lifecycle 2 5',
      'provisional transition',
      'provisional contribution',
      'context',
      'lifecycle 5 21',
      'committed',
    ]);
    expect(told.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('waits for nobody: a reader who takes nothing holds up neither the turn nor the session', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, (_, index) => stored(asking(uuid(20 + index), ['field']))));
    const useCases = service.useCasesWith({ maxSimultaneousScenarios: 20 });
    await useCases.processTurn(command(1, naming(0.9, ...all)), unboundedCall);
    const grpc = await startGrpc(useCases);
    const unread = callUnread(grpc.address, streamTurn.path, command(2).requestBytes, 0);
    await endpoint.waitForRequests(2);
    const { result } = await useCases.processTurn(command(3), unboundedCall);
    expect(result.revision).toBe(3);
    const told = (await unread.read()).messages.map((bytes) => streamTurn.responseDeserialize(bytes));
    await grpc.stop();
    // Six scenarios come to nineteen events, of which a stream buffers sixteen; the rest was not told once there was a proposal.
    expect(told.filter(({ provisional }) => provisional)).toHaveLength(16);
    expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_, index) => index + 1));
    expect(told.at(-1)).toMatchObject({ provisional: false, event: { $case: 'committed' } });
  });

  test('goes on where telling fails', async () => {
    const failing = () => Promise.reject(new Error('nobody listens'));
    const { result } = await service.useCases.processTurn(command(1, naming(0.9, refund)), unboundedCall, failing);
    expect(reasonsOf(result)).toEqual(['START CANDIDATE']);
  });

  test('sends nothing provisional where nobody is asked, and on a replay', async () => {
    const grpc = await startGrpc({
      processTurn: (turn, call, tell) => service.useCases.processTurn(turn, call, tell),
    });
    const nothingToAsk = Buffer.from(command(1).requestBytes);
    const told = await events(() => streamRaw(grpc, streamTurn.path, nothingToAsk));
    await service.useCases.processTurn(command(2, naming(0.9, refund)), unboundedCall);
    const replayed = Buffer.from(command(2, naming(0.9, refund)).requestBytes);
    const again = await events(() => streamRaw(grpc, streamTurn.path, replayed));
    await grpc.stop();
    expect([...told, ...again].filter(({ provisional }) => provisional)).toEqual([]);
  });
});
