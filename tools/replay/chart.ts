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

/** Whether a step executes what the customer confirms: a confirmation leads to it. */
export function isConfirmedAction(chart: Chart, step: ChartStep): boolean {
  return (
    step.kind === 'action' &&
    chart.steps.some((other) => other.kind === 'confirm' && leadsTo(other, step, isConfirmation))
  );
}

/** Returns the tools that execute what the customer confirms. */
export function getCommittingTools(chart: Chart): ReadonlySet<string> {
  return new Set(chart.steps.filter((step) => isConfirmedAction(chart, step)).flatMap((step) => step.tools));
}

/** Whether an edge is for a customer who confirms. */
export function isConfirmation(edge: ChartEdge): boolean {
  return edge.on === 'confirmed' || edge.on === 'yes';
}

/** Whether an edge is for a tool that failed or found that something is unavailable. */
export function isFailure(edge: ChartEdge): boolean {
  return edge.on === 'failure' || edge.on === 'unavailable';
}

/** Finds a step by its id. */
export function findStep(chart: Chart, stepId: string | undefined): ChartStep | undefined {
  return chart.steps.find((step) => step.step_id === stepId);
}

/** Whether an edge that `matches` accepts leads from a step to a target. */
export function leadsTo(
  step: ChartStep,
  target: ChartStep,
  matches: (edge: ChartEdge) => boolean = () => true,
): boolean {
  return step.next.some((edge) => edge.to === target.step_id && matches(edge));
}

/**
 * Leads the edges past the optional questions in the middle of a chart: agents hardly ever ask them, and a value that the customer gives is
 * used anyway. An optional question at the entry is asked.
 */
export function bypassOptionalSteps(chart: Chart): Chart {
  return {
    ...chart,
    steps: chart.steps.map((step) => ({
      ...step,
      next: step.next.map((edge) => ({ ...edge, to: bypassOptional(chart, edge.to, []) })),
    })),
  };
}

/** Returns the first step from a step on that is not an optional question in the middle of the chart. */
function bypassOptional(chart: Chart, stepId: string, passed: readonly string[]): string {
  const step = findStep(chart, stepId);
  const isPassed = step?.optional && stepId !== chart.entry_step && !passed.includes(stepId);
  const next = isPassed ? step.next.find(({ on }) => on === 'collected') : undefined;
  return next === undefined ? stepId : bypassOptional(chart, next.to, [...passed, stepId]);
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
