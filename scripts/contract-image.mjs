// Reads the descriptors of the contract with comments and buf.validate rules, for the reference pages and the JSON schemas.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileRegistry, fromBinary, getOption } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { fail, run } from './run.mjs';

const packageName = 'focal.orchestration.v1';
/** buf.validate.Ignore: the rules do not apply to an unset value. */
const ignoreIfZeroValue = 1;
/** Field numbers of FileDescriptorProto, which start the path of a comment. */
const pathNumbers = { message: 4, enum: 5, service: 6 };

export const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, buildDescriptors()));
const rulesOption =
  registry.getExtension('buf.validate.field') ?? fail('contract: the extension buf.validate.field is missing');

export function getMessage(name) {
  return registry.getMessage(`${packageName}.${name}`) ?? fail(`contract: there is no message ${name}`);
}

/** Returns a file of the contract by name, for example `turn`. */
export function getContractFile(name) {
  const path = `${packageName.replaceAll('.', '/')}/${name}`;
  return registry.getFile(`${path}.proto`) ?? fail(`contract: there is no file ${path}.proto`);
}

/** Lists the names of the files, for example `turn`. */
export function listContractFileNames() {
  const names = [...registry.files].map(({ name }) => name);
  return names.filter((name) => name.startsWith(packageName.replaceAll('.', '/'))).map((name) => name.split('/').pop());
}

/** Returns the buf.validate rules of a field; undefined if the field has no rules. */
export function getRules(field) {
  const rules = getOption(field, rulesOption);
  return rules?.type?.case === undefined && !rules?.required ? undefined : rules;
}

/** Whether the rules reject an unset field. */
export function isRequired(rules) {
  const { case: kind, value } = rules?.type ?? {};
  if (rules?.required) return true;
  if (canBeOmitted(rules)) return false;
  if (kind === 'string') return value.minLen > 0n || value.wellKnown?.case === 'uuid';
  if (kind === 'repeated') return value.minItems > 0n;
  return kind === 'enum' && value.notIn.includes(0);
}

/** Whether the rules ignore an unset field. */
export function canBeOmitted(rules) {
  return rules?.ignore === ignoreIfZeroValue;
}

/** Returns the paragraphs of a comment. Exits with an error if there is no comment. */
export function getCommentParagraphs(descriptor) {
  const { file } = descriptor.parent ?? descriptor;
  const path = [...getCommentPath(descriptor)].join();
  const location = file.proto.sourceCodeInfo?.location.find((at) => at.path.join() === path);
  const paragraphs = (location?.leadingComments ?? '').split(/\n\s*\n/).map((text) =>
    text
      .split(/\s*\n\s*/)
      .join(' ')
      .trim(),
  );
  return paragraphs[0] ? paragraphs : fail(`contract: ${descriptor.name} in ${file.name}.proto has no comment`);
}

function getCommentPath(descriptor) {
  const { kind, parent, file } = descriptor;
  switch (kind) {
    case 'field':
      return [...getCommentPath(parent), 2, parent.fields.indexOf(descriptor)];
    case 'enum_value':
      return [...getCommentPath(parent), 2, parent.values.indexOf(descriptor)];
    case 'rpc':
      return [...getCommentPath(parent), 2, parent.methods.indexOf(descriptor)];
    default:
      return [pathNumbers[kind], file[`${kind}s`].indexOf(descriptor)];
  }
}

function buildDescriptors() {
  const folder = mkdtempSync(join(tmpdir(), 'contract-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'descriptors.binpb');
  run('buf', ['build', '--as-file-descriptor-set', '-o', path]);
  return readFileSync(path);
}
