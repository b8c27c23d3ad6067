import { connect } from 'node:http2';
import { SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import type { UseCases } from '../../../src/server/application/use-cases';
import { eventually } from '../../support/eventually';
import { callMethod, type GrpcUnderTest, startGrpc } from '../../support/grpc-under-test';
import { aSession, uuid } from '../../support/session-builder';
import { WatchStream } from '../../support/watch-stream';

const { getSession } = SessionServiceService;
const request = { tenantId: uuid(1), sessionId: uuid(3) };

let grpc: GrpcUnderTest;
afterEach(() => grpc.stop());

/** Opens a connection. Resolves when the server has asked to replace it, or has closed it. */
async function waitForEvent(event: 'goaway' | 'close'): Promise<void> {
  const session = connect(`http://${grpc.address}`);
  session.on('error', () => undefined);
  await new Promise<void>((resolve) => session.on(event, () => resolve()));
  session.destroy();
}

test('a connection at its maximum age receives a GOAWAY and completes its calls', async () => {
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const getSlowly = async () => {
    await answered;
    return aSession();
  };
  grpc = await startGrpc({ getSession: getSlowly }, { maxConnectionAgeMs: 200, maxConnectionAgeGraceMs: 60_000 });
  const open = callMethod(grpc, getSession, request);
  await eventually(async () => grpc.server.callsInFlight === 1);
  await waitForEvent('goaway'); // A younger connection, so the older one has received it as well.
  answer();
  expect(await open).toMatchObject({ session: request });
});

test('a WatchSession stream ends with UNAVAILABLE at the maximum age of its connection', async () => {
  const watchSession: UseCases['watchSession'] = (_query, { signal }) =>
    new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  grpc = await startGrpc({ watchSession }, { maxConnectionAgeMs: 200, maxConnectionAgeGraceMs: 60_000 });
  expect(await new WatchStream(grpc).ended).toMatchObject({ status: 'UNAVAILABLE', reason: 'SHUTTING_DOWN' });
});

test('the calls that are open after the grace time are canceled', async () => {
  const getNever = () => new Promise<never>(() => undefined);
  grpc = await startGrpc({ getSession: getNever }, { maxConnectionAgeMs: 200, maxConnectionAgeGraceMs: 100 });
  await expect(callMethod(grpc, getSession, request)).rejects.toMatchObject({ reason: '' });
});
