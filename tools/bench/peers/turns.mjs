// The session of `npm run bench`, told plainly: what each of nine turns says to three flows of eight steps, and what a flow must
// want after it. Every engine is checked against this, so that all of them do the same work.
export const flows = 3;

const toAll = (values) => Array.from({ length: flows }, () => ({ kind: 'values', values }));
const toSome = (said) => Array.from({ length: flows }, (_, flow) => said[flow]);

/** One entry a flow; undefined: the turn says nothing to it. */
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

/** The step that each flow stands at after each turn. */
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

/** What each step collects. */
export const collected = {
  reference: ['reference'],
  circumstances: ['reason', 'date'],
  amount: ['amount'],
  note: ['note'],
};

export const missing = (step, values) => collected[step].filter((field) => values[field] === undefined);
