import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { CallError } from 'scenario-orchestrator-client';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { anApiKey } from '../../support/api-keys';
import { type BuiltServer, ensureBuilt, startBuiltServer } from '../../support/built-server';
import { callRaw, createMetadata, getCallError } from '../../support/grpc-under-test';
import { turnRequest } from '../../support/request-bytes';
import { createTracedCaller } from '../../support/traced-caller';

jest.setTimeout(60_000);

const { path } = OrchestratorServiceService.processTurn;
const key = anApiKey('service');
const folder = mkdtempSync(join(tmpdir(), 'refused-calls-'));
let server: BuiltServer;
let client: Client;
beforeAll(async () => {
  await ensureBuilt();
  writeFileSync(join(folder, 'keys.toml'), key.entry);
  server = await startBuiltServer({
    ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data'),
    ORCHESTRATOR__AUTH__API_KEYS_FILE: join(folder, 'keys.toml'),
    ORCHESTRATOR__SERVER__MAX_MESSAGE_BYTES: '1024',
    OTEL_TRACES_EXPORTER: 'console',
  });
  client = new Client(server.address, credentials.createInsecure());
}, 180_000);
afterAll(async () => {
  client?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const call = (bytes: Uint8Array, metadata: Readonly<Record<string, string>>) =>
  getCallError(callRaw({ client }, path, bytes, { metadata }));

/** Sends a request without ending it. Only the server knows the deadline, so that only the server enforces it. */
function sendUnfinishedRequest(metadata: Readonly<Record<string, string>>): Promise<CallError> {
  return new Promise((resolve) => {
    const headers = createMetadata({ ...metadata, 'grpc-timeout': '50m' });
    const stream = client.makeBidiStreamRequest(path, Buffer.from, Buffer.from, headers);
    stream.on('error', (error: ServiceError) => resolve(new CallError(path, error)));
    stream.write(Buffer.from(turnRequest()));
  });
}

type Headers = Readonly<Record<string, string>>;

test.each([
  ['without credentials', 'UNAUTHENTICATED', (trace: Headers) => call(turnRequest(), trace)],
  [
    'with a message above the limit of grpc-js',
    'TOO_LARGE',
    (trace: Headers) => call(Buffer.alloc(5_000), { ...trace, ...key.metadata }),
  ],
  [
    'whose deadline is exceeded before the request is complete',
    'DEADLINE',
    (trace: Headers) => sendUnfinishedRequest({ ...trace, ...key.metadata }),
  ],
])('a call %s returns the trace id of its caller', async (_title, reason, send) => {
  const caller = createTracedCaller();
  const failure = await send(caller.metadata);
  expect([failure.reason, failure.metadata['trace_id']]).toEqual([reason, caller.traceId]);
});

test('a call without a trace context returns no trace id', async () => {
  expect((await call(turnRequest(), {})).metadata).toEqual({});
});
