import { isCollection, isNode, type Node } from 'yaml';
import type { z } from 'zod';
import type { ParseContext } from '../files';

/** Reads a node by a schema; undefined where it breaks it, each problem reported at its place. */
export function parseNode<Value>(
  reading: ParseContext,
  schema: z.ZodType<Value>,
  node: Node | undefined,
  path: string,
): Value | undefined {
  const { success, data, error } = schema.safeParse(node?.toJS(reading.document.yaml));
  if (success) return data;
  for (const issue of error.issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
    const at = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
    const place = nodeAt(node, keys[0] === undefined ? issue.path : [...issue.path, keys[0]]);
    reading.report(
      `${path}${at}`.replace(/^\./, ''),
      place,
      keys.length > 0 ? 'UNKNOWN_KEY' : 'WRONG_TYPE',
      keys.length > 0 ? `there is no such key: ${keys.join(', ')}` : issue.message,
    );
  }
  return undefined;
}

/** The innermost node on the way along a path. */
function nodeAt(root: Node | undefined, path: readonly PropertyKey[]): Node | undefined {
  let node = root;
  for (const part of path) {
    const next: unknown = isCollection(node) ? node.get(part, true) : undefined;
    if (!isNode(next)) break;
    node = next;
  }
  return node;
}
