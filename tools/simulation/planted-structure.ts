import type { Scenario, ScenarioStep, StepTransition } from '../../src/core/model/scenario';
import { renameSteps } from '../../src/core/simulation/step-renames';
import { changeStep, createQuestion, type Planted, type PlantedChange, replaceScenario } from './planted-change';
import type { StepPlace, Usage } from './usage';

// Changes of the graph of a scenario.

/** Changes that add, remove, rename and reorder steps and transitions. */
export const plantStructure: readonly PlantedChange[] = [
  {
    name: 'steps: removed checkpoint',
    kinds: ['SKIPPED_CHECK'],
    plant: (usage) => {
      const place = usage.findStep(
        'CONFIRM',
        (step, scenario) => findNext(step) !== undefined && step.stepId !== scenario.entryStepId,
      );
      return (
        place && replace(usage, removeStep(place), { scope: 'STEP', action: 'REMOVED', stepId: place.step.stepId })
      );
    },
  },
  {
    name: 'steps: renamed step',
    kinds: ['STEP'],
    plant: (usage) => {
      const place = usage.findStep('ASK');
      if (place === undefined) return undefined;
      const stepId = `${place.step.stepId}.renamed`;
      const renamed = renameSteps(place.scenario, new Map([[place.step.stepId, stepId]]));
      return replace(usage, renamed, { scope: 'STEP', action: 'RENAMED', stepId });
    },
  },
  {
    name: 'steps: renamed checkpoint',
    kinds: ['CONFIRM', 'STEP'],
    plant: (usage) => {
      const place = usage.findStep('CONFIRM');
      if (place === undefined) return undefined;
      const stepId = `${place.step.stepId}.renamed`;
      const renamed = renameSteps(place.scenario, new Map([[place.step.stepId, stepId]]));
      return replace(usage, renamed, { scope: 'STEP', action: 'RENAMED', stepId });
    },
  },
  {
    name: 'steps: added question',
    kinds: ['ASK', 'STEP'],
    plant: (usage) => {
      const place = usage.findStep('ASK', ({ transitions }) => transitions.length > 0);
      if (place === undefined) return undefined;
      const { scenario, step } = place;
      const target = step.transitions[0]?.targetStepId ?? '';
      const question = createQuestion('contract', 'contract_number', target, place);
      const redirected = redirect(scenario, step.stepId, target, 'contract');
      const added = { ...redirected, steps: [...redirected.steps, question] };
      return replace(usage, added, { scope: 'STEP', action: 'ADDED', stepId: 'contract' });
    },
  },
  {
    name: 'steps: another entry',
    kinds: ['STEP', 'ASK', 'CONFIRM', 'HINT'],
    plant: (usage) => {
      const scenario = usage.findScenario('START', (each) => findEntryTarget(each) !== undefined);
      const target = scenario && findEntryTarget(scenario);
      if (scenario === undefined || target === undefined) return undefined;
      return replace(usage, { ...scenario, entryStepId: target }, { scope: 'SCENARIO', property: 'entry_step_id' });
    },
  },
  {
    name: 'steps: order of two steps',
    kinds: ['STEP', 'ASK', 'CONFIRM', 'HINT'],
    plant: (usage) => {
      const place = usage.findStep('ASK', (step, scenario) => {
        const next = scenario.steps.find(({ stepId }) => stepId === findNext(step)?.targetStepId);
        return next !== undefined && next.collectsProfileFields.length > 0 && next.stepId !== step.stepId;
      });
      return place && replace(usage, swapContents(place), { scope: 'STEP' });
    },
  },
  {
    name: 'transitions: removed',
    kinds: ['STEP', 'ASK', 'CONFIRM', 'HINT', 'LIFECYCLE'],
    plant: (usage) => {
      const place = usage.findTransition((_transition, { transitions }) => transitions.length > 1);
      const planted = changeStep(usage, place, ({ transitions }) => ({
        transitions: transitions.toSpliced(place?.index ?? 0, 1),
      }));
      return planted && { ...planted, cause: { scope: 'TRANSITION', action: 'REMOVED' } };
    },
  },
  {
    name: 'transitions: another target',
    kinds: ['STEP', 'ASK', 'CONFIRM', 'HINT', 'LIFECYCLE'],
    plant: (usage) => {
      const place = usage.findTransition(
        ({ targetStepId, outcomes }, { stepId }) => targetStepId !== stepId && outcomes.length === 0,
      );
      if (place === undefined) return undefined;
      const { scenario, step, transition, index } = place;
      const other = scenario.steps.find(({ stepId, isTerminal }) => isTerminal && stepId !== transition.targetStepId);
      if (other === undefined) return undefined;
      const planted = changeStep(usage, place, ({ transitions }) => ({
        transitions: transitions.with(index, { ...transition, targetStepId: other.stepId }),
      }));
      return planted && { ...planted, cause: { scope: 'TRANSITION', property: 'target_step_id', stepId: step.stepId } };
    },
  },
];

function replace(usage: Usage, scenario: Scenario, cause: Planted['cause']): Planted {
  const { scenarioId } = scenario;
  return { after: replaceScenario(usage.definitions, scenario), cause: { ...cause, scenarioId } };
}

/** Finds the transition that a step takes when all went well. */
function findNext({ transitions }: ScenarioStep): StepTransition | undefined {
  return transitions.find(({ outcomes }) => outcomes.length === 0 || outcomes.includes('ACTION_SUCCEEDED'));
}

function findEntryTarget(scenario: Scenario): string | undefined {
  const entry = scenario.steps.find(({ stepId }) => stepId === scenario.entryStepId);
  const target = entry?.transitions.find(({ targetStepId }) => targetStepId !== entry.stepId)?.targetStepId;
  return scenario.steps.some(({ stepId, isTerminal }) => stepId === target && !isTerminal) ? target : undefined;
}

/** Removes a step; what led to it leads to the step behind it. */
function removeStep({ scenario, step }: StepPlace): Scenario {
  const target = findNext(step)?.targetStepId ?? '';
  const without = { ...scenario, steps: scenario.steps.filter(({ stepId }) => stepId !== step.stepId) };
  return renameSteps(without, new Map([[step.stepId, target]]));
}

function redirect(scenario: Scenario, fromStepId: string, oldTarget: string, newTarget: string): Scenario {
  return {
    ...scenario,
    steps: scenario.steps.map((step) =>
      step.stepId === fromStepId
        ? {
            ...step,
            transitions: step.transitions.map((transition) =>
              transition.targetStepId === oldTarget ? { ...transition, targetStepId: newTarget } : transition,
            ),
          }
        : step,
    ),
  };
}

/** Swaps what two steps that follow each other collect. */
function swapContents({ scenario, step }: StepPlace): Scenario {
  const nextId = findNext(step)?.targetStepId;
  const next = scenario.steps.find(({ stepId }) => stepId === nextId);
  if (next === undefined) return scenario;
  const fields = new Map([
    [step.stepId, next.collectsProfileFields],
    [next.stepId, step.collectsProfileFields],
  ]);
  return {
    ...scenario,
    steps: scenario.steps.map((each) => ({
      ...each,
      collectsProfileFields: fields.get(each.stepId) ?? each.collectsProfileFields,
    })),
  };
}
