import type { Scenario, ScenarioStep, StepTransition } from '../model/scenario';
import { toValueText } from './value-text';

/** Old ids of renamed steps, with their new ids. */
export type StepRenames = ReadonlyMap<string, string>;

/**
 * Finds steps that only have another id: the old definition has a step that the new one does not have, and the new one has a step in its place
 * that does the same. Names, descriptions and the targets of transitions are not compared.
 */
export function findRenamedSteps(before: Scenario, after: Scenario): StepRenames {
  const oldIds = new Set(before.steps.map(({ stepId }) => stepId));
  const newIds = new Set(after.steps.map(({ stepId }) => stepId));
  const added = after.steps.filter(({ stepId }) => !oldIds.has(stepId));
  const renames = new Map<string, string>();
  if (added.length === 0) return renames;
  for (const step of before.steps) {
    if (newIds.has(step.stepId)) continue;
    const text = toContentText(step);
    const index = added.findIndex((candidate) => toContentText(candidate) === text);
    const match = added[index];
    if (match === undefined) continue;
    renames.set(step.stepId, match.stepId);
    added.splice(index, 1);
  }
  return renames;
}

function toContentText(step: ScenarioStep): string {
  const { stepId: _id, name: _name, description: _description, checkpointDescription: _text, ...content } = step;
  return toValueText({ ...content, transitions: step.transitions.map(withoutTarget) });
}

function withoutTarget({
  targetStepId: _target,
  transitionId: _id,
  description: _text,
  ...rule
}: StepTransition): object {
  return rule;
}

/** Returns the scenario with other ids of steps, wherever it names them. */
export function renameSteps(scenario: Scenario, renames: StepRenames): Scenario {
  if (renames.size === 0) return scenario;
  const toName = (stepId: string): string => renames.get(stepId) ?? stepId;
  const renameTransition = (transition: StepTransition): StepTransition => ({
    ...transition,
    targetStepId: toName(transition.targetStepId),
  });
  return {
    ...scenario,
    entryStepId: toName(scenario.entryStepId),
    globalTransitions: scenario.globalTransitions.map(renameTransition),
    steps: scenario.steps.map((step) => ({
      ...step,
      stepId: toName(step.stepId),
      transitions: step.transitions.map(renameTransition),
    })),
  };
}
