import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createFileRegistry,
  type DescMethod,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { ServiceError } from '@grpc/grpc-js';
import { CallError } from 'scenario-orchestrator-client';
import { z } from 'zod';
import { type GrpcUnderTest, startGrpc } from '../support/grpc-under-test';
import { openService, type ServiceUnderTest } from '../support/service-under-test';
import { root } from './markdown-pages';

interface Example {
  readonly method: DescMethod;
  /** JSON of the request; a list for a client stream. */
  readonly request: JsonValue;
  /** Part of the response; a list for a server stream. Undefined if the call fails. */
  readonly response: JsonValue | undefined;
  readonly error: { readonly code: string; readonly reason: string } | undefined;
}

const fileSchema = z.strictObject({
  request: z.json(),
  response: z.json().optional(),
  error: z.strictObject({ code: z.string(), reason: z.string() }).optional(),
});

const folder = join(root, 'docs', 'contract-examples');
const descriptors = readFileSync(join(root, 'gen', 'descriptors.binpb'));
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors));
const methods = [...registry.files]
  .filter(({ name }) => name.startsWith('focal/orchestration/v1/'))
  .flatMap(({ services }) => services.flatMap((service) => service.methods));
const contractNames = methods.map(({ name }) => name);

/**
 * The examples use one scenario and one session, so the methods that create them are called first and those that delete them last. All
 * other methods follow in the order of the contract. DeleteCustomer and DeleteSession delete different sessions.
 */
const first = ['PutScenario', 'PutRelationship', 'ListRelationships', 'DeleteRelationship', 'ProcessTurn'];
const last = ['DeleteCustomer', 'DeleteSession', 'DeleteScenario'];
const names = [...first, ...contractNames.filter((name) => ![...first, ...last].includes(name)), ...last];

let service: ServiceUnderTest;
let grpc: GrpcUnderTest;

beforeAll(async () => {
  service = openService();
  grpc = await startGrpc(service.useCases);
});
afterAll(async () => {
  await grpc.stop();
  await service.close();
});

test('every example belongs to a method of the contract', () => {
  expect([...names].sort()).toEqual([...contractNames].sort());
  expect(readdirSync(folder).sort()).toEqual(names.map((name) => `${name}.json`).sort());
});

test.each(names)('the server answers the example of %s as shown', async (name) => {
  const example = readExample(name);
  const { response, error } = await call(example);
  expect(error).toEqual(example.error);
  if (example.response !== undefined) expect(response).toMatchObject(toServerResponse(example));
});

function readExample(name: string): Example {
  const method = methods.find((each) => each.name === name);
  if (method === undefined) throw new Error(`the contract has no method ${name}`);
  const { request, response, error } = fileSchema.parse(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));
  return { method, request, response, error };
}

/** Converts the shown response to the form of a response of the server. Throws if it has unknown fields or enum values. */
function toServerResponse({ method, response = null }: Example): object {
  const roundTrip = (shown: JsonValue) =>
    decode(method, toBinary(method.output, fromJson(method.output, shown, { registry })));
  const shown = Array.isArray(response) ? response.map(roundTrip) : roundTrip(response);
  if (typeof shown !== 'object' || shown === null) throw new Error(`${method.name}: the response is not an object`);
  return shown;
}

/** Calls a method and returns its error, or its response: the first messages of a stream, as many as the example shows. */
function call({ method, request, response }: Example): Promise<Partial<Pick<Example, 'response' | 'error'>>> {
  const received: JsonValue[] = [];
  const stream = grpc.client.makeBidiStreamRequest<Uint8Array, JsonValue>(
    `/${method.parent.typeName}/${method.name}`,
    Buffer.from,
    (bytes) => decode(method, bytes),
  );
  for (const message of Array.isArray(request) ? request : [request]) {
    stream.write(toBinary(method.input, fromJson(method.input, message, { registry })));
  }
  stream.end();
  return new Promise<Partial<Pick<Example, 'response' | 'error'>>>((resolve) => {
    stream.on('data', (message: JsonValue) => {
      received.push(message);
      if (!Array.isArray(response)) resolve({ response: message });
      else if (received.length === response.length) resolve({ response: received });
    });
    stream.on('error', (failure: ServiceError) => {
      const { status: code, reason } = new CallError(method.name, failure);
      resolve({ error: { code, reason } });
    });
    stream.on('end', () => resolve({ response: received }));
  }).finally(() => stream.cancel());
}

function decode(method: DescMethod, bytes: Uint8Array): JsonValue {
  return toJson(method.output, fromBinary(method.output, bytes), { registry, useProtoFieldName: true });
}
