import type { Scenario, StepTransition } from '../model/scenario';
import { type ChangeOwner, findChangedProperties, type ScenarioChange } from './definition-change';
import { matchTransitions, type PlacedTransition } from './match-transitions';
import { toValueText } from './value-text';

/** A change of a transition, with the steps that it led and leads to; undefined if it did not or does not lead to one. */
export interface OwnedTransitionChange extends ScenarioChange {
  readonly oldTarget?: string | undefined;
  readonly newTarget?: string | undefined;
}

/** Lists the changes of the transitions of a step, or of the global transitions if the owner has no step. */
export function diffTransitions(
  before: readonly StepTransition[],
  after: readonly StepTransition[],
  owner: ChangeOwner,
): readonly OwnedTransitionChange[] {
  const { pairs, removed, added } = matchTransitions(before, after);
  const { stepId } = owner;
  const base = { ...owner, scope: 'TRANSITION' } as const;
  const change = (changeList: ChangeList) => (scenario: Scenario) => changeTransitions(scenario, stepId, changeList);
  const oldOrder = [...pairs].sort((a, b) => a.before.index - b.before.index);
  const isReordered = oldOrder.some((pair, index) => pair !== pairs[index]);
  return [
    ...pairs.flatMap(({ before: old, after: current }) =>
      findChangedProperties(old.transition, current.transition, [], toValueText).map(({ key, ...property }) => ({
        ...base,
        ...property,
        action: 'CHANGED' as const,
        transitionId: getTransitionId(current, stepId),
        revert: change((list) => replaceTransition(list, current, { [key]: old.transition[key] })),
        ...(key === 'targetStepId'
          ? { oldTarget: old.transition.targetStepId, newTarget: current.transition.targetStepId }
          : {}),
      })),
    ),
    ...removed.map((old) => ({
      ...base,
      action: 'REMOVED' as const,
      transitionId: getTransitionId(old, stepId),
      oldTarget: old.transition.targetStepId,
      revert: change((list) => list.toSpliced(old.index, 0, old.transition)),
    })),
    ...added.map((current) => ({
      ...base,
      action: 'ADDED' as const,
      transitionId: getTransitionId(current, stepId),
      newTarget: current.transition.targetStepId,
      revert: change((list) => list.filter((each) => !isSame(each, current.transition))),
    })),
    ...(isReordered
      ? [
          {
            ...base,
            scope: stepId === '' ? ('SCENARIO' as const) : ('STEP' as const),
            action: 'CHANGED' as const,
            property: 'order of transitions',
            before: toValueText(oldOrder.map(({ after: current }) => getTransitionId(current, stepId))),
            after: toValueText(pairs.map(({ after: current }) => getTransitionId(current, stepId))),
            revert: change((list) =>
              restoreOrder(
                list,
                oldOrder.map((pair) => pair.after.transition),
              ),
            ),
          },
        ]
      : []),
  ];
}

type ChangeList = (transitions: readonly StepTransition[]) => readonly StepTransition[];

function changeTransitions(scenario: Scenario, stepId: string, change: ChangeList): Scenario {
  if (stepId === '') return { ...scenario, globalTransitions: change(scenario.globalTransitions) };
  return {
    ...scenario,
    steps: scenario.steps.map((step) =>
      step.stepId === stepId ? { ...step, transitions: change(step.transitions) } : step,
    ),
  };
}

function getTransitionId({ transition, index }: PlacedTransition, stepId: string): string {
  return transition.transitionId || `${stepId === '' ? 'global' : stepId}/${index + 1}`;
}

/** Whether a transition of a list is a given one of the new definition, also if other changes of it were taken back. */
function isSame(transition: StepTransition, original: StepTransition): boolean {
  return (origins.get(transition) ?? transition) === original;
}

/** The transition of the new definition that a changed copy comes from. */
const origins = new WeakMap<StepTransition, StepTransition>();

function replaceTransition(
  list: readonly StepTransition[],
  { transition: original }: PlacedTransition,
  properties: Partial<StepTransition>,
): readonly StepTransition[] {
  return list.map((transition) => {
    if (!isSame(transition, original)) return transition;
    const copy = { ...transition, ...properties };
    origins.set(copy, original);
    return copy;
  });
}

/** Returns the list in the order of some of its transitions; the others come last. */
function restoreOrder(list: readonly StepTransition[], order: readonly StepTransition[]): readonly StepTransition[] {
  const toRank = (transition: StepTransition): number => {
    const rank = order.findIndex((original) => isSame(transition, original));
    return rank < 0 ? order.length : rank;
  };
  return [...list].sort((a, b) => toRank(a) - toRank(b));
}
