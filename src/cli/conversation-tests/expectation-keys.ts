import { z } from 'zod';
import { secondsSchema } from './seconds';
import type { ByScenario } from './summary-values';
import type { TurnSummary } from './turn-summary';

// The keys of an expectation in a conversation file.

/** The form of the value of a key. */
interface KeyForm<Value> {
  readonly schema: z.ZodType<Value>;
  /** The value of a turn without such a decision. */
  readonly empty: Value;
  /** Whether the value, its entries or its keys are names of scenarios. */
  readonly hasNames: boolean;
  /** Whether the key describes other keys in detail. An exact expectation that omits it does not compare it. */
  readonly isDetail: boolean;
}

function createListForm(hasNames: boolean): KeyForm<readonly string[]> {
  return { schema: z.array(z.string()), empty: [], hasNames, isDetail: false };
}

function createMapForm<Value>(value: z.ZodType<Value>, hasNames = true): KeyForm<ByScenario<Value>> {
  return { schema: z.record(z.string(), value), empty: {}, hasNames, isDetail: false };
}

function toDetail<Form extends KeyForm<unknown>>(form: Form): Form {
  return { ...form, isDetail: true };
}

const names = createListForm(true);
const texts = createMapForm(z.string());
const numbers = createMapForm(z.number());
const lists = createMapForm<readonly string[]>(z.array(z.string()));
const values = createMapForm<Readonly<Record<string, unknown>>>(z.record(z.string(), z.json()));

/** The keys in the order of the documentation. A map has a second key with the suffix `_exactly`. */
export const keyForms: { readonly [Key in keyof TurnSummary]: KeyForm<TurnSummary[Key]> } = {
  started: names,
  resumed: names,
  continued: names,
  paused: texts,
  stays_paused: names,
  completed: texts,
  endings: toDetail(texts),
  cancelled: texts,
  lifecycle_reasons: toDetail(texts),
  rejected: texts,
  pending: toDetail(numbers),
  missing_soft_fields: lists,
  irreversible_done: lists,
  actions_under_way: toDetail(lists),
  at: texts,
  transition_reasons: toDetail(texts),
  skipped: lists,
  corrected: toDetail(lists),
  blocked_by_checkpoint: toDetail(texts),
  asks: lists,
  known_values: toDetail(values),
  confirms: values,
  choices: names,
  choice_reason: { schema: z.string(), empty: '', hasNames: false, isDetail: true },
  choice_is_reprompt: { schema: z.boolean(), empty: false, hasNames: false, isDetail: true },
  hints: lists,
  informs: lists,
  lead_ins: toDetail(lists),
  silent: names,
  waits_for: toDetail(texts),
  reprompts: names,
  reminders: names,
  deferred: names,
  action_keys: toDetail(texts),
  open_requests: toDetail(lists),
  attempts: toDetail(numbers),
  offers: names,
  ignored_outcomes: createListForm(false),
  rejected_values: createMapForm(z.string(), false),
  next_timer_after: { schema: secondsSchema.nullable(), empty: null, hasNames: false, isDetail: true },
  primary: { schema: z.string(), empty: '', hasNames: true, isDetail: false },
};
