import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { Redis } from 'ioredis';
import type { EchoSizes } from './echo';

/**
 * What nobody can do without who answers a gRPC call and stores something: grpc-js, which passes bytes on as they are, one script that
 * stores a value, an answer of a given size.
 */
const script = "return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])";
const keys = 1_000;
const timeToLiveMs = 3_600_000;

const asIs = (bytes: Buffer): Buffer => bytes;

async function serve({ redisPort, answerBytes, valueBytes }: EchoSizes): Promise<number> {
  const redis = new Redis(redisPort, '127.0.0.1');
  const sha = String(await redis.script('LOAD', script));
  const answer = Buffer.alloc(answerBytes, 'answer ');
  const value = Buffer.alloc(valueBytes, 'value ');
  let calls = 0;
  const server = new Server();
  const echo = (_call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>): void => {
    calls += 1;
    redis.evalsha(sha, 1, `echo:${calls % keys}`, value, timeToLiveMs).then(() => done(null, answer), done);
  };
  server.register('/bench.Echo/Echo', echo, asIs, asIs, 'unary');
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}

process.once('message', (sizes: EchoSizes) => {
  serve(sizes).then(
    (port) => process.send?.(port),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());
