import { z } from 'zod';

const signalSchema = z.object({
  scenario_id: z.string(),
  signal: z.enum(['start', 'continue', 'pause', 'cancel', 'exit', 'none']),
  confirmation: z.enum(['yes', 'no']).nullable(),
  requested_fields: z.array(z.string()),
  wants_alternatives: z.boolean(),
  selected_offer: z.boolean(),
});

const inputsSchema = z.object({
  intent: z.string().nullable(),
  candidates: z.array(z.object({ scenario_id: z.string(), score: z.number() })),
  signals: z.array(signalSchema),
  session_signal: z.literal('exit').nullable(),
  facts: z.array(z.object({ field_id: z.string(), value: z.string() })),
  facts_cleared: z.array(z.string()),
});

const toolRunSchema = z.object({
  scenario_id: z.string(),
  tool: z.string(),
  status: z.enum(['success', 'failure', 'nothing_found']),
  result_count: z.number(),
});

const dialogueSchema = z.object({
  dialogue_id: z.string(),
  turns: z.array(z.object({ turn: z.number().int(), inputs: inputsSchema, tool_outcomes: z.array(toolRunSchema) })),
});

/** The part of a dialogue that the mapping may read: inputs and tool outcomes, but not the expected results. */
export type DialogueInputs = z.infer<typeof dialogueSchema>;
export type TurnInputs = DialogueInputs['turns'][number];
/** The content of a message about one scenario. */
export type SignalInput = z.infer<typeof signalSchema>;
/** A tool run of a turn and its result. */
export type ToolRun = z.infer<typeof toolRunSchema>;

/**
 * Parses the inputs of a `dialogue` record. Throws a ZodError if the record is invalid. Removes all other fields (`expected`,
 * `lifecycles`, the texts), so that the mapping cannot read them by mistake.
 */
export function parseDialogueInputs(record: unknown): DialogueInputs {
  return dialogueSchema.parse(record);
}

/**
 * Whether the value of a field says that the customer does not have it ("Sorry, I can't remember my PIN"). The data records the reply to a
 * question as the value.
 */
export function isRefusal(value: string): boolean {
  return refusal.test(value);
}

/** An interjection, then "I", then a lack. A reply that begins with the value is no refusal. */
const refusal =
  /^(?:\W*(?:sorry|hm+|um+|oh|well|but)\b)*\W*i\b\W*(?:(?:do not|don'?t|cannot|can'?t|can never)(?: seem to)? (?:know|have|remember|recall)|forgot|have no (?:clue|idea)|a?m not sure)\b/i;
