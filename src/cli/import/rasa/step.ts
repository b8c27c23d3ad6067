import type { BranchConverter } from './branches';
import { type FileObject, withoutEmpty } from './file-object';
import { fitId } from './ids';
import { fitText, type ImportContext, shorten } from './import-context';
import type { RasaFlow, RasaStep, RasaWork } from './project';

/** Converts what a step of a flow does to the stages of a step of the scenario. */
export class StepConverter {
  readonly #flow: RasaFlow;
  readonly #step: RasaStep;
  readonly #context: ImportContext;
  readonly #branches: BranchConverter;
  readonly #construct: string;

  constructor(flow: RasaFlow, step: RasaStep, context: ImportContext, branches: BranchConverter) {
    this.#flow = flow;
    this.#step = step;
    this.#context = context;
    this.#branches = branches;
    this.#construct = `flow "${flow.id}"`;
  }

  /** What a step does; TERMINAL if the scenario ends there, GAP if it cannot be carried over, which is reported. */
  convert(): FileObject | 'TERMINAL' | 'GAP' {
    const { work } = this.#step;
    switch (work.kind) {
      case 'collect': {
        const confirmation = this.#convertConfirmation();
        if (confirmation !== undefined) return confirmation;
        if (!this.#context.isField(work.slot))
          return this.#reportGap(`collect "${work.slot}"`, 'the slot has no usable name');
        if (!this.#context.project.slots.has(work.slot)) {
          const reason = 'the domain does not define the slot, so the field takes any value';
          this.#context.report.addLoss(
            this.#step.at,
            `${this.#construct}: collect "${work.slot}"`,
            reason,
            'define the field in fields.yaml',
          );
        }
        return {
          description: this.#fitDescription(work.description),
          collects_profile_fields: [work.slot],
          can_skip: work.asksBeforeFilling ? false : undefined,
        };
      }
      case 'utter':
        return this.#convertUtter(work.response);
      case 'action':
        return work.action === '' ? this.#reportGap('action', 'the action has no name') : this.#createAction();
      case 'link':
      case 'call':
        return this.#convertContinuation(work);
      case 'set_slots':
        return this.#convertSetSlots(work);
      case 'noop':
        return {};
      case 'unknown':
        return this.#reportGap(`step with ${shorten(work.key)}`, 'the import does not know this kind of step');
    }
  }

  /** The text comes with the next request of the scenario, except before a call, which would keep it until the other scenario ends. */
  #convertUtter(response: string): FileObject {
    const template = { template_ids: [fitId(response)] };
    const continuation = this.#findContinuation();
    if (continuation === undefined) return { ...template, speak: 'WITH_NEXT' };
    this.#context.report.addChange(
      this.#step.at,
      `${this.#construct}: action "${response}"`,
      'the other scenario starts on the turn after the text, and in Rasa on the same one',
      'move the text into the other scenario if both belong together',
    );
    return continuation === 'LEADS_TO' ? { ...template, speak: 'WITH_NEXT' } : template;
  }

  /** How the flow goes on to another one directly after the step; undefined if it does not. */
  #findContinuation(): 'CALL' | 'LEADS_TO' | undefined {
    const steps = new Map(this.#flow.steps.map((step) => [step.id, step]));
    const seen = new Set<string>();
    const open = this.#step.next.map(({ target }) => target);
    for (let target = open.pop(); target !== undefined; target = open.pop()) {
      const step = typeof target === 'string' ? steps.get(target) : undefined;
      if (step === undefined || seen.has(step.id)) continue;
      seen.add(step.id);
      const { work, next } = step;
      if (work.kind === 'noop' || work.kind === 'set_slots') open.push(...next.map((branch) => branch.target));
      if (work.kind !== 'link' && work.kind !== 'call') continue;
      const found = this.#context.graph.getContinuation(this.#flow.id, work.kind, work.flow);
      if (found === 'CALL' || found === 'LEADS_TO') return found;
    }
    return undefined;
  }

  #reportGap(construct: string, reason: string): 'GAP' {
    this.#context.report.addLoss(
      this.#step.at,
      `${this.#construct}: ${construct}`,
      reason,
      'write the step; until then the scenario ends there with FAILED',
    );
    return 'GAP';
  }

  #fitDescription(text: string): string {
    return fitText(this.#context.report, this.#step.at, `${this.#construct}: description`, text, 4_000);
  }

  #convertConfirmation(): FileObject | undefined {
    const confirmation = this.#context.use.findConfirmation(this.#step);
    if (confirmation === undefined || this.#step.work.kind !== 'collect') return undefined;
    const { slot, utter, description } = this.#step.work;
    const text = this.#context.project.responses.get(utter ?? `utter_ask_${slot}`)?.text ?? '';
    const collected = new Set(this.#context.listReturned(this.#flow.id));
    const shown = [...text.matchAll(/\{([^{}]+)\}/g)]
      .map(([, name = '']) => name)
      .filter((name) => collected.has(name));
    this.#context.report.addChange(
      this.#step.at,
      `${this.#construct}: collect "${slot}"`,
      'became a confirmation, which a changed value makes void, and which CONFIRMED and DECLINED answer instead of the slot',
      'send `step_outcomes` when the customer says yes or no',
    );
    return {
      description: this.#fitDescription(text === '' ? description : text),
      requires_confirmation: true,
      confirms_fields: shown.length > 0 ? [...new Set(shown)] : undefined,
      confirms_nothing: collected.size === 0 ? true : undefined,
      transitions: [
        { target_step_id: this.#branches.toTarget(confirmation.no.target), outcomes: ['DECLINED'] },
        { target_step_id: this.#branches.toTarget(confirmation.yes.target) },
      ],
    };
  }

  #createAction(): FileObject {
    const { toolId = '', variables, constants } = this.#context.getTool(this.#flow, this.#step.id) ?? {};
    const { work } = this.#step;
    const isRead = work.kind === 'action' && this.#context.readActions.has(work.action);
    if (constants === undefined) {
      this.#context.report.addChange(
        this.#step.at,
        `${this.#construct}: action "${toolId}"`,
        isRead
          ? 'its code is not part of the project; its results are what the branches after it read'
          : 'its code is not part of the project, so it counts as a tool that writes, and a corrected value does not run it again; its results are what the branches after it read',
        isRead
          ? 'write the tool, and check `variable_names`'
          : 'write the tool, set `effect: READ` if it changes nothing (or import with --read), and check `variable_names`',
      );
    }
    const effect = isRead || constants !== undefined ? 'READ' : undefined;
    return {
      is_required_action: true,
      requires_confirmation: false,
      tool_bindings: [withoutEmpty({ tool_id: toolId, effect, variable_names: variables })],
    };
  }

  #convertContinuation(work: Extract<RasaWork, { readonly kind: 'link' | 'call' }>): FileObject | 'TERMINAL' | 'GAP' {
    const construct = `${work.kind} "${work.flow}"`;
    switch (this.#context.graph.getContinuation(this.#flow.id, work.kind, work.flow)) {
      case 'LEADS_TO':
        return 'TERMINAL';
      case 'CALL': {
        if (work.kind === 'link') {
          const reason =
            'became a call, because the flow has other ends, too; the scenario ends after the other one, not before it';
          this.#context.report.addChange(
            this.#step.at,
            `${this.#construct}: ${construct}`,
            reason,
            'nothing, unless the order matters',
          );
        }
        const returns = this.#context.listReturned(work.flow);
        return { calls: withoutEmpty({ scenario_id: this.#context.getScenarioName(work.flow), returns }) };
      }
      case 'UNKNOWN_FLOW':
        return this.#reportGap(construct, 'the project has no such flow');
      case 'PATTERN':
        return this.#reportGap(construct, 'patterns are not carried over');
      case 'CYCLE':
        return this.#reportGap(construct, 'the flows run each other in a cycle, and calls must not do that');
    }
  }

  #convertSetSlots({ values }: Extract<RasaWork, { readonly kind: 'set_slots' }>): FileObject {
    const cleared = values
      .filter(({ value, slot }) => value === null && this.#context.isField(slot))
      .map(({ slot }) => slot);
    const isConstant = values.some(({ value }) => value !== null);
    if (isConstant) {
      const reason = 'a scenario cannot set a field to a constant, so the step has a tool that returns the values';
      const constants = values
        .filter(({ value }) => value !== null)
        .map(({ slot, value }) => `${slot}: ${JSON.stringify(value)}`);
      this.#context.report.addLoss(
        this.#step.at,
        `${this.#construct}: set_slots`,
        reason,
        `write the tool; it returns ${constants.join(', ')}`,
      );
    }
    const content = this.#context.getTool(this.#flow, this.#step.id) === undefined ? {} : this.#createAction();
    const clears = [...new Set(cleared)];
    if (clears.length === 0) return content;
    // A transition clears a value of the same turn only if its condition reads the field.
    const condition = clears.map(toAlwaysTrue).join(' && ');
    const transitions = this.#branches.convert(this.#step.next).map((transition) => {
      const own = transition['condition'];
      return {
        ...transition,
        condition: typeof own === 'string' && own !== '' ? `(${own}) && ${condition}` : condition,
        clears,
      };
    });
    return { ...content, transitions };
  }
}

/** A condition that reads a field and always holds. */
function toAlwaysTrue(field: string): string {
  const key = JSON.stringify(field);
  return `(${key} in data || !(${key} in data))`;
}
