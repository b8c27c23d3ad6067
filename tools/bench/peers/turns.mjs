// The session of `npm run bench`: the input of nine turns for three flows of eight steps, and the expected steps. Every engine is checked
// against them, so that all engines do the same work.
export const flows = 3;

const toAll = (values) => Array.from({ length: flows }, () => ({ kind: 'values', values }));
const toSome = (inputs) => Array.from({ length: flows }, (_, flow) => inputs[flow]);

/** The inputs of each turn, one entry per flow; undefined if the flow has no input. */
export const turns = [
  toAll({}),
  toAll({ reference: 'R-2041-77' }),
  toAll({ reason: 'It came late and the box was open.' }),
  toAll({ date: '2026-01-03' }),
  toAll({ amount: 750.5 }),
  toAll({ note: 'The neighbour took it in.' }),
  toSome([{ kind: 'confirmed' }]),
  toSome([{ kind: 'booked', values: { booking: 'B-20871' } }, { kind: 'confirmed' }]),
  toSome([undefined, { kind: 'booked', values: { booking: 'B-20871' } }]),
];

/** The expected step of each flow after each turn. */
export const stepsAfter = [
  ['reference', 'reference', 'reference'],
  ['circumstances', 'circumstances', 'circumstances'],
  ['circumstances', 'circumstances', 'circumstances'],
  ['amount', 'amount', 'amount'],
  ['note', 'note', 'note'],
  ['confirmation', 'confirmation', 'confirmation'],
  ['booking', 'confirmation', 'confirmation'],
  ['receipt', 'booking', 'confirmation'],
  ['receipt', 'receipt', 'confirmation'],
];

/** The fields that each step collects. */
const collectedFields = {
  reference: ['reference'],
  circumstances: ['reason', 'date'],
  amount: ['amount'],
  note: ['note'],
};

export const findMissingFields = (step, values) => collectedFields[step].filter((field) => values[field] === undefined);
