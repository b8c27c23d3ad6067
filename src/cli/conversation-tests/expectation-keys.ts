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

function listForm(hasNames: boolean): KeyForm<readonly string[]> {
  return { schema: z.array(z.string()), empty: [], hasNames, isDetail: false };
}

function mapForm<Value>(value: z.ZodType<Value>, hasNames = true): KeyForm<ByScenario<Value>> {
  return { schema: z.record(z.string(), value), empty: {}, hasNames, isDetail: false };
}

function detail<Form extends KeyForm<unknown>>(form: Form): Form {
  return { ...form, isDetail: true };
}

const names = listForm(true);
const texts = mapForm(z.string());
const numbers = mapForm(z.number());
const lists = mapForm<readonly string[]>(z.array(z.string()));
const values = mapForm<Readonly<Record<string, unknown>>>(z.record(z.string(), z.json()));

/** The keys in the order of the documentation. A map has a second key with the suffix `_exactly`. */
export const keyForms: { readonly [Key in keyof TurnSummary]: KeyForm<TurnSummary[Key]> } = {
  started: names,
  resumed: names,
  continued: names,
  paused: texts,
  stays_paused: names,
  completed: texts,
  endings: detail(texts),
  cancelled: texts,
  lifecycle_reasons: detail(texts),
  rejected: texts,
  pending: detail(numbers),
  missing_soft_fields: lists,
  irreversible_done: lists,
  actions_under_way: detail(lists),
  at: texts,
  transition_reasons: detail(texts),
  skipped: lists,
  corrected: detail(lists),
  blocked_by_checkpoint: detail(texts),
  asks: lists,
  known_values: detail(values),
  confirms: values,
  choices: names,
  choice_reason: { schema: z.string(), empty: '', hasNames: false, isDetail: true },
  choice_is_reprompt: { schema: z.boolean(), empty: false, hasNames: false, isDetail: true },
  hints: lists,
  informs: lists,
  lead_ins: detail(lists),
  silent: names,
  waits_for: detail(texts),
  reprompts: names,
  reminders: names,
  deferred: names,
  action_keys: detail(texts),
  open_requests: detail(lists),
  attempts: detail(numbers),
  offers: names,
  ignored_outcomes: listForm(false),
  rejected_values: mapForm(z.string(), false),
  next_timer_after: { schema: secondsSchema.nullable(), empty: null, hasNames: false, isDetail: true },
  primary: { schema: z.string(), empty: '', hasNames: true, isDetail: false },
};
