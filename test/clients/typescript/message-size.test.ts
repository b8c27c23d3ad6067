import { Server, ServerCredentials } from '@grpc/grpc-js';
import { connect, insecure } from 'scenario-orchestrator-client';
import { GetSessionResponse, SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';

const { getSession } = SessionServiceService;

test('the client receives a message of the largest size that a service can be configured to send', async () => {
  const text = 'x'.repeat(63 * 1024 * 1024);
  const server = new Server({ 'grpc.max_send_message_length': -1 });
  server.addService(
    { getSession },
    {
      getSession: (_call: unknown, callback: (error: null, response: GetSessionResponse) => void) =>
        callback(null, GetSessionResponse.fromPartial({ session: { lastTurnId: text } })),
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const client = connect(`127.0.0.1:${port}`, { credentials: insecure(), timeoutMs: 60_000 });
  try {
    const { session } = await client.getSession({ tenantId: '', sessionId: '' });
    expect(session?.lastTurnId).toHaveLength(text.length);
  } finally {
    client.close();
    server.forceShutdown();
  }
});
