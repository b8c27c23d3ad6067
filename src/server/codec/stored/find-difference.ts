/**
 * Returns the path of the first part that differs between two decoded messages, for example `lifecycleDecisions[0].reason`; undefined if
 * they are equal. The order of map entries makes no difference. NaN equals NaN; 0 and -0 differ, as their bytes do.
 */
export function findDifference(left: unknown, right: unknown): string | undefined {
  if (Object.is(left, right)) return undefined;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return '';
  if (left instanceof Date || right instanceof Date) {
    return left instanceof Date && right instanceof Date && left.getTime() === right.getTime() ? undefined : '';
  }
  if (Array.isArray(left) !== Array.isArray(right)) return '';
  return findDifferentProperty(left, right);
}

/** The properties of a list are its indexes. */
function findDifferentProperty(left: object, right: object): string | undefined {
  const rightProperties = new Map<string, unknown>(Object.entries(right));
  const leftProperties = Object.entries(left);
  for (const [key, value] of leftProperties) {
    const difference = rightProperties.has(key) ? findDifference(value, rightProperties.get(key)) : '';
    rightProperties.delete(key);
    if (difference !== undefined) return joinPath(Array.isArray(left), key, difference);
  }
  const [additional] = rightProperties.keys();
  return additional === undefined ? undefined : joinPath(Array.isArray(left), additional, '');
}

function joinPath(isList: boolean, key: string, rest: string): string {
  const head = isList ? `[${key}]` : key;
  return rest === '' || rest.startsWith('[') ? `${head}${rest}` : `${head}.${rest}`;
}
