/**
 * Expects equal bytes. Much faster than jest's comparison of typed arrays, which matters for properties with hundreds of runs.
 */
export function expectSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  expect(Buffer.compare(actual, expected)).toBe(0);
}
