import { z } from 'zod';

/** The act types that are scored. Other types of the data (SUGGEST, GOODBYE, FREE_TEXT ...) do not occur in a plan. */
const scoredActTypes = ['ASK', 'CONFIRM', 'ACTION', 'INFORM'] as const;
export type ScoredAct = (typeof scoredActTypes)[number];

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

/** The actions of people, or of the simulator, in a dialogue. Only the scoring may import this file; a test checks it. */
export type DialogueReference = z.infer<typeof referenceSchema>;
/** One instance of a scenario, and its state at the end of the dialogue. */
export type ReferenceLifecycle = z.infer<typeof lifecycleSchema>;

/** Parses the reference of a `dialogue` record. Throws a ZodError if the reference is invalid. */
export function parseReference(record: unknown): DialogueReference {
  return referenceSchema.parse(record);
}

/** Returns the key of an act in the sets of a turn. */
export function toActKey(type: ScoredAct, scenarioId: string): string {
  return `${type} ${scenarioId}`;
}

/** Returns the scenario id of the data in the key of an act. */
export function getActScenarioId(key: string): string {
  return key.slice(key.indexOf(' ') + 1);
}

/** Whether the recorded reply of a turn contains free text, which is not scored. */
export function hasFreeText(turn: DialogueReference['turns'][number]): boolean {
  return turn.expected.acts.some(({ type }) => type === 'FREE_TEXT');
}

/** Returns the keys of the scored acts of a turn. */
export function getScoredActs(turn: DialogueReference['turns'][number]): ReadonlySet<string> {
  const keys = turn.expected.acts.flatMap((act) => {
    const type = scoredActTypes.find((scored) => scored === act.type);
    return type === undefined || act.scenario_id === null ? [] : [toActKey(type, act.scenario_id)];
  });
  return new Set(keys);
}
