import { type Metadata, Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { Redis } from 'ioredis';

// The shared code of the measured servers, except the service.

/** The full method of the echo server. */
export const echoMethod = '/bench.Echo/Echo';

/** Creates the server when the parent process sends a message, replies with the port, and exits with the parent. */
export function serveForParent<Message>(createServer: (message: Message) => Promise<Server>): void {
  process.once('message', (message: Message) => {
    createServer(message)
      .then(listen)
      .then(
        (port) => process.send?.(port),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
  });
  process.on('disconnect', () => process.exit());
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}

/** A unary method with its encoding. */
export interface UnaryMethod<Request, Response> {
  /** `/package.Service/Method` */
  readonly path: string;
  readonly deserialize: (bytes: Buffer) => Request;
  readonly serialize: (response: Response) => Buffer;
}

/** Creates a server with one method. */
export function createUnaryServer<Request, Response>(
  { path, deserialize, serialize }: UnaryMethod<Request, Response>,
  handle: (request: Request, metadata: Metadata) => Promise<Response>,
): Server {
  const server = new Server();
  const answer = (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    handle(call.request, call.metadata).then((response) => callback(null, response), callback);
  };
  server.register(path, answer, serialize, deserialize, 'unary');
  return server;
}

const storeScript = "return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])";
const keyCount = 1_000;
const timeToLiveMs = 3_600_000;

/** Stores a value with one script. The calls rotate through a thousand keys. */
export type StoreValue = (value: Buffer, callNumber: number) => Promise<unknown>;

/**
 * Connects to Redis and loads the script.
 *
 * @param tuneClient called with the client before the client connects
 */
export async function connectStoreValue(
  redisPort: number,
  tuneClient: (redis: Redis) => void = () => undefined,
): Promise<StoreValue> {
  const redis = new Redis(redisPort, '127.0.0.1', { lazyConnect: true });
  tuneClient(redis);
  await redis.connect();
  const sha = String(await redis.script('LOAD', storeScript));
  return (value, callNumber) => redis.evalsha(sha, 1, `echo:${callNumber % keyCount}`, value, timeToLiveMs);
}
