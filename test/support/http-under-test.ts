import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonValue } from '@bufbuild/protobuf';
import { z } from 'zod';
import { loadContract } from '../../src/server/grpc';
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../src/server/http';
import { SystemClock } from '../../src/server/runtime/system';
import type { GrpcUnderTest } from './grpc-under-test';
import { silentLog } from './silent-log';

/** The HTTP listener of a server under test, on a free port of the loopback interface. */
export interface HttpUnderTest {
  /** `http://127.0.0.1:<port>`, or `https:` with TLS */
  readonly url: string;
  readonly server: HttpServer;
  stop(): Promise<void>;
}

const defaultOptions: HttpServerOptions = {
  host: '127.0.0.1',
  port: 0,
  tls: undefined,
  requiresAuthentication: false,
  corsAllowedOrigins: [],
  isReferenceEnabled: true,
  heartbeatIntervalMs: 60_000,
  maxMessageBytes: 4_194_304,
  maxMetadataBytes: 16_384,
  keepaliveIntervalMs: 60_000,
  keepaliveTimeoutMs: 20_000,
  stallTimeoutMs: 30_000,
};

export const { registry } = loadContract();

/** Starts the HTTP listener of a gRPC server. */
export async function startHttp(
  { server: grpc }: Pick<GrpcUnderTest, 'server'>,
  options: Partial<HttpServerOptions> = {},
): Promise<HttpUnderTest> {
  const server = createHttpServer(
    { calls: grpc.createContractCalls(), registry, clock: new SystemClock(), log: silentLog },
    { ...defaultOptions, ...options },
  );
  const port = await server.start();
  server.setServing(true);
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    server,
    stop: async () => void (await server.drain({ graceMs: 0, timeoutMs: 0 })),
  };
}

/** Calls a method with JSON by POST. */
export async function postJson(
  { url }: Pick<HttpUnderTest, 'url'>,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly headers: Headers; readonly json: JsonValue }> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, json: z.json().parse(await response.json()) };
}

/** Resolves when a condition holds. Rejects after some seconds, so that a test that waits in vain ends. */
export async function waitUntil(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (await holds()) return;
    await sleep(10);
  }
  throw new Error('waited in vain');
}
