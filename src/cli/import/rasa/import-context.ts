import { FlowGraph } from './flow-graph';
import { deriveScenarioId, fitId, takeName } from './ids';
import { PredicateError } from './predicate';
import { type PredicateScope, translatePredicate } from './predicate-to-cel';
import type { RasaCondition, RasaFlow, RasaProject } from './project';
import type { ImportReport, RasaPosition } from './report';
import { listReadSlots, SlotUse } from './slot-use';

/** A tool that a step of a flow needs, and the variables that its results set. */
export interface ImportedTool {
  readonly toolId: string;
  readonly variables: readonly string[];
  /** The constants that the tool returns, for `set_slots`; undefined for an action. */
  readonly constants: ReadonlyMap<string, unknown> | undefined;
}

/** What the parts of an import share. */
export class ImportContext {
  readonly project: RasaProject;
  readonly report: ImportReport;
  readonly graph: FlowGraph;
  readonly use: SlotUse;
  /** Actions that only look something up. */
  readonly readActions: ReadonlySet<string>;
  readonly #names = new Map<string, string>();

  constructor(project: RasaProject, report: ImportReport, readActions: ReadonlySet<string>) {
    this.project = project;
    this.report = report;
    this.readActions = readActions;
    this.graph = new FlowGraph(project.flows);
    this.use = new SlotUse(project);
    const taken = new Set<string>();
    for (const flow of project.flows.values()) {
      const name = (flow.name.trim() === '' ? flow.id : flow.name.trim()).slice(0, 180);
      this.#names.set(
        flow.id,
        takeName(taken, name === '' || name === '__proto__' ? `flow ${name}`.trim() : name, ' '),
      );
    }
  }

  getScenarioName(flowId: string): string {
    return this.#names.get(flowId) ?? flowId;
  }

  getScenarioId(flowId: string): string {
    return deriveScenarioId(flowId);
  }

  /** Translates a condition; undefined if that is not exactly possible, which is reported. */
  translate(condition: RasaCondition, construct: string, action: string): string | undefined {
    try {
      return translatePredicate(condition.text, { slots: this.project.slots });
    } catch (error) {
      if (!(error instanceof PredicateError)) throw error;
      this.reportCondition(condition, error, construct, action);
      return undefined;
    }
  }

  reportCondition(condition: RasaCondition, error: PredicateError, construct: string, action: string): void {
    const { at, text, columnOffset } = condition;
    const column = columnOffset === undefined ? at.column : at.column + columnOffset + error.offset;
    this.report.addLoss({ ...at, column }, `${construct}: if: ${shorten(text)}`, error.message, action);
  }

  get predicateScope(): PredicateScope {
    return { slots: this.project.slots };
  }

  /** Whether a step of the flow can collect the slot as a field. */
  isField(slot: string): boolean {
    return !this.use.isConfirmationSlot(slot) && slot !== '' && slot !== '__proto__' && slot.length <= 128;
  }

  /** The fields that a flow collects, without the answers of confirmations. */
  listCollectedFields({ steps }: RasaFlow): readonly string[] {
    const slots = steps.flatMap(({ work }) => (work.kind === 'collect' && this.isField(work.slot) ? [work.slot] : []));
    return [...new Set(slots)];
  }

  /** The tool of a step; undefined for a step without one. */
  getTool(flow: RasaFlow, stepId: string): ImportedTool | undefined {
    const work = flow.steps.find(({ id }) => id === stepId)?.work;
    if (work?.kind === 'action' && work.action !== '') {
      return { toolId: fitId(work.action), variables: this.#listResults(flow, stepId), constants: undefined };
    }
    if (work?.kind !== 'set_slots') return undefined;
    const values = work.values.filter(({ slot, value }) => value !== null && this.isField(slot));
    if (values.length === 0) return undefined;
    const constants = new Map(values.map(({ slot, value }) => [slot, value]));
    return { toolId: fitId(`set_slots/${flow.id}/${stepId}`), variables: [...constants.keys()], constants };
  }

  /** The fields whose values a flow has after it has run: collected, set by its tools, or returned by the flows that it calls. */
  listReturned(flowId: string, seen: ReadonlySet<string> = new Set()): readonly string[] {
    const flow = this.project.flows.get(flowId);
    if (flow === undefined || seen.has(flowId)) return [];
    const own = [
      ...this.listCollectedFields(flow),
      ...flow.steps.flatMap(({ id }) => this.getTool(flow, id)?.variables ?? []),
    ];
    const called = this.graph
      .listCalled(flowId)
      .flatMap((target) => this.listReturned(target, new Set([...seen, flowId])));
    return [...new Set([...own, ...called])];
  }

  /** The slots that no flow collects and that the branches after an action read, up to the next question or action. */
  #listResults(flow: RasaFlow, stepId: string): readonly string[] {
    const steps = new Map(flow.steps.map((step) => [step.id, step]));
    const found = new Set<string>();
    const seen = new Set<string>();
    const open = [stepId];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const step = steps.get(id);
      if (step === undefined || seen.has(id)) continue;
      seen.add(id);
      if (id !== stepId && !['utter', 'noop', 'set_slots'].includes(step.work.kind)) continue;
      for (const { condition, target } of step.next) {
        for (const slot of listReadSlots(condition)) {
          if (this.project.slots.has(slot) && !this.use.collects.has(slot)) found.add(slot);
        }
        if (typeof target === 'string') open.push(target);
      }
    }
    return [...found];
  }
}

/** Shortens a text of the project for a line of the report. */
export function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= 80 ? line : `${line.slice(0, 77)}...`;
}

/** Shortens a text to what the contract allows, and reports that. */
export function fitText(report: ImportReport, at: RasaPosition, construct: string, text: string, max: number): string {
  if (text.length <= max) return text;
  report.addChange(at, construct, `is longer than ${max} characters and was cut`, 'shorten it');
  return text.slice(0, max);
}
