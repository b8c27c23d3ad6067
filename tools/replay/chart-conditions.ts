import { type Chart, committingTools } from './chart';

/** The variable that tells whether a tool's last run succeeded; an outcome's results fill it (SEMANTICS 0.4). */
export function succeededVariable(tool: string): string {
  return `${tool}.succeeded`;
}

/** The variable that tells how much a tool's last run found. */
export function countVariable(tool: string): string {
  return `${tool}.result_count`;
}

/** CEL: the customer gave, changed or took back a value of the scenario, and not by taking what was offered. */
export function valueChanged(chart: Chart): string {
  const fields = chart.fields.map((field) => text(field.field_id)).join(', ');
  return `changed.exists(field, field in [${fields}]) && !(${text(chart.scenario_id)} in facts.selected)`;
}

/** CEL: the customer wants another offer. */
export function wantsAlternatives(chart: Chart): string {
  return `${text(chart.scenario_id)} in facts.alternatives`;
}

/** CEL: the customer says yes to what was told. */
export function accepts(chart: Chart): string {
  return `${text(chart.scenario_id)} in facts.accepted`;
}

/** CEL: the customer says no to what was told. */
export function refuses(chart: Chart): string {
  return `${text(chart.scenario_id)} in facts.refused`;
}

/** CEL: the customer asks about something that the scenario can tell. */
export function asksAbout(chart: Chart): string {
  const service = chart.scenario_id.split('.')[1] ?? chart.scenario_id;
  return `requested.exists(field, field.startsWith(${text(`${service}.`)}))`;
}

/** CEL: the customer leaves the scenario, begins it anew, or turned to others only. */
export function movedOn(chart: Chart): string {
  const id = text(chart.scenario_id);
  const elsewhere = `(size(facts.turned_to) > 0 && !(${id} in facts.turned_to))`;
  return `facts.ending || ${id} in facts.left || ${id} in facts.started || ${elsewhere}`;
}

/** CEL: the scenario has done what it is for, and the customer has moved on. */
export function isFinished(chart: Chart): string {
  const committing = committingTools(chart);
  const tools = committing.size > 0 ? [...committing] : [...new Set(chart.steps.flatMap((step) => step.tools))];
  const delivered = tools.map((tool) => `data[${text(succeededVariable(tool))}] == true`).join(' || ');
  return `(${delivered}) && (${movedOn(chart)})`;
}

/** CEL: the customer goes on with this very scenario. */
export const IS_CONTINUED = 'signal == "CONTINUE"';

/** CEL: an optional question was passed by, or something of it was answered. */
export function optionalAnswered(fields: readonly string[]): string {
  return `attempts > 0 || changed.exists(field, field in [${fields.map(text).join(', ')}])`;
}

/** A CEL string literal. */
function text(value: string): string {
  return JSON.stringify(value);
}
