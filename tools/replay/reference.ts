import { z } from 'zod';

/** The types of acts that are scored; the data's others (SUGGEST, GOODBYE, FREE_TEXT ...) have no counterpart in a plan. */
export const SCORED_ACTS = ['ASK', 'CONFIRM', 'ACTION', 'INFORM'] as const;
/** A type of act that is scored. */
export type ScoredAct = (typeof SCORED_ACTS)[number];

const expectedSchema = z.object({
  acts: z.array(z.object({ type: z.string(), scenario_id: z.string().nullable() })),
  lifecycle: z.array(
    z.object({
      scenario_id: z.string(),
      decision: z.enum(['START', 'CONTINUE', 'PAUSE', 'COMPLETE']),
      resumed: z.boolean().default(false),
      returns: z.boolean().default(false),
    }),
  ),
});

const lifecycleSchema = z.object({
  scenario_id: z.string(),
  instance: z.number().int(),
  final: z.enum(['COMPLETE', 'CANCEL', 'OPEN']),
  end_earliest: z.number().int().nullable(),
  end_latest: z.number().int().nullable(),
});

const referenceSchema = z.object({
  turns: z.array(z.object({ turn: z.number().int(), expected: expectedSchema })),
  lifecycles: z.array(lifecycleSchema),
});

/** What people (or the simulator) then did in a dialogue. For scoring only: a test sees to it that nothing else imports it. */
export type DialogueReference = z.infer<typeof referenceSchema>;
/** One run of a scenario, from its start to how it stood at the end of the dialogue. */
export type ReferenceLifecycle = z.infer<typeof lifecycleSchema>;

/** Reads the reference of a `dialogue` record; throws a ZodError that names what is wrong with it. */
export function referenceOf(record: unknown): DialogueReference {
  return referenceSchema.parse(record);
}

/** The key of one scored act of a turn, for sets. */
export function actKey(type: ScoredAct, scenarioId: string): string {
  return `${type} ${scenarioId}`;
}

/** The scored acts of a turn, as keys. */
export function scoredActs(turn: DialogueReference['turns'][number]): ReadonlySet<string> {
  const keys = turn.expected.acts.flatMap((act) => {
    const type = SCORED_ACTS.find((scored) => scored === act.type);
    return type === undefined || act.scenario_id === null ? [] : [actKey(type, act.scenario_id)];
  });
  return new Set(keys);
}
