import { Server, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { connectStoreValue, echoMethod, serveForParent } from './forked-server';
import type { EchoServerOptions } from './servers';

const passThrough = (bytes: Buffer): Buffer => bytes;

/** A minimal gRPC server that stores a value: grpc-js without encoding, one Redis script per call, and a response of a fixed size. */
serveForParent(async ({ redisPort, responseBytes, valueBytes }: EchoServerOptions) => {
  const storeValue = await connectStoreValue(redisPort);
  const response = Buffer.alloc(responseBytes, 'response ');
  const value = Buffer.alloc(valueBytes, 'value ');
  let callCount = 0;
  const server = new Server();
  const echo = (_call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
    callCount += 1;
    storeValue(value, callCount).then(() => callback(null, response), callback);
  };
  server.register(echoMethod, echo, passThrough, passThrough, 'unary');
  return server;
});
