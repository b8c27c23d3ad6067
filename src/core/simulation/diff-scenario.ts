import type { Scenario, ScenarioStep } from '../model/scenario';
import { type ChangeOwner, findChangedProperties, noChange, type ScenarioChange } from './definition-change';
import { diffTransitions, type OwnedTransitionChange } from './diff-transitions';
import { findRenamedSteps, renameSteps, type StepRenames } from './step-renames';
import { toValueText } from './value-text';

/**
 * Lists the changes between two definitions of a scenario. A step that was added or removed is one change together with the transitions and the
 * entry that now lead elsewhere because of it, since neither can be taken back alone.
 */
export function diffScenario(before: Scenario, after: Scenario): readonly ScenarioChange[] {
  const renames = findRenamedSteps(before, after);
  const renamed = renameSteps(before, renames);
  const owner = { ...noChange, scenarioId: after.scenarioId, scenarioName: after.name };
  const own = { ...owner, scope: 'SCENARIO', action: 'CHANGED' } as const;
  const properties = findChangedProperties(renamed, after, ['steps', 'globalTransitions', 'entryStepId'], toValueText);
  const moved = [...listTransitionChanges(renamed, after, owner), ...diffEntry(renamed, after, owner)];
  const structural = listStepChanges(renamed, after, owner, moved);
  const bundled = new Set(structural.flatMap(({ parts }) => parts));
  return [
    ...properties.map(({ key, ...property }) => ({
      ...own,
      ...property,
      revert: (scenario: Scenario): Scenario => ({ ...scenario, [key]: renamed[key] }),
    })),
    ...structural.map(({ change }) => change),
    ...moved.filter((change) => !bundled.has(change)),
    ...listStepProperties(renamed, after, owner),
    ...diffStepOrder(renamed, after, own),
    ...listRenames(renames, owner),
  ];
}

function listTransitionChanges(
  before: Scenario,
  after: Scenario,
  owner: ChangeOwner,
): readonly OwnedTransitionChange[] {
  const globals = diffTransitions(before.globalTransitions, after.globalTransitions, owner);
  const own = after.steps.flatMap((step) => {
    const old = before.steps.find(({ stepId }) => stepId === step.stepId);
    return old === undefined
      ? []
      : diffTransitions(old.transitions, step.transitions, { ...owner, stepId: step.stepId });
  });
  return [...own, ...globals];
}

function diffEntry(before: Scenario, after: Scenario, owner: ChangeOwner): readonly OwnedTransitionChange[] {
  if (before.entryStepId === after.entryStepId) return [];
  return [
    {
      ...owner,
      scope: 'SCENARIO',
      action: 'CHANGED',
      property: 'entry_step_id',
      before: before.entryStepId,
      after: after.entryStepId,
      oldTarget: before.entryStepId,
      newTarget: after.entryStepId,
      revert: (scenario) => ({ ...scenario, entryStepId: before.entryStepId }),
    },
  ];
}

interface StepChange {
  readonly change: ScenarioChange;
  /** The changes that belong to it. */
  readonly parts: readonly OwnedTransitionChange[];
}

function listStepChanges(
  before: Scenario,
  after: Scenario,
  owner: ChangeOwner,
  moved: readonly OwnedTransitionChange[],
): readonly StepChange[] {
  const [oldIds, newIds] = [toIds(before), toIds(after)];
  const removed = before.steps.flatMap((step, index): readonly StepChange[] => {
    if (newIds.has(step.stepId)) return [];
    const parts = moved.filter(({ oldTarget }) => oldTarget === step.stepId);
    const revert = (scenario: Scenario): Scenario =>
      revertAll(parts, { ...scenario, steps: scenario.steps.toSpliced(index, 0, step) });
    return [{ parts, change: { ...owner, scope: 'STEP', action: 'REMOVED', stepId: step.stepId, revert } }];
  });
  const taken = new Set(removed.flatMap(({ parts }) => parts));
  const added = after.steps.flatMap(({ stepId }): readonly StepChange[] => {
    if (oldIds.has(stepId)) return [];
    const parts = moved.filter((change) => change.newTarget === stepId && !taken.has(change));
    const revert = (scenario: Scenario): Scenario =>
      revertAll(parts, { ...scenario, steps: scenario.steps.filter((step) => step.stepId !== stepId) });
    return [{ parts, change: { ...owner, scope: 'STEP', action: 'ADDED', stepId, revert } }];
  });
  return [...removed, ...added];
}

function revertAll(changes: readonly Pick<ScenarioChange, 'revert'>[], scenario: Scenario): Scenario {
  return changes.reduceRight((reverted, { revert }) => revert(reverted), scenario);
}

function toIds({ steps }: Scenario): ReadonlySet<string> {
  return new Set(steps.map(({ stepId }) => stepId));
}

function listStepProperties(before: Scenario, after: Scenario, owner: ChangeOwner): readonly ScenarioChange[] {
  return after.steps.flatMap((step) => {
    const { stepId } = step;
    const old = before.steps.find((each) => each.stepId === stepId);
    if (old === undefined) return [];
    return findChangedProperties(old, step, ['stepId', 'transitions'], toValueText).map(({ key, ...property }) => ({
      ...owner,
      ...property,
      scope: 'STEP' as const,
      action: 'CHANGED' as const,
      stepId,
      revert: (scenario: Scenario): Scenario =>
        mapStep(scenario, stepId, (current) => ({ ...current, [key]: old[key] })),
    }));
  });
}

/** Returns the scenario with one of its steps replaced. */
export function mapStep(scenario: Scenario, stepId: string, change: (step: ScenarioStep) => ScenarioStep): Scenario {
  return { ...scenario, steps: scenario.steps.map((step) => (step.stepId === stepId ? change(step) : step)) };
}

/** The order of the steps decides between recovery steps of the same priority (3.8). */
function diffStepOrder(
  before: Scenario,
  after: Scenario,
  own: ChangeOwner & Pick<ScenarioChange, 'scope' | 'action'>,
): readonly ScenarioChange[] {
  const [oldIds, newIds] = [toIds(before), toIds(after)];
  const old = before.steps.map(({ stepId }) => stepId).filter((stepId) => newIds.has(stepId));
  const current = after.steps.map(({ stepId }) => stepId).filter((stepId) => oldIds.has(stepId));
  if (toValueText(old) === toValueText(current)) return [];
  const toRank = ({ stepId }: ScenarioStep): number => (old.includes(stepId) ? old.indexOf(stepId) : old.length);
  const revert = (scenario: Scenario): Scenario => ({
    ...scenario,
    steps: [...scenario.steps].sort((a, b) => toRank(a) - toRank(b)),
  });
  return [{ ...own, property: 'order of steps', before: toValueText(old), after: toValueText(current), revert }];
}

function listRenames(renames: StepRenames, owner: ChangeOwner): readonly ScenarioChange[] {
  return [...renames].map(([oldId, newId]) => ({
    ...owner,
    scope: 'STEP',
    action: 'RENAMED',
    stepId: newId,
    before: oldId,
    after: newId,
    revert: (scenario: Scenario): Scenario => renameSteps(scenario, new Map([[newId, oldId]])),
  }));
}
