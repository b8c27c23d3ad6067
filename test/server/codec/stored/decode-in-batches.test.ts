import { decodeInBatches } from '../../../../src/server/codec/stored/decode-in-batches';

/** Decodes values of a size, and returns how many had been decoded when other work ran for the first time. */
async function countBeforePause(count: number, size: number): Promise<{ values: number[]; decodedBefore: number }> {
  const stored = Array.from({ length: count }, (_, index) => index);
  let [decoded, decodedBefore] = [0, count];
  setImmediate(() => {
    decodedBefore = decoded;
  });
  const values = await decodeInBatches(
    stored,
    () => size,
    (value) => {
      decoded += 1;
      return value * 2;
    },
  );
  return { values, decodedBefore };
}

test('a small catalogue is decoded without a pause', async () => {
  const { values, decodedBefore } = await countBeforePause(100, 1_000);
  expect(values.slice(0, 3)).toEqual([0, 2, 4]);
  expect(decodedBefore).toBe(100);
});

test('other work runs between the scenarios of a large catalogue', async () => {
  const { values, decodedBefore } = await countBeforePause(10, 200_000);
  expect(values).toHaveLength(10);
  expect(decodedBefore).toBe(2);
});
