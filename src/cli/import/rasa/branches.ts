import type { FileObject } from './file-object';
import { fitId, takeName } from './ids';
import { type ImportContext, shorten } from './import-context';
import { endOfFlow, type RasaBranch, type RasaFlow, unknownTarget } from './project';

/**
 * Converts the branches of a flow to transitions. What cannot be translated fails closed: a branch that cannot be evaluated, and every
 * branch after it, is never taken, and the scenario goes to the step `not_carried_over` instead, which ends it with FAILED.
 */
export class BranchConverter {
  readonly #context: ImportContext;
  readonly #construct: string;
  /** Step ids of the scenario by step ids of the flow. */
  readonly #ids = new Map<string, string>();
  readonly #usedTargets = new Set<string>();
  /** The step at which the flow ends without a text. */
  readonly endId: string;
  /** The step for what was not carried over. */
  readonly gapId: string;

  constructor(flow: RasaFlow, context: ImportContext) {
    this.#context = context;
    this.#construct = `flow "${flow.id}"`;
    const taken = new Set<string>();
    for (const { id } of flow.steps) this.#ids.set(id, takeName(taken, fitId(id)));
    this.endId = takeName(taken, 'end');
    this.gapId = takeName(taken, 'not_carried_over');
  }

  getStepId(id: string): string {
    return this.#ids.get(id) ?? id;
  }

  /** Whether a transition leads to the step. */
  isUsed(stepId: string): boolean {
    return this.#usedTargets.has(stepId);
  }

  convert(branches: readonly RasaBranch[]): readonly FileObject[] {
    const transitions: FileObject[] = [];
    for (const [index, { condition, target }] of branches.entries()) {
      if (condition === undefined) {
        transitions.push({ target_step_id: this.toTarget(target) });
        continue;
      }
      const action = 'write the `condition` of the transition, and of those after it';
      const translated = this.#context.translate(condition, this.#construct, action);
      if (translated === undefined) return [...transitions, ...this.close(branches.slice(index))];
      transitions.push({ target_step_id: this.toTarget(target), condition: translated });
    }
    return transitions;
  }

  /** Transitions that are never taken until someone writes their conditions, and one to the step for what was not carried over. */
  close(branches: readonly RasaBranch[]): readonly FileObject[] {
    const closed = branches
      .filter(({ target }) => target !== unknownTarget)
      .map(({ condition, target }) => ({
        target_step_id: this.toTarget(target),
        condition: 'false',
        description: `Not carried over: ${condition === undefined ? 'else' : shorten(condition.text)}`,
      }));
    return [...closed, { target_step_id: this.toTarget(unknownTarget) }];
  }

  toTarget(target: RasaBranch['target']): string {
    const id = this.#findTarget(target);
    this.#usedTargets.add(id);
    return id;
  }

  #findTarget(target: RasaBranch['target']): string {
    if (target === endOfFlow) return this.endId;
    return target === unknownTarget ? this.gapId : (this.#ids.get(target) ?? this.gapId);
  }
}
