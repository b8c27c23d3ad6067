/**
 * Whether two decoded messages say the same: deep, the order of map entries aside. They may be made of lists, maps, timestamps,
 * JSON values and scalars. NaN equals itself; 0 and -0 differ, as their bytes do.
 */
export function areMessagesEqual(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (left instanceof Date || right instanceof Date) {
    return left instanceof Date && right instanceof Date && left.getTime() === right.getTime();
  }
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  return sameMembers(left, right);
}

/** Lists are objects whose keys are their indexes. */
function sameMembers(left: object, right: object): boolean {
  const members = new Map<string, unknown>(Object.entries(right));
  const entries = Object.entries(left);
  if (entries.length !== members.size) return false;
  for (const [key, member] of entries) {
    if (!members.has(key) || !areMessagesEqual(member, members.get(key))) return false;
  }
  return true;
}
