import fc from 'fast-check';

/** Few names, so that random scenarios and turns refer to the same ones. */
export const scenarioIds = ['p', 'q', 'r'];
export const stepIds = ['s0', 's1', 's2', 's3', 's4'];
export const fieldNames = ['a', 'b', 'c', 'd'];
export const outcomeKinds = ['CONFIRMED', 'DECLINED', 'ACTION_SUCCEEDED', 'ACTION_FAILED'] as const;

export const oneOf = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
/** True once in `weight + 1` times. */
export const rarely = (weight: number): fc.Arbitrary<boolean> =>
  fc.oneof({ weight, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
export const some = <T>(values: readonly T[], maxLength = 2): fc.Arbitrary<T[]> =>
  fc.uniqueArray(oneOf(values), { maxLength });
