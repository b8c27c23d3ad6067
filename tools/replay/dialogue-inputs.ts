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

/** What the mapping may read of a dialogue: the inputs and tool outcomes of its turns, and nothing that was expected. */
export type DialogueInputs = z.infer<typeof dialogueSchema>;
/** What the mapping may read of one turn. */
export type TurnInputs = DialogueInputs['turns'][number];
/** What one scenario got from a message. */
export type SignalInput = z.infer<typeof signalSchema>;
/** A tool that ran in a turn, and how it ended. */
export type ToolRun = z.infer<typeof toolRunSchema>;

/**
 * Reads the inputs of a `dialogue` record; throws a ZodError that names what is wrong with it. Everything else of the record
 * (`expected`, `lifecycles`, the texts) is left behind here, so that no mapping can see it even by mistake.
 */
export function dialogueInputsOf(record: unknown): DialogueInputs {
  return dialogueSchema.parse(record);
}
