// Writes schemas/openapi.json, the OpenAPI 3.1 document of the HTTP listener, from the contract: comments become descriptions, buf.validate
// rules become constraints, and docs/contract-examples become examples. With `--check` it writes nothing and fails if the file is stale.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromJson, ScalarType, toJson } from '@bufbuild/protobuf';
import { getCommentParagraphs, getContractFile, getRules, isRequired, registry } from './contract-image.mjs';
import { fail, root } from './run.mjs';

const serviceFiles = ['orchestrator_service', 'session_service', 'scenario_service'];
const uuidPattern = '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
const integerText = { type: 'string', pattern: '^-?[0-9]{1,20}$' };
const wellKnownTypes = {
  'google.protobuf.Any': { type: 'object', properties: { '@type': { type: 'string' } } },
  'google.protobuf.Duration': { type: 'string', pattern: '^-?[0-9]{1,12}(\\.[0-9]{1,9})?s$' },
  'google.protobuf.Struct': { type: 'object' },
  'google.protobuf.Timestamp': { type: 'string', format: 'date-time' },
  'google.protobuf.Value': {},
};
const scalars = {
  [ScalarType.BOOL]: { type: 'boolean' },
  [ScalarType.DOUBLE]: { type: 'number' },
  [ScalarType.FLOAT]: { type: 'number' },
  [ScalarType.INT32]: { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  [ScalarType.INT64]: integerText,
  [ScalarType.STRING]: { type: 'string' },
  [ScalarType.UINT32]: { type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 },
  [ScalarType.UINT64]: integerText,
};
/** The server streams whose requests have only parameters of a query. */
const queryMethods = ['WatchSession', 'WatchTurns'];
const errorCodes = [
  ...['aborted', 'already_exists', 'canceled', 'data_loss', 'deadline_exceeded', 'failed_precondition', 'internal'],
  ...['invalid_argument', 'not_found', 'out_of_range', 'permission_denied', 'resource_exhausted', 'unauthenticated'],
  ...['unavailable', 'unimplemented', 'unknown'],
];

const schemas = { Error: errorSchema() };
const paths = Object.fromEntries(
  serviceFiles.flatMap((name) => getContractFile(name).services.flatMap((service) => service.methods.flatMap(toPath))),
);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
write({
  openapi: '3.1.0',
  info: {
    title: 'Scenario orchestrator',
    version,
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    description:
      'The methods of the contract over HTTP, as JSON. Requests may use the field names of the contract (snake_case) or those of ' +
      'this document (camelCase); responses use the latter, and omit fields that have their default value. ProcessTurns is a ' +
      'stream in both directions and not part of this document; call it over the Connect protocol or gRPC.',
  },
  security: [{ bearer: [] }, {}],
  paths,
  components: {
    schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'An API key or a JWT, if the service requires one.' },
    },
  },
});

function toPath(method) {
  const path = `/${method.parent.typeName}/${method.name}`;
  switch (method.methodKind) {
    case 'unary':
      return [[path, { post: describeUnary(method) }]];
    case 'server_streaming':
      return [[path, describeStream(method)]];
    case 'bidi_streaming':
      return [];
    default:
      return fail(`openapi: ${path} is a ${method.methodKind} method`);
  }
}

function describeUnary(method) {
  return {
    ...describeOperation(method, method.name),
    requestBody: describeBody(method),
    responses: {
      200: { description: 'The response.', content: { 'application/json': { schema: reference(method.output) } } },
      default: describeError(),
    },
  };
}

function describeStream(method) {
  const responses = {
    200: {
      description:
        `Server-sent events. The data of each event is a ${method.output.name} as JSON; the event \`failed\` has an Error, and ` +
        '`end` follows the last message. Send the header `Accept: text/event-stream`.',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
    default: describeError(),
  };
  const post = { ...describeOperation(method, method.name), requestBody: describeBody(method), responses };
  reference(method.output);
  if (!queryMethods.includes(method.name)) return { post };
  const { parameters, ...operation } = describeOperation(method, `${method.name}ByQuery`);
  const query = method.input.fields.map((field) => ({
    name: field.jsonName,
    in: 'query',
    required: isRequired(getRules(field)),
    description: describe(field),
    schema: toType(field, getRules(field)),
  }));
  const lastEventId = {
    name: 'Last-Event-ID',
    in: 'header',
    schema: { type: 'string' },
    description: 'The id of the last event that the client has. The stream continues after it.',
  };
  return { post, get: { ...operation, parameters: [...parameters, lastEventId, ...query], responses } };
}

function describeOperation(method, operationId) {
  const [summary] = getCommentParagraphs(method)[0].split(/(?<=\.) /);
  return {
    operationId,
    tags: [method.parent.name],
    summary,
    description: getCommentParagraphs(method).join('\n\n'),
    parameters: [
      {
        name: 'Connect-Timeout-Ms',
        in: 'header',
        description: 'Deadline of the call: milliseconds from now. Default: server.turn_timeout_ms for turns.',
        schema: { type: 'string', pattern: '^[0-9]{1,10}$' },
      },
      ...(method.input.fields[0]?.message?.name === 'Turn' ? [idempotencyKey()] : []),
    ],
  };
}

function idempotencyKey() {
  return {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'The turn_id of a request without one. A request with another turn_id is refused.',
    schema: { type: 'string', pattern: uuidPattern },
  };
}

function describeBody({ name, input }) {
  const { request } = JSON.parse(readFileSync(join(root, 'docs', 'contract-examples', `${name}.json`), 'utf8'));
  const example = toJson(input, fromJson(input, request, { registry }), { registry });
  return { required: true, content: { 'application/json': { schema: reference(input), example } } };
}

function describeError() {
  return {
    description: 'An error. The HTTP status belongs to its code.',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  };
}

function errorSchema() {
  return {
    description: 'An error of the Connect protocol.',
    type: 'object',
    required: ['code'],
    properties: {
      code: { description: 'The status code of gRPC.', type: 'string', enum: errorCodes },
      message: { description: 'What is wrong, where, and what to do.', type: 'string' },
      details: {
        description: 'The details, among them a google.rpc.ErrorInfo, whose `reason` is a value of ErrorReason.',
        type: 'array',
        items: {
          type: 'object',
          required: ['type', 'value'],
          properties: {
            type: { description: 'Full name of the message.', type: 'string' },
            value: { description: 'The encoded message in base64.', type: 'string' },
            debug: { description: 'The message as JSON.', type: 'object' },
          },
        },
      },
    },
  };
}

/** A reference to the schema of a message or an enum, which is added on first use. */
function reference(descriptor) {
  const { name } = descriptor;
  if (!(name in schemas)) {
    schemas[name] = {}; // ends the recursion of messages that contain themselves
    schemas[name] = descriptor.kind === 'enum' ? enumeration(descriptor) : object(descriptor);
  }
  return { $ref: `#/components/schemas/${name}` };
}

function object(descriptor) {
  const fields = descriptor.fields.map((field) => [field, getRules(field)]);
  const required = fields.filter(([, rules]) => isRequired(rules)).map(([field]) => field.jsonName);
  return {
    description: describe(descriptor),
    type: 'object',
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(
      fields.map(([field, rules]) => [field.jsonName, { description: describe(field), ...toType(field, rules) }]),
    ),
  };
}

function enumeration(descriptor) {
  const meanings = descriptor.values.map((value) => `- ${value.name}: ${describe(value)}`);
  return {
    description: [describe(descriptor), ...meanings].join('\n'),
    type: 'string',
    enum: descriptor.values.map(({ name }) => name),
  };
}

function toType(field, rules) {
  const { value } = rules?.type ?? {};
  if (field.fieldKind === 'list') {
    const { minItems, maxItems, unique, items } = value ?? {};
    return {
      type: 'array',
      ...limits({ minItems, maxItems }),
      ...(unique ? { uniqueItems: true } : {}),
      items: single(field, items),
    };
  }
  if (field.fieldKind === 'map') {
    const { minPairs: minProperties, maxPairs: maxProperties, values } = value ?? {};
    return { type: 'object', ...limits({ minProperties, maxProperties }), additionalProperties: single(field, values) };
  }
  return single(field, rules);
}

function single(field, rules) {
  if (field.enum) return reference(field.enum);
  const wellKnown = wellKnownTypes[field.message?.typeName];
  if (wellKnown) return wellKnown;
  if (field.message) return reference(field.message);
  return scalar(field.scalar, rules);
}

function scalar(type, rules) {
  const base = scalars[type] ?? fail(`openapi: no JSON type for scalar type ${type}`);
  const { minLen: minLength, maxLen: maxLength, pattern, wellKnown, greaterThan, lessThan } = rules?.type.value ?? {};
  if (wellKnown?.case === 'uuid') return { ...base, pattern: uuidPattern, ...allowEmpty(rules) };
  if (type === ScalarType.STRING)
    return { ...base, ...limits({ minLength, maxLength }), ...(pattern ? { pattern } : {}) };
  if (base === integerText) return base;
  return { ...base, ...limits({ minimum: greaterThan?.value, maximum: lessThan?.value }) };
}

/** The rules of an optional id ignore an empty text. */
function allowEmpty(rules) {
  return isRequired(rules) ? {} : { pattern: `${uuidPattern}|^$` };
}

function describe(descriptor) {
  return getCommentParagraphs(descriptor).join(' ');
}

function limits(given) {
  const set = Object.entries(given).filter(([, value]) => value !== undefined && value !== 0n);
  return Object.fromEntries(set.map(([key, value]) => [key, Number(value)]));
}

function write(document) {
  const path = join('schemas', 'openapi.json');
  const text = format(path, document);
  const file = join(root, path);
  const isStale = !existsSync(file) || readFileSync(file, 'utf8') !== text;
  if (!process.argv.includes('--check')) {
    if (isStale) writeFileSync(file, text);
    console.log(`generate: ${path} ${isStale ? 'written' : 'is unchanged'}`);
  } else if (isStale) fail(`${path} is not up to date: run \`npm run generate\` and commit the result`);
  else console.log(`generated: ${path} is up to date`);
}

/** JSON as `npm run format` formats it. */
function format(path, value) {
  const { stdout, status } = spawnSync('npx', ['biome', 'format', `--stdin-file-path=${path}`], {
    cwd: root,
    encoding: 'utf8',
    input: JSON.stringify(value, null, 2),
    maxBuffer: 64 * 1024 * 1024,
  });
  return status === 0 ? stdout : fail('openapi: biome failed to format it');
}
