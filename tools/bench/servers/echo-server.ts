import { connectStoreValue, createUnaryServer, echoMethod, serveForParent } from './forked-server';
import type { EchoServerOptions } from './servers';

const passThrough = (bytes: Buffer): Buffer => bytes;

/** A minimal gRPC server that stores a value: grpc-js without encoding, one Redis script per call, and a response of a fixed size. */
serveForParent(async ({ redisPort, responseBytes, valueBytes }: EchoServerOptions) => {
  const storeValue = await connectStoreValue(redisPort);
  const response = Buffer.alloc(responseBytes, 'response ');
  const value = Buffer.alloc(valueBytes, 'value ');
  let callCount = 0;
  return createUnaryServer({ path: echoMethod, serialize: passThrough, deserialize: passThrough }, async () => {
    callCount += 1;
    await storeValue(value, callCount);
    return response;
  });
});
