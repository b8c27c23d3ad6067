import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { ParseContext } from './parse-context';

/** A key of a mapping with its value, aliases resolved. */
export interface MappingEntry {
  readonly key: string;
  readonly keyNode: Node;
  /** Undefined where the key stands alone. */
  readonly value: Node | undefined;
}

/** The entries of a mapping in the order of the file. A key that is not text, or an alias of nothing, is reported and left out. */
export function readMappingEntries(reading: ParseContext, map: YAMLMap, path: string): readonly MappingEntry[] {
  return map.items.flatMap((pair: Pair): MappingEntry[] => {
    const keyNode = asNode(pair.key);
    const key: unknown = isScalar(keyNode) ? keyNode.value : undefined;
    if (keyNode === undefined || typeof key !== 'string') {
      reading.report(path, keyNode, 'KEY_NOT_TEXT', 'a key must be text; write it in quotes');
      return [];
    }
    const given = asNode(pair.value);
    const value = reading.resolveAlias(given);
    // Reported already: an alias without its anchor.
    return given !== undefined && value === undefined ? [] : [{ key, keyNode, value }];
  });
}

/** The node that the library hands out as `unknown`. */
export function asNode(value: unknown): Node | undefined {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : undefined;
}
