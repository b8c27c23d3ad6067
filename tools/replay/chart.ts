import { z } from 'zod';

/** One way on of a step, as the data names it: what happened, and where that leads. */
const edgeSchema = z.object({ on: z.string(), to: z.string() });

const chartStepSchema = z.object({
  step_id: z.string(),
  kind: z.enum(['collect', 'confirm', 'action', 'inform', 'ask_more', 'closing']),
  collects_profile_fields: z.array(z.string()),
  can_skip: z.boolean(),
  optional: z.boolean().default(false),
  checkpoint: z.boolean(),
  confirms_fields: z.array(z.string()).default([]),
  tools: z.array(z.string()),
  terminal: z.boolean(),
  text: z.string().default(''),
  next: z.array(edgeSchema),
});

const chartSchema = z.object({
  scenario_id: z.string(),
  title: z.string(),
  description: z.string(),
  domain: z.string(),
  source: z.object({ dataset: z.enum(['sgd', 'star']) }),
  transactional: z.boolean(),
  entry_step: z.string(),
  fields: z.array(z.object({ field_id: z.string(), description: z.string(), required: z.boolean() })),
  steps: z.array(chartStepSchema),
});

/** A `scenario` record of `scenario-replay/1`: a flow chart that is not yet in the form of the contract. */
export type Chart = z.infer<typeof chartSchema>;
/** A node of a chart. */
export type ChartStep = Chart['steps'][number];
/** A way on of a node. */
export type ChartEdge = z.infer<typeof edgeSchema>;

/** Reads a `scenario` record; throws a ZodError that names what is wrong with it. */
export function chartOf(record: unknown): Chart {
  return chartSchema.parse(record);
}

/**
 * The tools that do what the customer confirms: those of the steps that a confirmation leads to. A chart that is not
 * transactional has none.
 */
export function committingTools(chart: Chart): ReadonlySet<string> {
  const confirmed = chart.transactional
    ? chart.steps.filter((step) => step.kind === 'confirm').flatMap((step) => step.next.filter(isConfirmation))
    : [];
  const targets = new Set(confirmed.map((edge) => edge.to));
  return new Set(chart.steps.filter((step) => targets.has(step.step_id)).flatMap((step) => step.tools));
}

/** Whether an edge is the one that the customer's yes takes. */
export function isConfirmation(edge: ChartEdge): boolean {
  return edge.on === 'confirmed' || edge.on === 'yes';
}
