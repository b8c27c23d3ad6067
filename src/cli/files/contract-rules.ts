import type { DescMessage, Message } from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';
import { createValidator, type Validator, type Violation } from '@bufbuild/protovalidate';
import type { FileProblem, FileProblemCode } from './file-problem';
import { getParentPath, type SourceMap } from './source-map';

let validator: Validator | undefined;

/**
 * What breaks the rules that the contract states (`buf.validate`), at its place in the file. Leaves out what lies at, around or
 * inside of a problem that is known already.
 */
export function findContractViolations(
  descriptor: DescMessage,
  message: Message,
  source: SourceMap,
  known: readonly FileProblem[],
): readonly FileProblem[] {
  validator ??= createValidator();
  const result = validator.validate(descriptor, message);
  if (result.kind === 'error') throw result.error;
  const broken = new Set(known.map(({ path }) => path));
  return (result.violations ?? []).flatMap((violation) => {
    const path = pathToString(violation.field);
    if (isWithin(path, broken)) return [];
    const at = { file: source.file, ...source.positionAt(path), path };
    const code: FileProblemCode = source.has(path) ? 'CONTRACT_RULE' : 'MISSING';
    return [{ ...at, severity: 'ERROR', code, message: sentence(violation, path, source) }];
  });
}

function isWithin(path: string, broken: ReadonlySet<string>): boolean {
  for (let at = path; at !== ''; at = getParentPath(at)) if (broken.has(at)) return true;
  return false;
}

function sentence({ message, ruleId }: Violation, path: string, source: SourceMap): string {
  if (!source.has(path)) return `is missing (${message})`;
  return ruleId === 'repeated.unique' ? 'must not list anything twice' : message;
}
