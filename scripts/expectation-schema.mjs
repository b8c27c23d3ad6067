// The keys of `expect` in a conversation file, for schemas/conversation.schema.json. test/schemas compares them with those that the reader
// accepts.

import { durationPattern } from './file-formats.mjs';

export const names = { type: 'array', items: { type: 'string' } };
const texts = { type: 'object', additionalProperties: { type: 'string' } };
const numbers = { type: 'object', additionalProperties: { type: 'number' } };
const lists = { type: 'object', additionalProperties: names };
const values = { type: 'object', additionalProperties: { type: 'object' } };

/** A number of seconds up to one year, or a duration. */
export function seconds(description) {
  return {
    description,
    anyOf: [
      { type: 'number', minimum: 0, maximum: 31_536_000 },
      { type: 'string', pattern: durationPattern },
    ],
  };
}

/** The expectations of a turn, by scenario name. For a map, only the listed entries are compared. */
const partialExpectation = {
  started: { description: 'Scenarios that start, in start order.', ...names },
  resumed: { description: 'Paused scenarios that resume.', ...names },
  continued: { description: 'Scenarios that continue, including those that resume.', ...names },
  paused: { description: 'Scenarios that this turn pauses, with the reason code.', ...texts },
  stays_paused: { description: 'Scenarios that were paused and stay paused.', ...names },
  completed: { description: 'Scenarios that complete, with the reason code.', ...texts },
  endings: { description: 'How each completed scenario ended: SUCCEEDED or FAILED.', ...texts },
  cancelled: { description: 'Scenarios that are canceled, with the reason code.', ...texts },
  lifecycle_reasons: { description: 'The reason code of the last lifecycle decision about each scenario.', ...texts },
  rejected: { description: 'Candidates that do not start, with the reason code.', ...texts },
  pending: { description: 'Number of MESSAGE turns on which a rejected start is tried again.', ...numbers },
  missing_soft_fields: { description: 'Required SOFT fields that are missing when a scenario starts.', ...lists },
  irreversible_done: { description: 'Checkpoints passed and required actions done by a scenario that ends.', ...lists },
  actions_under_way: {
    description: 'Keys of the actions without an outcome of a scenario that ends, without the id of the instance.',
    ...lists,
  },
  at: { description: 'The current step of each scenario that starts or continues.', ...texts },
  transition_reasons: {
    description: 'Why each scenario is at its step: the reason code of its transition decision.',
    ...texts,
  },
  skipped: { description: 'Steps that were skipped on this turn.', ...lists },
  corrected: { description: 'Fields that the customer corrected.', ...lists },
  blocked_by_checkpoint: { description: 'The passed checkpoint that blocks a correction or BACK.', ...texts },
  asks: { description: 'Fields to ask for.', ...lists },
  known_values: { description: 'Known values of the fields to ask for, by field.', ...values },
  confirms: { description: 'Values to confirm, by field.', ...values },
  choices: { description: 'Scenarios that the customer can choose from.', ...names },
  choice_reason: {
    description: 'Why the customer must choose: AMBIGUOUS, NEEDS_CONSENT or OFFER; "" if there is no choice.',
    type: 'string',
  },
  choice_is_reprompt: { description: 'Whether the choice was put before.', type: 'boolean' },
  hints: { description: 'Tools to run, in order.', ...lists },
  informs: { description: 'Templates to inform the customer with, those of `lead_ins` included.', ...lists },
  lead_ins: { description: 'Templates that come before the contribution of the same scenario.', ...lists },
  silent: { description: 'Scenarios that continue and add nothing to the reply.', ...names },
  waits_for: { description: 'What each silent scenario waits for.', ...texts },
  reprompts: { description: 'Scenarios that repeat an earlier contribution.', ...names },
  reminders: {
    description: 'Scenarios that repeat a request because the customer has not answered in time.',
    ...names,
  },
  deferred: { description: 'Scenarios whose contribution is deferred to a later turn.', ...names },
  action_keys: { description: 'Keys of confirmations and actions, without the id of the instance.', ...texts },
  open_requests: {
    description: 'Kinds of the open requests, ASK, CONFIRM or ACTION, in the order in which they were first put.',
    ...lists,
  },
  attempts: { description: 'Number of attempts at the open ASK or CONFIRM.', ...numbers },
  offers: { description: 'Paused scenarios that the reply may offer to resume.', ...names },
  ignored_outcomes: { description: 'The reason code of each outcome that was not applied.', ...names },
  rejected_values: { description: 'Fields whose values were rejected, with the reason code.', ...texts },
  next_timer_after: {
    description: 'Time from this turn to the next timer: seconds, or a duration such as "5m"; null if there is none.',
    anyOf: [...seconds('').anyOf, { type: 'null' }],
  },
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
