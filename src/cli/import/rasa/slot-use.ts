import { PredicateError, parsePredicate } from './predicate';
import type { RasaBranch, RasaCollect, RasaCondition, RasaFlow, RasaProject, RasaStep } from './project';

// Which slots the flows of a project collect and read.

export interface CollectUse {
  readonly flow: RasaFlow;
  readonly step: RasaStep;
  readonly collect: RasaCollect;
}

/** A step that asks for a yes or no before something is done. It becomes a confirmation. */
export interface Confirmation {
  readonly yes: RasaBranch;
  readonly no: RasaBranch;
}

export class SlotUse {
  /** The steps that collect a slot, by slot. */
  readonly collects: ReadonlyMap<string, readonly CollectUse[]>;
  readonly #readCounts = new Map<string, number>();
  readonly #otherUses = new Set<string>();
  readonly #project: RasaProject;

  constructor(project: RasaProject) {
    this.#project = project;
    const collects = new Map<string, CollectUse[]>();
    for (const flow of project.flows.values()) {
      for (const slot of flow.persistedSlots) this.#otherUses.add(slot);
      this.#countReads(flow.guard);
      for (const step of flow.steps) {
        for (const { condition } of step.next) this.#countReads(condition);
        if (step.work.kind === 'set_slots') for (const { slot } of step.work.values) this.#otherUses.add(slot);
        if (step.work.kind !== 'collect') continue;
        const { work: collect } = step;
        collects.set(collect.slot, [...(collects.get(collect.slot) ?? []), { flow, step, collect }]);
        for (const { condition } of collect.rejections) this.#countReads(condition);
      }
    }
    for (const slot of project.slots.values()) for (const { condition } of slot.rejections) this.#countReads(condition);
    this.collects = collects;
  }

  /**
   * Returns the answers of a step that is a confirmation: it asks for a boolean slot each time it is reached, branches on nothing but that
   * slot, and nothing else uses the slot. Undefined for any other step.
   */
  findConfirmation(step: RasaStep): Confirmation | undefined {
    const { work, next } = step;
    if (work.kind !== 'collect' || !work.asksBeforeFilling || !work.resetsAfterFlowEnds) return undefined;
    const slot = this.#project.slots.get(work.slot);
    const [first, second] = next;
    if (slot?.type !== 'bool' || slot.isControlled || slot.initialValue !== null || slot.rejections.length > 0)
      return undefined;
    if (work.rejections.length > 0 || this.#otherUses.has(work.slot)) return undefined;
    if (this.collects.get(work.slot)?.length !== 1 || this.#readCounts.get(work.slot) !== 1) return undefined;
    if (first?.condition === undefined || second === undefined || second.condition !== undefined) return undefined;
    const isYes = readAnswer(first.condition.text, `slots.${work.slot}`);
    if (isYes === undefined) return undefined;
    return isYes ? { yes: first, no: second } : { yes: second, no: first };
  }

  /** Whether the slot is only the answer of a confirmation. */
  isConfirmationSlot(slot: string): boolean {
    const [use] = this.collects.get(slot) ?? [];
    return use !== undefined && this.findConfirmation(use.step) !== undefined;
  }

  #countReads(condition: RasaCondition | undefined): void {
    for (const slot of listReadSlots(condition)) this.#readCounts.set(slot, (this.#readCounts.get(slot) ?? 0) + 1);
  }
}

/** The slots that a condition may read, once for each mention. A condition with a syntax error counts, too. */
export function listReadSlots(condition: RasaCondition | undefined): readonly string[] {
  const matches = (condition?.text ?? '').slice(0, 10_000).matchAll(/slots\.([\w.:;-]+)/g);
  return [...matches].map(([, slot = '']) => slot);
}

/** Whether a condition holds for yes or for no; undefined if it tests something else. */
function readAnswer(text: string, name: string): boolean | undefined {
  try {
    const parsed = parsePredicate(text);
    const isNegated = parsed.kind === 'not';
    const predicate = isNegated ? parsed.operand : parsed;
    if (predicate.kind === 'truth') return isName(predicate.operand, name) ? !isNegated : undefined;
    if (predicate.kind !== 'compare' || predicate.right.kind !== 'boolean') return undefined;
    if (!isName(predicate.left, name) || (predicate.operator !== '=' && predicate.operator !== '!=')) return undefined;
    return (predicate.right.value === (predicate.operator === '=')) !== isNegated;
  } catch (error) {
    if (error instanceof PredicateError) return undefined;
    throw error;
  }
}

function isName(operand: { readonly kind: string; readonly name?: string }, name: string): boolean {
  return operand.kind === 'name' && operand.name === name;
}
