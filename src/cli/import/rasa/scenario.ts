import { BranchConverter } from './branches';
import { type FileObject, withoutEmpty } from './file-object';
import { fitId } from './ids';
import { fitText, type ImportContext, shorten } from './import-context';
import { endOfFlow, type RasaFlow, type RasaStep } from './project';
import { StepConverter } from './step';

// Converts a flow to a scenario in the notation of scenario files.

export interface ImportedScenario {
  readonly flow: RasaFlow;
  readonly name: string;
  readonly content: FileObject;
  /** The ids of steps at which the scenario ends. */
  readonly terminalSteps: ReadonlySet<string>;
}

/** Converts a flow; undefined if it has no steps. */
export function convertFlow(flow: RasaFlow, context: ImportContext): ImportedScenario | undefined {
  if (flow.steps.length === 0) return undefined;
  return new FlowConverter(flow, context).convert();
}

class FlowConverter {
  readonly #flow: RasaFlow;
  readonly #context: ImportContext;
  readonly #construct: string;
  readonly #branches: BranchConverter;
  readonly #terminalSteps = new Set<string>();

  constructor(flow: RasaFlow, context: ImportContext) {
    this.#flow = flow;
    this.#context = context;
    this.#construct = `flow "${flow.id}"`;
    this.#branches = new BranchConverter(flow, context);
  }

  convert(): ImportedScenario {
    const { id, at, description } = this.#flow;
    const name = this.#context.getScenarioName(id);
    const steps = this.#flow.steps.map((step) => this.#convertStep(step));
    const { endId, gapId } = this.#branches;
    if (this.#branches.isUsed(endId)) steps.push(this.#createTerminal(endId, {}));
    if (this.#branches.isUsed(gapId)) {
      const text = 'A part of the flow that the import could not carry over.';
      steps.push(this.#createTerminal(gapId, { description: text, ending: 'FAILED' }));
    }
    const content = withoutEmpty({
      scenario_id: this.#context.getScenarioId(id),
      name,
      description: fitText(this.#context.report, at, `${this.#construct}: description`, description, 4_000),
      entry_step_id: this.#branches.getStepId(this.#flow.steps[0]?.id ?? ''),
      entry_condition: this.#convertGuard(),
      persisted_fields: this.#listPersistedFields(),
      max_loop_count: this.#hasCycle() ? 1_000 : undefined,
      completion_condition: this.#canEnd(steps) ? undefined : 'false',
      steps,
    });
    return { flow: this.#flow, name, content, terminalSteps: this.#terminalSteps };
  }

  /** In Rasa a guard stops only a start that a message asks for. Here an entry condition also stops a call. */
  #convertGuard(): string | undefined {
    const { guard, id } = this.#flow;
    if (guard === undefined) return undefined;
    const condition = this.#context.translate(guard, this.#construct, 'write `entry_condition`') ?? 'false';
    if (!this.#context.graph.isContinued(id)) return condition;
    const isClosed = condition === 'false' && guard.text.toLowerCase() === 'false';
    const construct = `${this.#construct}: if: ${shorten(guard.text)}`;
    if (isClosed) {
      const reason = 'an entry condition would stop calls, too, so the scenario has none';
      this.#context.report.addLoss(guard.at, construct, reason, 'never send the scenario as a candidate');
      return undefined;
    }
    const reason = 'the condition also stops calls of the scenario, and in Rasa it does not';
    this.#context.report.addLoss(
      guard.at,
      construct,
      reason,
      'if calls must pass, remove `entry_condition` and check the rule before candidates are sent',
    );
    return condition;
  }

  #listPersistedFields(): readonly string[] {
    const kept = this.#flow.steps.flatMap(({ work }) =>
      work.kind === 'collect' && !work.resetsAfterFlowEnds ? [work.slot] : [],
    );
    const known = new Set(this.#context.listReturned(this.#flow.id));
    const all = [...new Set([...this.#flow.persistedSlots, ...kept])];
    for (const slot of all.filter((name) => !known.has(name))) {
      const reason = 'the flow neither collects the slot nor has an action whose branches read it';
      this.#context.report.addLoss(
        this.#flow.at,
        `${this.#construct}: persisted slot "${slot}"`,
        reason,
        'add the slot to `variable_names` of the tool that sets it, and to `persisted_fields`',
      );
    }
    return all.filter((name) => known.has(name));
  }

  #hasCycle(): boolean {
    const order = new Map(this.#flow.steps.map(({ id }, index) => [id, index]));
    return this.#flow.steps.some(({ next }, index) =>
      next.some(({ target }) => typeof target === 'string' && (order.get(target) ?? Number.POSITIVE_INFINITY) <= index),
    );
  }

  /** Whether every step can reach a terminal step. A scenario with another step must have a completion condition. */
  #canEnd(steps: readonly FileObject[]): boolean {
    const ending = new Set<unknown>();
    for (let count = -1; count < ending.size; ) {
      count = ending.size;
      for (const step of steps) {
        const { transitions = [] } = step as { readonly transitions?: readonly FileObject[] };
        const isEnding = transitions.some((transition) => ending.has(transition['target_step_id']));
        if (isEnding || step['is_terminal'] === true) ending.add(step['step_id']);
      }
    }
    if (ending.size === steps.length) return true;
    const reason = 'the flow has a loop without an end, in which the scenario stays until it is canceled';
    this.#context.report.addChange(this.#flow.at, this.#construct, reason, 'add a branch that leaves the loop');
    return false;
  }

  #createTerminal(stepId: string, content: FileObject): FileObject {
    this.#terminalSteps.add(stepId);
    const { ending, ...others } = content;
    return { step_id: stepId, ...others, is_terminal: true, ...(ending === undefined ? {} : { ending }) };
  }

  #convertStep(step: RasaStep): FileObject {
    const stepId = this.#branches.getStepId(step.id);
    const { work } = step;
    if (work.kind === 'utter' && isLast(step)) {
      return this.#createTerminal(stepId, { template_ids: [fitId(work.response)] });
    }
    const converted = new StepConverter(this.#flow, step, this.#context, this.#branches).convert();
    if (converted === 'TERMINAL') return this.#createTerminal(stepId, {});
    if (converted === 'GAP') {
      const description = 'A step of the flow that the import could not carry over.';
      return { step_id: stepId, description, transitions: this.#branches.close(step.next) };
    }
    const { transitions = this.#branches.convert(step.next), ...content } = converted;
    return withoutEmpty({ step_id: stepId, ...content, transitions });
  }
}

/** Whether the flow always ends after the step. */
function isLast({ next }: RasaStep): boolean {
  return next.every(({ target }) => target === endOfFlow);
}
