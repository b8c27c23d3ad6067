import { z } from 'zod';
import type { Scenario } from '../../gen/focal/orchestration/v1/scenario';

/** An edge of a chart: an event and the step that it leads to. */
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

/** A `scenario` record of `scenario-replay/1`: a flow chart that is not yet a scenario of the contract. */
export type Chart = z.infer<typeof chartSchema>;
export type ChartStep = Chart['steps'][number];
export type ChartEdge = z.infer<typeof edgeSchema>;

/** Parses a `scenario` record. Throws a ZodError if the record is invalid. */
export function parseChart(record: unknown): Chart {
  return chartSchema.parse(record);
}

/**
 * Returns the tools that execute what the customer confirms: those of the steps that a confirmation leads to. Empty if the chart is not
 * transactional.
 */
export function getCommittingTools(chart: Chart): ReadonlySet<string> {
  const confirmations = chart.transactional
    ? chart.steps.filter((step) => step.kind === 'confirm').flatMap((step) => step.next.filter(isConfirmation))
    : [];
  const targets = new Set(confirmations.map((edge) => edge.to));
  return new Set(chart.steps.filter((step) => targets.has(step.step_id)).flatMap((step) => step.tools));
}

/** Whether an edge is for a customer who confirms. */
export function isConfirmation(edge: ChartEdge): boolean {
  return edge.on === 'confirmed' || edge.on === 'yes';
}

/** The data of a scenario that the scoring uses. */
export interface CatalogueEntry {
  /** The id of the scenario in the data. */
  readonly chartId: string;
  /** The tools that may run only after the customer has confirmed. */
  readonly committingTools: ReadonlySet<string>;
  /** The steps that cannot be skipped. */
  readonly mandatorySteps: ReadonlySet<string>;
}

/** The scenarios of a file by their UUID. */
export type ReplayCatalogue = ReadonlyMap<string, CatalogueEntry>;

/** Creates the catalogue entry of a chart and the scenario that the chart was converted to. */
export function toCatalogueEntry(chart: Chart, scenario: Scenario): CatalogueEntry {
  const mandatorySteps = scenario.steps.filter((step) => step.canSkip === false).map((step) => step.stepId);
  return {
    chartId: chart.scenario_id,
    committingTools: getCommittingTools(chart),
    mandatorySteps: new Set(mandatorySteps),
  };
}
