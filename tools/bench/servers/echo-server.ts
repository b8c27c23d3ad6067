import { Server, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import type { EchoSizes } from './echo';
import { serveForParent } from './serve-for-parent';
import { connectStoreValue } from './store-value';

const asIs = (bytes: Buffer): Buffer => bytes;

/**
 * What nobody can do without who answers a gRPC call and stores something: grpc-js, which passes bytes on as they are, one script that
 * stores a value, an answer of a given size.
 */
serveForParent(async ({ redisPort, answerBytes, valueBytes }: EchoSizes) => {
  const store = await connectStoreValue(redisPort);
  const answer = Buffer.alloc(answerBytes, 'answer ');
  const value = Buffer.alloc(valueBytes, 'value ');
  let calls = 0;
  const server = new Server();
  const echo = (_call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void => {
    calls += 1;
    store(value, calls).then(() => done(null, answer), done);
  };
  server.register('/bench.Echo/Echo', echo, asIs, asIs, 'unary');
  return server;
});
