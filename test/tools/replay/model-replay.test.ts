import { join } from 'node:path';
import { connect, insecure } from 'scenario-orchestrator-client';
import type { OrchestrationSettings } from '../../../src/core/model/settings';
import { SeededRandom } from '../../../tools/chaos/seeded-random';
import type { FileFigures } from '../../../tools/replay/figures';
import { replayFolder } from '../../../tools/replay/replay-folder';
import { createChatModel } from '../../support/chat-model';
import { startGrpc } from '../../support/grpc-under-test';
import {
  agreeWithRules,
  answering,
  answerRandomly,
  type EndpointBehavior,
  ModelEndpoint,
} from '../../support/model-endpoint';
import { createService, openEmbeddedStores } from '../../support/service-under-test';

/** A folder to replay instead of the sample; see docs/testing.md. */
const dataFolder = process.env['REPLAY_DATA'];
const replayOptions =
  dataFolder === undefined
    ? { data: join(__dirname, '..', '..', '..', 'examples', 'replay'), files: ['sgd_parallel', 'star_single'] }
    : { data: dataFolder };

jest.setTimeout(dataFolder === undefined ? 120_000 : 3_600_000);

interface ReplayResult {
  readonly figures: readonly FileFigures[];
  /** Number of requests to the model. */
  readonly requestCount: number;
  /** Number of requests with a condition in natural language. */
  readonly conditionCount: number;
}

/** Replays with a model that has the given behavior, or without a model if `behavior` is undefined. */
async function replay(
  behavior?: EndpointBehavior,
  settings: Partial<OrchestrationSettings> = {},
): Promise<ReplayResult> {
  const endpoint = new ModelEndpoint(behavior);
  await endpoint.start();
  const { model } = createChatModel(endpoint, { timeoutMs: 60_000, concurrency: 100 });
  const service = createService(openEmbeddedStores(), behavior ? { model, settings } : { settings });
  const grpc = await startGrpc(service.useCases);
  const client = connect(grpc.address, { credentials: insecure(), timeoutMs: 60_000 });
  try {
    const figures = await replayFolder(replayOptions, client);
    const { requests } = endpoint;
    const conditionCount = requests.filter(({ items }) => items.conditions.length > 0).length;
    return { figures, requestCount: requests.length, conditionCount };
  } finally {
    client.close();
    await grpc.stop();
    await service.close();
    await endpoint.stop();
  }
}

it('a model that proposes what the rules decide does not change any figure', async () => {
  const withoutModel = await replay();
  const withModel = await replay(answering(agreeWithRules));
  expect(withoutModel.requestCount).toBe(0);
  expect(withModel.requestCount).toBeGreaterThan(100);
  expect(withModel.figures).toEqual(withoutModel.figures);
});

it('a model with random answers causes neither an ASK for a known field nor an unconfirmed action', async () => {
  const random = new SeededRandom(6);
  const anything = answering(answerRandomly(() => random.next()));
  const { figures, requestCount, conditionCount } = await replay(anything, { semanticEvaluation: 'llm' });
  expect(requestCount).toBeGreaterThan(100);
  expect(conditionCount).toBeGreaterThan(0);
  const counts = figures.map(({ file, asksForKnownFields, unconfirmedActions }) => [
    file,
    asksForKnownFields,
    unconfirmedActions,
  ]);
  expect(counts).toEqual(figures.map(({ file }) => [file, 0, 0]));
});
