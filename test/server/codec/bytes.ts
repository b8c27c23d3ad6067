/** Expects the same bytes; jest's own comparison of typed arrays takes far longer and a property makes hundreds of them. */
export function expectSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  expect(Buffer.compare(actual, expected)).toBe(0);
}
