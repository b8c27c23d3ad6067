/**
 * Converts a part of a definition or of a decision to canonical text: keys sorted, members without a value left out. Two parts have the same
 * text exactly when they mean the same.
 */
export function toValueText(value: unknown): string {
  if (value === undefined) return '';
  if (value instanceof Map) return toObjectText([...value].map(([key, member]) => [String(key), member]));
  if (Array.isArray(value)) return `[${value.map(toValueText).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return toObjectText(Object.entries(value));
  return JSON.stringify(value);
}

function toObjectText(members: readonly (readonly [string, unknown])[]): string {
  const present = members.filter(([, member]) => member !== undefined);
  const sorted = present.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${sorted.map(([key, member]) => `${JSON.stringify(key)}: ${toValueText(member)}`).join(', ')}}`;
}

/** Converts the name of a property to that of the contract: `isCheckpoint` to `is_checkpoint`, `idleTimeoutMs` to `idle_timeout`. */
export function toContractName(property: string): string {
  return property.replace(/Ms$/, '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
