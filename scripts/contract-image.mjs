// The contract with its comments and its rules, as the pages and schemas are made of it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileRegistry, fromBinary, getOption } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { fail, run } from './run.mjs';

const PACKAGE = 'focal.orchestration.v1';
/** buf.validate.Ignore: a value that is left out is looked at by no rule. */
const IGNORE_IF_ZERO_VALUE = 1;
// Of FileDescriptorProto, DescriptorProto, EnumDescriptorProto and ServiceDescriptorProto: the numbers of a comment's path.
const PLACES = { message: 4, enum: 5, service: 6 };

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorsWithComments()));
const rulesOption = registry.getExtension('buf.validate.field') ?? fail('contract: it has no buf.validate rules');

export function message(name) {
  return registry.getMessage(`${PACKAGE}.${name}`) ?? fail(`contract: it has no message ${name}`);
}

/** The file of the contract of that name, for example `turn`. */
export function contractFile(name) {
  const path = `${PACKAGE.replaceAll('.', '/')}/${name}`;
  return registry.getFile(`${path}.proto`) ?? fail(`contract: it has no file ${path}.proto`);
}

/** All its files, for example `turn`. */
export function contractFileNames() {
  const names = [...registry.files].map(({ name }) => name);
  return names.filter((name) => name.startsWith(PACKAGE.replaceAll('.', '/'))).map((name) => name.split('/').pop());
}

/** The rules of buf.validate that a field has, undefined where it has none. */
export function rulesOf(field) {
  const rules = getOption(field, rulesOption);
  return rules?.type?.case === undefined && !rules?.required ? undefined : rules;
}

/** Whether the rules refuse the value that a field has when it is left out. */
export function isRequired(rules) {
  const { case: kind, value } = rules?.type ?? {};
  if (rules?.required) return true;
  if (mayBeLeftOut(rules)) return false;
  if (kind === 'string') return value.minLen > 0n || value.wellKnown?.case === 'uuid';
  if (kind === 'repeated') return value.minItems > 0n;
  return kind === 'enum' && value.notIn.includes(0);
}

/** Whether the rules look at a value only where one is given. */
export function mayBeLeftOut(rules) {
  return rules?.ignore === IGNORE_IF_ZERO_VALUE;
}

/** The paragraphs of the comment on a message, field, enum, value, service or method. A contract without one is not complete. */
export function comment(descriptor) {
  const { file } = descriptor.parent ?? descriptor;
  const path = [...placeOf(descriptor)].join();
  const location = file.proto.sourceCodeInfo?.location.find((at) => at.path.join() === path);
  const paragraphs = (location?.leadingComments ?? '').split(/\n\s*\n/).map((text) =>
    text
      .split(/\s*\n\s*/)
      .join(' ')
      .trim(),
  );
  return paragraphs[0] ? paragraphs : fail(`contract: ${descriptor.name} in ${file.name}.proto has no comment`);
}

function placeOf(descriptor) {
  const { kind, parent, file } = descriptor;
  switch (kind) {
    case 'field':
      return [...placeOf(parent), 2, parent.fields.indexOf(descriptor)];
    case 'enum_value':
      return [...placeOf(parent), 2, parent.values.indexOf(descriptor)];
    case 'rpc':
      return [...placeOf(parent), 2, parent.methods.indexOf(descriptor)];
    default:
      return [PLACES[kind], file[`${kind}s`].indexOf(descriptor)];
  }
}

function descriptorsWithComments() {
  const folder = mkdtempSync(join(tmpdir(), 'contract-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'descriptors.binpb');
  run('buf', ['build', '--as-file-descriptor-set', '-o', path]);
  return readFileSync(path);
}
