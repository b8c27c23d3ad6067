import { type Chart, getCommittingTools } from './chart';

// Names of variables, and conditions in CEL.

/**
 * Returns the name of the variable that is true if the last run of a tool succeeded. The results of an outcome set the variable
 * (SEMANTICS 0.4), or the report of a run that the plan did not ask for.
 */
export function toSucceededVariable(tool: string): string {
  return `${tool}.succeeded`;
}

/** Returns the name of the variable with the number of results of the last run of a tool. */
export function toCountVariable(tool: string): string {
  return `${tool}.result_count`;
}

/** Returns the name of the variable that reports a run of a tool that the plan did not ask for. */
export function toReportVariable(tool: string): string {
  return `${tool}.report`;
}

/** Creates a condition that holds when a run that the plan did not ask for is reported. */
export function createReportCondition(tool: string, succeeded: boolean): string {
  return `${succeeded ? '' : '!'}data[${toLiteral(toReportVariable(tool))}].succeeded`;
}

/** Creates a condition that holds if one of the tools has failed after the plan asked for it. */
export function createFailedCondition(tools: readonly string[]): string {
  return `(${tools.map((tool) => `data[${toLiteral(toSucceededVariable(tool))}] == false`).join(' || ')})`;
}

/** Creates a condition that holds if the customer changed a value of the scenario, but did not select an offer. */
export function createValueChangedCondition(chart: Chart): string {
  const fields = chart.fields.map((field) => toLiteral(field.field_id)).join(', ');
  return `changed.exists(field, field in [${fields}]) && !(${toLiteral(chart.scenario_id)} in facts.selected)`;
}

export function createWantsAlternativesCondition(chart: Chart): string {
  return `${toLiteral(chart.scenario_id)} in facts.alternatives`;
}

export function createAcceptedCondition(chart: Chart): string {
  return `${toLiteral(chart.scenario_id)} in facts.accepted`;
}

export function createRefusedCondition(chart: Chart): string {
  return `${toLiteral(chart.scenario_id)} in facts.refused`;
}

/** Creates a condition that holds if the customer asks about a field of the service. */
export function createAsksAboutCondition(chart: Chart): string {
  const service = chart.scenario_id.split('.')[1] ?? chart.scenario_id;
  return `requested.exists(field, field.startsWith(${toLiteral(`${service}.`)}))`;
}

/** Creates a condition that holds if the customer leaves the scenario, starts it again, or turns only to other scenarios. */
export function createMovedOnCondition(chart: Chart): string {
  const id = toLiteral(chart.scenario_id);
  const turnedToOthers = `(size(facts.turned_to) > 0 && !(${id} in facts.turned_to))`;
  return `facts.ending || ${id} in facts.left || ${id} in facts.started || ${turnedToOthers}`;
}

/**
 * Creates a condition that holds if a tool of the scenario succeeded and the customer has moved on. Empty if the scenario has no tool: it
 * completes at a terminal step.
 */
export function createCompletionCondition(chart: Chart): string {
  const committing = getCommittingTools(chart);
  const tools = committing.size > 0 ? [...committing] : [...new Set(chart.steps.flatMap((step) => step.tools))];
  if (tools.length === 0) return '';
  const succeeded = tools.map((tool) => `data[${toLiteral(toSucceededVariable(tool))}] == true`).join(' || ');
  return `(${succeeded}) && (${createMovedOnCondition(chart)})`;
}

/** Holds if the customer continues with this scenario. */
export const continuedCondition = 'signal == "CONTINUE"';

function toLiteral(value: string): string {
  return JSON.stringify(value);
}
