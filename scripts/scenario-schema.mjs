// The contract's Scenario and Relationship -> schemas/scenario.schema.json, for editors: comments as descriptions, the limits of
// buf.validate, enum values as scenario files may write them. `--check` writes nothing and fails when the file is stale.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileRegistry, fromBinary, getOption, ScalarType } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { fail, root, run } from './run.mjs';

const PATH = join('schemas', 'scenario.schema.json');
const UUID = '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$';
// What src/adapters/files/duration-text.ts reads; test/adapters/files compares the two.
const DURATION = '^(?=\\d)((\\d{1,6})d)?((\\d{1,8})h)?((\\d{1,9})m)?((\\d{1,12})(\\.\\d{1,9})?s)?$';
const WHOLE = {
  [ScalarType.INT32]: [-(2 ** 31), 2 ** 31 - 1],
  [ScalarType.UINT32]: [0, 2 ** 32 - 1],
};

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorsWithComments()));
const rulesOption =
  registry.getExtension('buf.validate.field') ?? fail('schema: the contract has no buf.validate rules');
const definitions = {};
const schema = formatted({
  $schema: 'http://json-schema.org/draft-07/schema#',
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
  definitions,
});

const file = join(root, PATH);
const stale = !existsSync(file) || readFileSync(file, 'utf8') !== schema;
if (process.argv.includes('--check')) {
  if (stale) fail(`${PATH} is stale: run \`npm run generate\` and commit it`);
  console.log(`generated: ${PATH} is what proto/ gives`);
} else {
  mkdirSync(join(root, 'schemas'), { recursive: true });
  if (stale) writeFileSync(file, schema);
  console.log(`generate: ${PATH} ${stale ? 'written' : 'is unchanged'}`);
}

function descriptorsWithComments() {
  const folder = mkdtempSync(join(tmpdir(), 'schema-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'descriptors.binpb');
  run('buf', ['build', '--as-file-descriptor-set', '-o', path]);
  return readFileSync(path);
}

function message(name) {
  return registry.getMessage(`focal.orchestration.v1.${name}`) ?? fail(`schema: the contract has no message ${name}`);
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
    description: comment(descriptor.file, [4, descriptor.file.messages.indexOf(descriptor)]),
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
    properties: descriptor.name === 'Scenario' ? { $schema: { type: 'string' }, ...properties } : properties,
  };
}

function property(field, rules) {
  const { file, fields } = field.parent;
  const description = comment(file, [4, file.messages.indexOf(field.parent), 2, fields.indexOf(field)]);
  return { description, ...typeOf(field, rules) };
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
  if (field.message?.typeName === 'google.protobuf.Duration') return { type: 'string', pattern: DURATION };
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
  const { name, file, values } = descriptor;
  if (!(name in definitions)) {
    const at = [5, file.enums.indexOf(descriptor)];
    const prefix = descriptor.sharedPrefix.toUpperCase();
    const given = values.filter(({ number }) => number !== 0);
    const short = given.map((value) => value.name.slice(prefix.length));
    const meanings = given.map(
      (value) => `${value.name.slice(prefix.length)}: ${comment(file, [...at, 2, values.indexOf(value)])}`,
    );
    definitions[name] = {
      description: [comment(file, at), ...meanings].join('\n'),
      type: 'string',
      anyOf: [{ enum: short }, { pattern: `^${prefix}(${short.join('|')})$` }],
    };
  }
  return { $ref: `#/definitions/${name}` };
}

function rulesOf(field) {
  const rules = getOption(field, rulesOption);
  return rules?.type?.case === undefined && !rules?.required ? undefined : rules;
}

/** Whether the rules refuse the value that a field has when it is left out. */
function isRequired(rules) {
  const { case: kind, value } = rules?.type ?? {};
  if (rules?.required) return true;
  if (kind === 'string') return value.minLen > 0n || value.wellKnown?.case === 'uuid';
  if (kind === 'repeated') return value.minItems > 0n;
  return kind === 'enum' && value.notIn.includes(0);
}

function limits(given) {
  const set = Object.entries(given).filter(([, value]) => value !== undefined && value !== 0n);
  return Object.fromEntries(set.map(([key, value]) => [key, Number(value)]));
}

function comment({ proto }, path) {
  const location = proto.sourceCodeInfo?.location.find((at) => at.path.join() === path.join());
  const lines = (location?.leadingComments ?? '').split('\n').map((line) => line.trim());
  return lines.join(' ').trim() || fail(`schema: ${proto.name} has no comment at ${path.join('.')}`);
}

/** As `npm run format` would leave it. */
function formatted(value) {
  const { stdout, status } = spawnSync('npx', ['biome', 'format', `--stdin-file-path=${PATH}`], {
    cwd: root,
    encoding: 'utf8',
    input: JSON.stringify(value, null, 2),
  });
  return status === 0 ? stdout : fail('schema: biome cannot format it');
}
