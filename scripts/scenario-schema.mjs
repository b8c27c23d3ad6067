// The contract -> schemas/scenario.schema.json and conversation.schema.json, for editors: comments as descriptions, the limits of
// buf.validate, enum values as scenario files may write them. `--check` writes nothing and fails when the file is stale.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScalarType } from '@bufbuild/protobuf';
import { comment, isRequired, message, rulesOf } from './contract-image.mjs';
import { fail, root } from './run.mjs';

const UUID = '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$';
// What src/adapters/files/duration-text.ts reads; test/adapters/files compares the two.
const DURATION = '^(?=\\d)((\\d{1,6})d)?((\\d{1,8})h)?((\\d{1,9})m)?((\\d{1,12})(\\.\\d{1,9})?s)?$';
const WELL_KNOWN = {
  'google.protobuf.Duration': { type: 'string', pattern: DURATION },
  'google.protobuf.Timestamp': { type: 'string' },
  'google.protobuf.Struct': { type: 'object' },
  'google.protobuf.Value': {},
};
const WHOLE = {
  [ScalarType.INT32]: [-(2 ** 31), 2 ** 31 - 1],
  [ScalarType.UINT32]: [0, 2 ** 32 - 1],
};

const names = { type: 'array', items: { type: 'string' } };
const words = { type: 'object', additionalProperties: { type: 'string' } };
const lists = { type: 'object', additionalProperties: names };
/** What a turn may expect, by scenario name. */
const expectation = {
  started: { description: 'Scenarios that start, in their order.', ...names },
  resumed: { description: 'Paused scenarios that go on.', ...names },
  continued: { description: 'Scenarios that go on, resumed ones included.', ...names },
  paused: { description: 'Scenarios that are paused now, with the reason code.', ...words },
  stays_paused: { description: 'Scenarios that were paused and still are.', ...names },
  completed: { description: 'Scenarios that complete, with the reason code.', ...words },
  cancelled: { description: 'Scenarios that are cancelled, with the reason code.', ...words },
  rejected: { description: 'Candidates that do not start, with the reason code.', ...words },
  missing_soft_fields: { description: 'Required SOFT fields that a started scenario misses.', ...lists },
  irreversible_done: { description: 'What cannot be undone of a scenario that ends.', ...lists },
  at: { description: 'The step where each scenario stands that started or goes on.', ...words },
  skipped: { description: 'Steps that were skipped on the way there.', ...lists },
  asks: { description: 'Fields that are asked for.', ...lists },
  confirms: {
    description: 'Values that are to be confirmed, by field.',
    type: 'object',
    additionalProperties: { type: 'object' },
  },
  choices: { description: 'Scenarios that the customer is to choose from.', ...names },
  hints: { description: 'Tools that are to run, in their order.', ...lists },
  informs: { description: 'Templates that are to be told.', ...lists },
  silent: { description: 'Scenarios that go on and add nothing to the reply.', ...names },
  reprompts: { description: 'Scenarios that repeat what they contributed before.', ...names },
  deferred: { description: 'Scenarios whose contribution waits for a later turn.', ...names },
  primary: { description: 'The scenario that the reply is about first; "" for none.', type: 'string' },
};

/** Of the schema that is being written. */
let definitions = {};

const checking = process.argv.includes('--check');
for (const [name, describe] of [
  ['scenario', scenarioFile],
  ['conversation', conversationFile],
]) {
  definitions = {};
  const path = join('schemas', `${name}.schema.json`);
  const schema = formatted(path, { $schema: 'http://json-schema.org/draft-07/schema#', ...describe(), definitions });
  const file = join(root, path);
  const stale = !existsSync(file) || readFileSync(file, 'utf8') !== schema;
  if (checking && stale) fail(`${path} is stale: run \`npm run generate\` and commit it`);
  if (checking) console.log(`generated: ${path} is what proto/ gives`);
  else {
    mkdirSync(join(root, 'schemas'), { recursive: true });
    if (stale) writeFileSync(file, schema);
    console.log(`generate: ${path} ${stale ? 'written' : 'is unchanged'}`);
  }
}

function scenarioFile() {
  return {
    $id: 'urn:focal:orchestration:v1:scenario-file',
    title: 'Scenario file',
    description: 'One document of a scenario file: a scenario, or a list of relationships.',
    if: { type: 'object', required: ['relationships'] },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so, and nobody awaits it.
    then: {
      type: 'object',
      additionalProperties: false,
      properties: {
        $schema: { type: 'string' },
        relationships: {
          description: 'The relationships of a document that holds nothing else.',
          type: 'array',
          items: reference(message('Relationship')),
        },
      },
    },
    else: reference(message('Scenario')),
  };
}

/** docs/conversation-tests.md explains it; test/schemas compares the keys of an expectation with those that are read. */
function conversationFile() {
  const text = (description) => ({ description, type: 'string' });
  return {
    $id: 'urn:focal:orchestration:v1:conversation-file',
    title: 'Conversation file',
    description: 'What a conversation is given, its turns, and what has to be decided on each.',
    type: 'object',
    additionalProperties: false,
    required: ['name', 'given', 'turns'],
    properties: {
      $schema: { type: 'string' },
      name: { ...text('What the conversation is called.'), minLength: 1 },
      about: text('What there is to see, for people.'),
      exact: { description: 'What is not listed under `expect` must not happen. Default false.', type: 'boolean' },
      given: {
        description: 'What is there before the first turn.',
        type: 'object',
        additionalProperties: false,
        required: ['scenarios'],
        properties: {
          scenarios: {
            description: 'Scenario files, or folders of them, as seen from the folder of this file.',
            type: 'array',
            minItems: 1,
            items: { type: 'string' },
          },
          customer_data: { description: 'What is known of the customer, on every turn.', type: 'object' },
          session: {
            ...withoutIds(message('ImportSessionRequest'), ['tenant_id', 'agent_id', 'session_id']),
            required: ['active_scenario_id'],
          },
        },
      },
      turns: { description: 'The turns, in order.', type: 'array', minItems: 1, items: conversationTurn(text) },
    },
  };
}

function conversationTurn(text) {
  const turn = withoutIds(message('Turn'), ['tenant_id', 'agent_id', 'session_id', 'turn_id']);
  return {
    ...turn,
    required: ['expect'],
    properties: {
      ...turn.properties,
      message: text('Short for `situation.message`.'),
      about: text('What there is to see, for people.'),
      after: {
        description: 'Seconds since the turn before. Default 0.',
        type: 'number',
        minimum: 0,
        maximum: 31536000,
      },
      expect: {
        description: 'What has to happen.',
        type: 'object',
        additionalProperties: false,
        properties: expectation,
      },
    },
  };
}

/** The definition of a message without what the player chooses. Scenarios are named in place of ids, here and in what it holds. */
function withoutIds(descriptor, left) {
  for (const name of ['SignalAim', 'ScenarioCandidate', 'StepOutcome']) reference(message(name));
  const { required: _, properties, ...rest } = structuredClone(definition(descriptor));
  for (const name of left) delete properties[name];
  for (const each of [{ properties }, ...Object.values(definitions)]) {
    for (const field of ['scenario_id', 'active_scenario_id', 'instance_id']) delete each.properties?.[field]?.pattern;
    delete each.properties?.scenario_ids?.items?.pattern;
  }
  return { ...rest, properties };
}

/** A reference to a message's definition, which is added on first use. */
function reference(descriptor) {
  const { name } = descriptor;
  if (!(name in definitions)) {
    definitions[name] = {}; // a message may hold itself
    definitions[name] = definition(descriptor);
  }
  return { $ref: `#/definitions/${name}` };
}

function definition(descriptor) {
  const fields = descriptor.fields.map((field) => [field, rulesOf(field)]);
  const properties = Object.fromEntries(fields.map(([field, rules]) => [field.name, property(field, rules)]));
  const required = fields.filter(([, rules]) => isRequired(rules)).map(([field]) => field.name);
  return {
    description: description(descriptor),
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
    properties: descriptor.name === 'Scenario' ? { $schema: { type: 'string' }, ...properties } : properties,
  };
}

function property(field, rules) {
  return { description: description(field), ...typeOf(field, rules) };
}

function typeOf(field, rules) {
  if (field.fieldKind === 'list') {
    const { minItems, maxItems, unique, items } = rules?.type.value ?? {};
    return {
      type: 'array',
      ...limits({ minItems, maxItems }),
      ...(unique ? { uniqueItems: true } : {}),
      items: single(field, items),
    };
  }
  if (field.fieldKind === 'map') {
    const { minPairs: minProperties, maxPairs: maxProperties, values } = rules?.type.value ?? {};
    return { type: 'object', ...limits({ minProperties, maxProperties }), additionalProperties: single(field, values) };
  }
  return single(field, rules);
}

function single(field, rules) {
  if (field.enum) return enumeration(field.enum);
  const wellKnown = WELL_KNOWN[field.message?.typeName];
  if (wellKnown) return wellKnown;
  if (field.message) return reference(field.message);
  return scalar(field.scalar, rules?.type.value ?? {});
}

function scalar(type, rules) {
  switch (type) {
    case ScalarType.STRING: {
      const { minLen: minLength, maxLen: maxLength, wellKnown } = rules;
      return {
        type: 'string',
        ...limits({ minLength, maxLength }),
        ...(wellKnown?.case === 'uuid' ? { pattern: UUID } : {}),
      };
    }
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { type: 'number', ...range(rules, []) };
    default:
      return { type: 'integer', ...range(rules, WHOLE[type] ?? fail(`schema: no rule for scalar type ${type}`)) };
  }
}

function range({ greaterThan, lessThan }, [least, most]) {
  if (greaterThan?.case === 'gt' || lessThan?.case === 'lt') fail('schema: open ranges are not written yet');
  return limits({ minimum: greaterThan?.value ?? least, maximum: lessThan?.value ?? most });
}

/** Both spellings of a value: the short one for people, the contract's own as a pattern, so that editors propose the short ones. */
function enumeration(descriptor) {
  const { name, values } = descriptor;
  if (!(name in definitions)) {
    const prefix = descriptor.sharedPrefix.toUpperCase();
    const given = values.filter(({ number }) => number !== 0);
    const short = given.map((value) => value.name.slice(prefix.length));
    const meanings = given.map((value) => `${value.name.slice(prefix.length)}: ${description(value)}`);
    definitions[name] = {
      description: [description(descriptor), ...meanings].join('\n'),
      type: 'string',
      anyOf: [{ enum: short }, { pattern: `^${prefix}(${short.join('|')})$` }],
    };
  }
  return { $ref: `#/definitions/${name}` };
}

function description(descriptor) {
  return comment(descriptor).join(' ');
}

function limits(given) {
  const set = Object.entries(given).filter(([, value]) => value !== undefined && value !== 0n);
  return Object.fromEntries(set.map(([key, value]) => [key, Number(value)]));
}

/** As `npm run format` would leave it. */
function formatted(path, value) {
  const { stdout, status } = spawnSync('npx', ['biome', 'format', `--stdin-file-path=${path}`], {
    cwd: root,
    encoding: 'utf8',
    input: JSON.stringify(value, null, 2),
  });
  return status === 0 ? stdout : fail('schema: biome cannot format it');
}
