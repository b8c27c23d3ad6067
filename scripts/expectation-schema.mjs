// The keys of `expect` in a conversation file, for schemas/conversation.schema.json. test/schemas compares them with those that the reader
// accepts.

export const names = { type: 'array', items: { type: 'string' } };
const texts = { type: 'object', additionalProperties: { type: 'string' } };
const lists = { type: 'object', additionalProperties: names };
/** The expectations of a turn, by scenario name. For a map, only the listed entries are compared. */
const partialExpectation = {
  started: { description: 'Scenarios that start, in start order.', ...names },
  resumed: { description: 'Paused scenarios that resume.', ...names },
  continued: { description: 'Scenarios that continue, including those that resume.', ...names },
  paused: { description: 'Scenarios that this turn pauses, with the reason code.', ...texts },
  stays_paused: { description: 'Scenarios that were paused and stay paused.', ...names },
  completed: { description: 'Scenarios that complete, with the reason code.', ...texts },
  cancelled: { description: 'Scenarios that are canceled, with the reason code.', ...texts },
  rejected: { description: 'Candidates that do not start, with the reason code.', ...texts },
  missing_soft_fields: { description: 'Required SOFT fields that are missing when a scenario starts.', ...lists },
  irreversible_done: { description: 'Checkpoints passed and required actions done by a scenario that ends.', ...lists },
  at: { description: 'The current step of each scenario that starts or continues.', ...texts },
  skipped: { description: 'Steps that were skipped on this turn.', ...lists },
  asks: { description: 'Fields to ask for.', ...lists },
  confirms: {
    description: 'Values to confirm, by field.',
    type: 'object',
    additionalProperties: { type: 'object' },
  },
  choices: { description: 'Scenarios that the customer can choose from.', ...names },
  hints: { description: 'Tools to run, in order.', ...lists },
  informs: { description: 'Templates to inform the customer with.', ...lists },
  silent: { description: 'Scenarios that continue and add nothing to the reply.', ...names },
  reprompts: { description: 'Scenarios that repeat an earlier contribution.', ...names },
  deferred: { description: 'Scenarios whose contribution is deferred to a later turn.', ...names },
  rejected_values: { description: 'Fields whose values were rejected, with the reason code.', ...texts },
  primary: { description: 'The primary scenario of the reply; "" if there is none.', type: 'string' },
};

/** With `..._exactly` after each map: the same map, compared as a whole. */
export const expectation = Object.fromEntries(
  Object.entries(partialExpectation).flatMap(([key, value]) => {
    if (value.type !== 'object') return [[key, value]];
    const description = `Like \`${key}\`, but any entry that is not listed is a failure.`;
    return [
      [key, value],
      [`${key}_exactly`, { ...value, description }],
    ];
  }),
);
