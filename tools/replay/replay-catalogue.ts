import type { Scenario } from '../../gen/focal/orchestration/v1/scenario';
import { type Chart, committingTools } from './chart';

/** What the scoring has to know of the scenarios of a file beside what was played. */
export interface CatalogueEntry {
  /** The scenario's id in the data. */
  readonly chartId: string;
  /** The tools that may run only after the customer confirmed. */
  readonly committingTools: ReadonlySet<string>;
  /** The steps that are never passed over. */
  readonly unskippableSteps: ReadonlySet<string>;
}

/** The scenarios of a file by their UUID. */
export type ReplayCatalogue = ReadonlyMap<string, CatalogueEntry>;

/** The entry of a chart and the scenario that it was mapped to. */
export function catalogueEntry(chart: Chart, scenario: Scenario): CatalogueEntry {
  const unskippable = scenario.steps.filter((step) => step.canSkip === false).map((step) => step.stepId);
  return {
    chartId: chart.scenario_id,
    committingTools: committingTools(chart),
    unskippableSteps: new Set(unskippable),
  };
}
