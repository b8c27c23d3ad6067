import { join } from 'node:path';
import { connect, insecure } from 'scenario-orchestrator-client';
import type { OrchestrationSettings } from '../../../src/core/model/settings';
import { SeededRandom } from '../../../tools/chaos/seeded-random';
import type { FileFigures } from '../../../tools/replay/file-figures';
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
import { openEmbeddedStores, serviceOn } from '../../support/service-under-test';

/** A folder of recorded conversations to run whole in place of the sample; see docs/testing.md. */
const whole = process.env['REPLAY_DATA'];
const recorded =
  whole === undefined
    ? { data: join(__dirname, '..', '..', '..', 'examples', 'replay'), files: ['sgd_parallel', 'star_single'] }
    : { data: whole };

jest.setTimeout(whole === undefined ? 120_000 : 3_600_000);

interface Replayed {
  readonly figures: readonly FileFigures[];
  /** How often the model was asked. */
  readonly asked: number;
  /** How often about a condition in words. */
  readonly judged: number;
}

/** The figures of a sample, with a model that behaves like this, or without one. */
async function replayed(
  behaviour?: EndpointBehavior,
  settings: Partial<OrchestrationSettings> = {},
): Promise<Replayed> {
  const endpoint = new ModelEndpoint(behaviour);
  await endpoint.start();
  const { model } = createChatModel(endpoint, { timeoutMs: 60_000, concurrency: 100 });
  const service = serviceOn(openEmbeddedStores(), behaviour ? { model, settings } : { settings });
  const grpc = await startGrpc(service.useCases);
  const client = connect(grpc.address, { credentials: insecure(), timeoutMs: 60_000 });
  try {
    const figures = await replayFolder(recorded, client);
    const { requests } = endpoint;
    const judged = requests.filter(({ items: asked }) => asked.conditions.length > 0).length;
    return { figures, asked: requests.length, judged };
  } finally {
    client.close();
    await grpc.stop();
    await service.close();
    await endpoint.stop();
  }
}

it('a model that wants what the rules do leaves every figure as it is', async () => {
  const alone = await replayed();
  const advised = await replayed(answering(agreeWithRules));
  expect(alone.asked).toBe(0);
  expect(advised.asked).toBeGreaterThan(100);
  expect(advised.figures).toEqual(alone.figures);
});

it('a model that says anything brings neither an ASK of what is known nor an action that was not confirmed', async () => {
  const random = new SeededRandom(6);
  const anything = answering(answerRandomly(() => random.next()));
  const { figures, asked, judged } = await replayed(anything, { semanticEvaluation: 'llm' });
  expect(asked).toBeGreaterThan(100);
  expect(judged).toBeGreaterThan(0);
  const faults = figures.map(({ file, asksOfKnown, unconfirmedActions }) => [file, asksOfKnown, unconfirmedActions]);
  expect(faults).toEqual(figures.map(({ file }) => [file, 0, 0]));
});
