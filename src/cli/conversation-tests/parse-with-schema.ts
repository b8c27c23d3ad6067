import { isCollection, isNode, type Node } from 'yaml';
import { z } from 'zod';
import { describeNode, describeUnknownKey, findNearestName, type ParseContext } from '../files';

/** Validates a node with a schema. Reports each problem at its position. Returns undefined if there are problems. */
export function parseWithSchema<Value>(
  context: ParseContext,
  schema: z.ZodType<Value>,
  node: Node | undefined,
  path: string,
): Value | undefined {
  const { success, data, error } = schema.safeParse(node?.toJS(context.document.yaml));
  if (success) return data;
  for (const issue of error.issues) {
    const fullPath = formatPath(path, issue.path);
    if (issue.code === 'unrecognized_keys') {
      const knownKeys = listKeys(schema, issue.path);
      for (const key of issue.keys) {
        const message = describeUnknownKey(key, findNearestName(key, knownKeys), 'this mapping');
        const keyPath = formatPath(path, [...issue.path, key]);
        context.report(keyPath, findInnermostNode(node, [...issue.path, key]), 'UNKNOWN_KEY', message);
      }
      continue;
    }
    const innermost = findInnermostNode(node, issue.path);
    const isMissing = findNode(node, issue.path) === undefined;
    context.report(
      fullPath,
      innermost,
      isMissing ? 'MISSING' : 'WRONG_TYPE',
      describeIssue(issue, innermost, isMissing),
    );
  }
  return undefined;
}

const typeNames: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  number: 'a number',
  object: 'a mapping',
  record: 'a mapping',
  string: 'a string',
};

const units: Readonly<Record<string, string>> = { array: ' items', string: ' characters' };

function describeIssue(issue: z.core.$ZodIssue, node: Node | undefined, isMissing: boolean): string {
  switch (issue.code) {
    case 'invalid_type': {
      const type = typeNames[issue.expected] ?? issue.expected;
      return isMissing ? `is missing; it must be ${type}` : `must be ${type}, but is ${describeNode(node)}`;
    }
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'too_small':
      return `must be at least ${issue.minimum}${units[issue.origin] ?? ''}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

function formatPath(path: string, parts: readonly PropertyKey[]): string {
  const inner = parts.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `${path}${inner}`.replace(/^\./, '');
}

/** Returns the keys that a schema allows in the mapping at a path. */
function listKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return listKeys(schema.def.innerType, path);
  if (!(schema instanceof z.ZodObject)) return [];
  const [key, ...rest] = path;
  if (key === undefined) return Object.keys(schema.shape);
  const inner: unknown = Reflect.get(schema.shape, key);
  return inner instanceof z.ZodType ? listKeys(inner, rest) : [];
}

/** Returns the node at a path; undefined if there is none. */
function findNode(root: Node | undefined, path: readonly PropertyKey[]): Node | undefined {
  let node = root;
  for (const part of path) {
    const next: unknown = isCollection(node) ? node.get(part, true) : undefined;
    if (!isNode(next)) return undefined;
    node = next;
  }
  return node;
}

/** Returns the innermost existing node along a path. */
function findInnermostNode(root: Node | undefined, path: readonly PropertyKey[]): Node | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node = findNode(root, path.slice(0, length));
    if (node !== undefined) return node;
  }
  return root;
}
