// Writes the JSON Schemas in schemas/ from the contract: those of files for editors (scenario, fields and conversation), and that of exported events.
// Comments become descriptions, buf.validate rules become constraints, enum values have the short form of scenario files. With `--check` it
// writes nothing and fails if a schema is not up to date.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScalarType } from '@bufbuild/protobuf';
import { getCommentParagraphs, getMessage, getRules, isRequired } from './contract-image.mjs';
import { expectation, names, seconds } from './expectation-schema.mjs';
import { durationPattern } from './file-formats.mjs';
import { fail, root } from './run.mjs';

const uuidPattern = '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$';
const wellKnownTypes = {
  'google.protobuf.Duration': { type: 'string', pattern: durationPattern },
  'google.protobuf.Timestamp': { type: 'string' },
  'google.protobuf.Struct': { type: 'object' },
  'google.protobuf.Value': {},
};
const integerRanges = {
  [ScalarType.INT32]: [-(2 ** 31), 2 ** 31 - 1],
  [ScalarType.UINT32]: [0, 2 ** 32 - 1],
};

/** Messages that a file may write as a string, with the field that the string stands for, as in src/cli/files/parse-message.ts. */
const shortForms = { LocalizedText: 'text', EnumOption: 'value' };

/** The settings of a conversation. test/schemas compares the keys with those that the reader accepts. */
const settings = {
  enabled: { description: 'Whether turns are decided (2.16). Default true.', type: 'boolean' },
  max_loop_count: whole('Maximum number of visits, and of failed actions, of a step (2.8). Default 3.', 1, 1000),
  max_attempts: whole(
    'Maximum number of messages that leave a question or confirmation unanswered (2.8). 0 disables the limit. Default 5.',
    0,
    1000,
  ),
  max_simultaneous_scenarios: whole('Maximum number of active scenarios (2.15). Default 5.', 1, 20),
  block_on_missing_hard_fields: {
    description: 'Whether a missing HARD field prevents a start (2.12). Default true.',
    type: 'boolean',
  },
  enable_step_skipping: {
    description: 'Whether steps whose fields are all known are skipped (3.5). Default true.',
    type: 'boolean',
  },
  enable_multi_scenario: {
    description: 'Whether several scenarios can be active (2.16). Default true.',
    type: 'boolean',
  },
  start_threshold: real('Minimum score for a candidate to start (2.12). Default 0.5.', 0, 1),
  restart_threshold: real('Minimum score for a candidate to restart a finished scenario (2.3). Default 0.8.', 0, 1),
  ambiguity_margin: real('Candidates whose scores differ by less than this can be ambiguous (1.5). Default 0.1.', 0, 1),
  pending_start_turns: whole('Number of MESSAGE turns on which a rejected start is retried (2.14). Default 3.', 0, 100),
  resume_policy: {
    description: 'How a pause that the customer asked for ends (2.11). Default explicit.',
    enum: ['next_turn', 'explicit'],
  },
  offer_after_turns: whole(
    'Number of MESSAGE turns after which the plan offers to resume a paused scenario (2.11). Default 3.',
    0,
    1000,
  ),
  max_confirms_per_turn: whole('Maximum number of confirmations in a plan (4.2). Default 1.', 1, 20),
  max_fields_to_ask_per_turn: whole(
    'Maximum number of fields to ask for in a plan (4.2). 0 disables the limit. Default 0.',
    0,
    500,
  ),
  semantic_evaluation: {
    description: 'How conditions in natural language are evaluated (3.4). Default off.',
    enum: ['off', 'embedding'],
  },
  semantic_threshold: real(
    'Minimum cosine similarity at which an embedding condition is TRUE (3.4). Default 0.8.',
    -1,
    1,
  ),
};

/** The changes to the catalogue before a turn. */
const catalogueChange = {
  description: 'Changes to the catalogue before the turn, applied in the order put, disable, delete.',
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  properties: {
    put: {
      description: 'Scenario files or folders to store, relative to the folder of this file.',
      minItems: 1,
      ...names,
    },
    disable: { description: 'Scenarios that are disabled.', minItems: 1, ...names },
    delete: { description: 'Scenarios that are deleted with all versions and relationships.', minItems: 1, ...names },
  },
};

/** What `export --include-values` adds to a turn. */
const recordedTurn = {
  record: {
    description:
      'The recorded turn (TurnRecord of the contract), with values of the customer. Only with --include-values.',
    type: 'object',
  },
  record_missing: {
    description:
      'Why there is no `record`: the session was deleted or has expired, or its older turns are no longer kept. Only with --include-values.',
    enum: ['SESSION_NOT_FOUND', 'NO_LONGER_RECORDED'],
  },
};

/** Definitions of the schema that is currently being written. */
let definitions = {};

const checking = process.argv.includes('--check');
for (const [name, describe] of [
  ['scenario', scenarioFile],
  ['fields', fieldsFile],
  ['conversation', conversationFile],
  ['exported-event', exportedEvent],
]) {
  definitions = {};
  const path = join('schemas', `${name}.schema.json`);
  const schema = formatted(path, { $schema: 'http://json-schema.org/draft-07/schema#', ...describe(), definitions });
  const file = join(root, path);
  const stale = !existsSync(file) || readFileSync(file, 'utf8') !== schema;
  if (checking && stale) fail(`${path} is not up to date: run \`npm run generate\` and commit the result`);
  if (checking) console.log(`generated: ${path} is up to date`);
  else {
    mkdirSync(join(root, 'schemas'), { recursive: true });
    if (stale) writeFileSync(file, schema);
    console.log(`generate: ${path} ${stale ? 'written' : 'is unchanged'}`);
  }
}

function whole(description, minimum, maximum) {
  return { description, type: 'integer', minimum, maximum };
}

function real(description, minimum, maximum) {
  return { description, type: 'number', minimum, maximum };
}

function scenarioFile() {
  return {
    $id: 'urn:focal:orchestration:v1:scenario-file',
    title: 'Scenario file',
    description: 'One document of a scenario file: a scenario, a list of relationships, or the field definitions.',
    if: { type: 'object', required: ['relationships'] },
    // biome-ignore lint/suspicious/noThenProperty: `then` is a JSON Schema keyword; the object is never awaited.
    then: {
      type: 'object',
      additionalProperties: false,
      properties: {
        $schema: { type: 'string' },
        relationships: {
          description: 'The relationships. A document with this key has no other keys.',
          type: 'array',
          items: relationship(),
        },
      },
    },
    else: {
      if: { type: 'object', required: ['fields'] },
      // biome-ignore lint/suspicious/noThenProperty: as above.
      then: fieldDefinitions(),
      else: scenario(),
    },
  };
}

function fieldsFile() {
  return {
    $id: 'urn:focal:orchestration:v1:fields-file',
    title: 'Field definitions',
    ...fieldDefinitions(),
  };
}

function fieldDefinitions() {
  const { properties, ...rest } = definition(getMessage('FieldDefinitions'));
  return { ...rest, required: ['fields'], properties: { $schema: { type: 'string' }, ...properties } };
}

/** Returns the schema of a scenario in which calls can name scenarios. */
function scenario() {
  const item = reference(getMessage('Scenario'));
  allowName('StepCall', 'scenario_id');
  return item;
}

/** A relationship, whose scenarios can be named. The id of a rule is a UUID, which the parser checks. */
function relationship() {
  const item = reference(getMessage('Relationship'));
  for (const field of ['source_id', 'target_scenario_id']) allowName('Relationship', field);
  return item;
}

/** Allows the name of a scenario in place of its id. */
function allowName(definition, field) {
  const property = definitions[definition].properties[field];
  delete property.pattern;
  property.description += ' A file can have the name of the scenario.';
  property.minLength = 1;
}

/** See docs/conversation-tests.md. test/schemas compares the keys of an expectation with those that the reader accepts. */
function conversationFile() {
  const text = (description) => ({ description, type: 'string' });
  return {
    $id: 'urn:focal:orchestration:v1:conversation-file',
    title: 'Conversation file',
    description: 'A conversation test: initial state, turns, and expected decisions.',
    type: 'object',
    additionalProperties: false,
    required: ['name', 'given', 'turns'],
    properties: {
      $schema: { type: 'string' },
      name: { ...text('Name of the conversation.'), minLength: 1 },
      about: text('Description for human readers.'),
      exact: {
        description: 'Whether anything not listed under `expect` is a failure. Default false.',
        type: 'boolean',
      },
      given: {
        description: 'The state before the first turn.',
        type: 'object',
        additionalProperties: false,
        required: ['scenarios'],
        properties: {
          scenarios: {
            description: 'Scenario files or folders, relative to the folder of this file.',
            type: 'array',
            minItems: 1,
            items: { type: 'string' },
          },
          customer_data: { description: 'Known fields of the customer, sent with every turn.', type: 'object' },
          settings: {
            description: 'Settings of the rules: keys of [pipeline.scenario_orchestration].',
            type: 'object',
            additionalProperties: false,
            properties: settings,
          },
          session: {
            ...withoutIds(getMessage('ImportSessionRequest'), ['tenant_id', 'agent_id', 'session_id']),
            required: ['active_scenario_id'],
          },
        },
      },
      turns: { description: 'The turns, in order.', type: 'array', minItems: 1, items: conversationTurn(text) },
    },
  };
}

function conversationTurn(text) {
  const turn = withoutIds(getMessage('Turn'), ['tenant_id', 'agent_id', 'session_id']);
  return {
    ...turn,
    properties: {
      ...turn.properties,
      message: text('Short form of `situation.message`.'),
      about: text('Description for human readers.'),
      after: seconds('Time since the previous turn: seconds, or a duration such as "5m". Default 0.'),
      supersedes: {
        description: 'Whether the turn replaces the previous one (section 13). Default false.',
        type: 'boolean',
      },
      catalogue: catalogueChange,
      expect: {
        description: 'The expected decisions. Without this key, the turn is not checked.',
        type: 'object',
        additionalProperties: false,
        properties: expectation,
      },
    },
  };
}

/** See docs/how-to/exporting-the-feed.md. test/schemas compares it with exported events. Later releases may add members. */
function exportedEvent() {
  const kinds = [
    ['turn.committed', 'CommittedTurn', recordedTurn],
    ['session.deleted', 'DeletedSession', {}],
    ['session.expired', 'ExpiredSession', {}],
    ['feed.gap', 'FeedGap', {}],
  ];
  for (const [, name, added] of kinds) {
    reference(getMessage(name));
    Object.assign(definitions[name].properties, added);
  }
  for (const each of Object.values(definitions)) delete each.additionalProperties;
  const text = (description) => ({ description, type: 'string', minLength: 1 });
  const id = 'urn:focal:orchestration:v1:exported-event';
  return {
    $id: id,
    title: 'Exported event',
    description: 'An event of a feed as a CloudEvent 1.0 in JSON. `source` and `id` identify it.',
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'datacontenttype', 'dataschema', 'data'],
    properties: {
      specversion: { description: 'The version of CloudEvents.', const: '1.0' },
      id: text('Identifies the event within the source. The same whenever the event is delivered.'),
      source: { ...text('Identifies the tenant.'), pattern: `^urn:focal:orchestration:tenant:${uuidPattern.slice(1)}` },
      type: {
        description: 'The kind of event and the version of its schema.',
        enum: kinds.map(([kind]) => toType(kind)),
      },
      subject: { ...text('The session. A gap has none.'), pattern: uuidPattern },
      partitionkey: {
        ...text('The session. Events with the same key are in order. A gap has none.'),
        pattern: uuidPattern,
      },
      time: text('When the event was committed, by the clock of the committing node, RFC 3339. A gap has none.'),
      datacontenttype: { const: 'application/json' },
      dataschema: text('The definition of `data` in this schema.'),
      data: { description: 'What happened.', type: 'object' },
    },
    oneOf: kinds.map(([kind, name]) => ({
      properties: {
        type: { const: toType(kind) },
        dataschema: { const: `${id}#/definitions/${name}` },
        data: { $ref: `#/definitions/${name}` },
      },
      ...(name === 'FeedGap' ? {} : { required: ['subject', 'partitionkey', 'time'] }),
    })),
  };

  function toType(kind) {
    return `focal.orchestration.${kind}.v1`;
  }
}

/** The definition of a message without the ids that the test runner chooses. Scenarios are referred to by name instead of by id. */
function withoutIds(descriptor, left) {
  for (const name of ['SignalAim', 'CandidateVariable', 'ScenarioCandidate', 'StepOutcome', 'Delivery'])
    reference(getMessage(name));
  const { required: _, properties, ...rest } = structuredClone(definition(descriptor));
  for (const name of left) delete properties[name];
  for (const each of [{ properties }, ...Object.values(definitions)]) {
    for (const field of ['scenario_id', 'active_scenario_id', 'instance_id']) delete each.properties?.[field]?.pattern;
    delete each.properties?.scenario_ids?.items?.pattern;
  }
  return { ...rest, properties };
}

/** A reference to the definition of a message, which is added on first use. */
function reference(descriptor) {
  const { name } = descriptor;
  if (!(name in definitions)) {
    definitions[name] = {}; // ends the recursion of messages that contain themselves
    definitions[name] = definition(descriptor);
  }
  return { $ref: `#/definitions/${name}` };
}

function definition(descriptor) {
  const fields = descriptor.fields.map((field) => [field, getRules(field)]);
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
  return { description: description(field), ...toType(field, rules) };
}

function toType(field, rules) {
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
  const wellKnown = wellKnownTypes[field.message?.typeName];
  if (wellKnown) return wellKnown;
  if (field.message) return withShortForm(field.message);
  return scalar(field.scalar, rules?.type.value ?? {});
}

function withShortForm(descriptor) {
  const short = descriptor.fields.find(({ name }) => name === shortForms[descriptor.name]);
  if (short === undefined) return reference(descriptor);
  return { anyOf: [scalar(short.scalar, getRules(short)?.type.value ?? {}), reference(descriptor)] };
}

function scalar(type, rules) {
  switch (type) {
    case ScalarType.STRING: {
      const { minLen: minLength, maxLen: maxLength, wellKnown } = rules;
      return {
        type: 'string',
        ...limits({ minLength, maxLength }),
        ...(wellKnown?.case === 'uuid' ? { pattern: uuidPattern } : {}),
      };
    }
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.UINT64: // As in proto3 JSON.
      return { type: 'string', pattern: '^[0-9]+$' };
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { type: 'number', ...range(rules, []) };
    default:
      return {
        type: 'integer',
        ...range(rules, integerRanges[type] ?? fail(`schema: no range for scalar type ${type}`)),
      };
  }
}

function range({ greaterThan, lessThan }, [min, max]) {
  if (greaterThan?.case === 'gt' || lessThan?.case === 'lt')
    fail('schema: exclusive bounds (gt, lt) are not supported');
  return limits({ minimum: greaterThan?.value ?? min, maximum: lessThan?.value ?? max });
}

/** Accepts both forms of a value. The full name is a pattern, so that editors suggest the short one. */
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
  return getCommentParagraphs(descriptor).join(' ');
}

function limits(given) {
  const set = Object.entries(given).filter(([, value]) => value !== undefined && value !== 0n);
  return Object.fromEntries(set.map(([key, value]) => [key, Number(value)]));
}

/** JSON as `npm run format` formats it. */
function formatted(path, value) {
  const { stdout, status } = spawnSync('npx', ['biome', 'format', `--stdin-file-path=${path}`], {
    cwd: root,
    encoding: 'utf8',
    input: JSON.stringify(value, null, 2),
  });
  return status === 0 ? stdout : fail('schema: biome failed to format it');
}
