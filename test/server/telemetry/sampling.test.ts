import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ensureBuilt, startBuiltServer } from '../../support/built-server';
import { callRaw } from '../../support/grpc-under-test';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver';
import { turnRequest } from '../../support/request-bytes';
import { uuid } from '../../support/session-builder';
import { createTracedCaller } from '../../support/traced-caller';

jest.setTimeout(120_000);

const { path } = OrchestratorServiceService.processTurn;
const folder = mkdtempSync(join(tmpdir(), 'sampling-'));
let receiver: OtlpReceiver;
beforeAll(async () => {
  await ensureBuilt();
  receiver = await startOtlpReceiver();
}, 180_000);
afterAll(async () => {
  await receiver?.close();
  rmSync(folder, { recursive: true, force: true });
});

let serverCount = 0;
/** Starts a service with a sampler, processes one turn per caller, stops the service and counts the exported spans per caller. */
async function countSpans(sampler: NodeJS.ProcessEnv, ...callers: readonly ReturnType<typeof createTracedCaller>[]) {
  serverCount += 1;
  const server = await startBuiltServer({
    ORCHESTRATOR__EMBEDDED__PATH: join(folder, String(serverCount)),
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.grpcEndpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    ...sampler,
  });
  const client = new Client(server.address, credentials.createInsecure());
  for (const [turn, { metadata }] of callers.entries()) {
    await callRaw({ client }, path, turnRequest({ turnId: uuid(100 + turn) }), { metadata });
  }
  client.close();
  expect(await server.stop()).toBe(0);
  const spans = receiver.getSpans();
  return callers.map((caller) => spans.filter(({ traceId }) => traceId === caller.traceId).length);
}

test('always_off: no spans are exported, not even for a caller with the sampled flag', async () => {
  expect(await countSpans({ OTEL_TRACES_SAMPLER: 'always_off' }, createTracedCaller())).toEqual([0]);
});

test('parentbased_traceidratio: spans are exported only for callers with the sampled flag', async () => {
  const sampler = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' };
  const [recorded, other] = await countSpans(sampler, createTracedCaller(), createTracedCaller(false));
  expect(recorded).toBeGreaterThan(1);
  expect(other).toBe(0);
});
