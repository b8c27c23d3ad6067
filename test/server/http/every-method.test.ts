import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DescMethod,
  fromBinary,
  fromJson,
  type JsonValue,
  type Message,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { ConnectError, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { type ServiceError, status } from '@grpc/grpc-js';
import { CallError } from 'scenario-orchestrator-client';
import { z } from 'zod';
import { readTlsMaterial } from '../../../src/server/grpc';
import { readEvents } from '../../support/event-stream';
import { FakeClock } from '../../support/fake-clock';
import { type GrpcUnderTest, startGrpc } from '../../support/grpc-under-test';
import { type HttpUnderTest, postJson, registry, startHttp } from '../../support/http-under-test';
import { ReloadedValue } from '../../support/reloaded-value';
import { openService } from '../../support/service-under-test';

/** The outcome of a call: the messages as JSON, or the error. */
interface Outcome {
  readonly messages: readonly JsonValue[];
  readonly error?: { readonly code: string; readonly reason: string } | undefined;
}

type CallExample = (method: DescMethod, requests: readonly JsonValue[], messageCount: number) => Promise<Outcome>;

const root = join(__dirname, '..', '..', '..');
const methods = [...registry.files]
  .filter(({ name }) => name.startsWith('focal/orchestration/v1/'))
  .flatMap(({ services }) => services.flatMap((service) => service.methods));
const fileSchema = z.object({ request: z.json(), response: z.json().optional() });
/** The examples use one scenario and one session, which these methods create and delete. */
const first = ['PutScenario', 'PutRelationship', 'ListRelationships', 'DeleteRelationship', 'ProcessTurn'];
const last = ['DeleteCustomer', 'DeleteSession', 'DeleteScenario'];
const others = methods.map(({ name }) => name).filter((name) => ![...first, ...last].includes(name));
const names = [...first, ...others, ...last];

/** How a client calls a method over one protocol. */
interface Protocol {
  readonly name: string;
  /** Creates the function that calls methods of a server. */
  open(grpc: GrpcUnderTest, http: HttpUnderTest, plain: HttpUnderTest): CallExample;
}

const file = (name: string) => readFileSync(join(root, 'test/support/pki', name), 'utf8');
const serverMaterial = readTlsMaterial([file('server.pem'), file('server.key')]);
const node = (http: HttpUnderTest) => ({
  baseUrl: http.url.replace('127.0.0.1', 'localhost'),
  httpVersion: '2' as const,
  nodeOptions: { ca: file('ca.pem') },
});

const protocols: readonly Protocol[] = [
  { name: 'Connect with JSON', open: (_grpc, http) => overConnect(createConnectTransport(node(http))) },
  {
    name: 'Connect in binary',
    open: (_grpc, http) => overConnect(createConnectTransport({ ...node(http), useBinaryFormat: true })),
  },
  {
    name: 'gRPC-Web with JSON',
    open: (_grpc, http) => overConnect(createGrpcWebTransport({ ...node(http), useBinaryFormat: false })),
  },
  { name: 'gRPC-Web in binary', open: (_grpc, http) => overConnect(createGrpcWebTransport(node(http))) },
  { name: 'JSON by POST and server-sent events', open: (_grpc, http, plain) => overPlainHttp(http, plain) },
];

let expected: ReadonlyMap<string, Outcome>;
beforeAll(async () => {
  expected = await callEveryMethod((grpc) => overGrpc(grpc));
});

test('the examples contain answers, streams and errors', () => {
  const outcomes = [...expected.values()];
  expect(outcomes.filter(({ messages }) => messages.length === 1).length).toBeGreaterThan(20);
  expect(outcomes.some(({ messages }) => messages.length > 1)).toBe(true);
  expect(outcomes.filter(({ error }) => error !== undefined).length).toBeGreaterThan(0);
});

test.each(protocols)('every method answers over $name as over gRPC', async ({ open }) => {
  const outcomes = await callEveryMethod(open);
  expect(Object.fromEntries(outcomes)).toEqual(Object.fromEntries(expected));
});

/** Calls the example of every method of a new service with the same clock. */
async function callEveryMethod(open: Protocol['open']): Promise<ReadonlyMap<string, Outcome>> {
  const service = openService(new FakeClock());
  const grpc = await startGrpc(service.useCases, {}, undefined, { clock: new FakeClock() });
  const tls = { material: new ReloadedValue(serverMaterial), requiresClientCertificate: false };
  const http = await startHttp(grpc, { tls });
  const plain = await startHttp(grpc);
  try {
    const call = open(grpc, http, plain);
    const outcomes = new Map<string, Outcome>();
    for (const name of names) outcomes.set(name, await callExample(name, call));
    return outcomes;
  } finally {
    await Promise.all([http.stop(), plain.stop()]);
    await grpc.stop();
    await service.close();
  }
}

async function callExample(name: string, call: CallExample): Promise<Outcome> {
  const method = methods.find((each) => each.name === name);
  if (method === undefined) throw new Error(`the contract has no method ${name}`);
  const { request, response } = fileSchema.parse(
    JSON.parse(readFileSync(join(root, 'docs', 'contract-examples', `${name}.json`), 'utf8')),
  );
  const messageCount = Array.isArray(response) ? response.length : 1;
  return await call(method, Array.isArray(request) ? request : [request], messageCount);
}

function overConnect(transport: Transport): CallExample {
  return async (method, requests, messageCount) => {
    const cancellation = new AbortController();
    const messages: JsonValue[] = [];
    const input = requests.map((request) => fromJson(method.input, request, { registry }));
    try {
      for await (const message of callTransport(transport, method, input, cancellation.signal)) {
        messages.push(toJson(method.output, message, { registry }));
        if (isWatch(method) && messages.length === messageCount) break;
      }
      return { messages };
    } catch (error) {
      return { messages, error: readConnectError(error) };
    } finally {
      cancellation.abort();
    }
  };
}

async function* callTransport(
  transport: Transport,
  method: DescMethod,
  input: readonly Message[],
  signal: AbortSignal,
): AsyncGenerator<Message> {
  const [single] = input;
  if (method.methodKind === 'unary') {
    if (single === undefined) throw new Error(`the example of ${method.name} has no request`);
    yield (await transport.unary({ ...method, methodKind: 'unary' }, signal, undefined, undefined, single)).message;
    return;
  }
  const stream = async function* () {
    yield* input;
  };
  yield* (await transport.stream({ ...method, methodKind: 'bidi_streaming' }, signal, undefined, undefined, stream()))
    .message;
}

function overGrpc({ client }: GrpcUnderTest): CallExample {
  return (method, requests, messageCount) => {
    const messages: JsonValue[] = [];
    const stream = client.makeBidiStreamRequest<Uint8Array, JsonValue>(
      `/${method.parent.typeName}/${method.name}`,
      Buffer.from,
      (bytes) => toJson(method.output, fromBinary(method.output, bytes), { registry }),
    );
    for (const request of requests) {
      stream.write(toBinary(method.input, fromJson(method.input, request, { registry })));
    }
    stream.end();
    return new Promise<Outcome>((resolve) => {
      stream.on('data', (message: JsonValue) => {
        messages.push(message);
        if (isWatch(method) && messages.length === messageCount) resolve({ messages });
      });
      stream.on('error', (failure: ServiceError) => {
        const { status: code, reason } = new CallError(method.name, failure);
        resolve({ messages, error: { code, reason } });
      });
      stream.on('end', () => resolve({ messages }));
    }).finally(() => stream.cancel());
  };
}

/** A client without a library. It cannot call a stream in both directions, which is called over Connect. */
function overPlainHttp(http: HttpUnderTest, plain: HttpUnderTest): CallExample {
  return async (method, requests, messageCount) => {
    if (method.methodKind === 'bidi_streaming')
      return await overConnect(createConnectTransport(node(http)))(method, requests, messageCount);
    const path = `/${method.parent.typeName}/${method.name}`;
    if (method.methodKind === 'server_streaming') {
      const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
      const body = JSON.stringify(requests[0]);
      const cancellation = new AbortController();
      const { signal } = cancellation;
      const response = await fetch(plain.url + path, { method: 'POST', headers, body, signal });
      const events = await readEvents(response, isWatch(method) ? messageCount : undefined);
      cancellation.abort();
      return { messages: events.filter(({ type }) => type === undefined).map(({ data }) => data) };
    }
    const { status: httpStatus, json } = await postJson(plain, path, requests[0]);
    return httpStatus === 200 ? { messages: [json] } : { messages: [], error: readJsonError(json) };
  };
}

/** A stream that does not end by itself. */
function isWatch({ name }: DescMethod): boolean {
  return name.startsWith('Watch');
}

function readConnectError(error: unknown): Outcome['error'] {
  if (!(error instanceof ConnectError)) throw error;
  const info = registry.getMessage('google.rpc.ErrorInfo');
  if (info === undefined) throw new Error('the descriptors have no ErrorInfo');
  const [detail] = error.findDetails(info);
  const reason: unknown = detail && Reflect.get(detail, 'reason');
  return { code: status[error.code] ?? '', reason: String(reason) };
}

const errorSchema = z.object({ code: z.string(), details: z.array(z.object({ debug: z.looseObject({}) })) });

function readJsonError(json: unknown): Outcome['error'] {
  const { code, details } = errorSchema.parse(json);
  return { code: code.toUpperCase(), reason: String(details[0]?.debug['reason']) };
}
