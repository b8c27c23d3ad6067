import { Scenario, ScenarioStep, ToolBinding, WhenNotAddressed } from '../../gen/focal/orchestration/v1/scenario';
import { type Chart, type ChartStep, isConfirmation } from './chart';
import {
  createCollectTransitions,
  createCompletionCondition,
  createDeclinedTransitions,
  createInformTransitions,
  createResultTransitions,
  createSearchTransitions,
  createTransition,
  toCountVariable,
  toSucceededVariable,
} from './chart-transitions';
import { toScenarioId } from './replay-ids';

/** A customer may repeat a search many times, which is not a loop. The limit on attempts finds real loops. */
const maxLoopCount = 50;

/** Converts a chart to a scenario of the contract. docs/replay.md states the rules. */
export function toScenario(chart: Chart): Scenario {
  return Scenario.fromPartial({
    scenarioId: toScenarioId(chart.scenario_id),
    name: chart.title,
    description: chart.description,
    tags: [chart.source.dataset, chart.domain],
    entryStepId: chart.entry_step,
    steps: selectReachableSteps(chart.entry_step, toSteps(chart)),
    completionCondition: createCompletionCondition(chart),
    maxLoopCount,
    whenNotAddressed: WhenNotAddressed.WHEN_NOT_ADDRESSED_PAUSE,
  });
}

function toSteps(chart: Chart): ScenarioStep[] {
  return chart.steps.map((step) => {
    switch (step.kind) {
      case 'collect':
        return toCollectStep(chart, step);
      case 'confirm':
        return toConfirmStep(chart, step);
      case 'action':
        return toActionStep(chart, step);
      case 'inform':
        return step.step_id === 'end' ? toSilentStep(step) : toInformStep(chart, step);
      case 'ask_more':
      case 'closing':
        return toSilentStep(step);
      default:
        return step.kind satisfies never;
    }
  });
}

function toCollectStep(chart: Chart, step: ChartStep): ScenarioStep {
  return ScenarioStep.fromPartial({
    stepId: step.step_id,
    description: step.text,
    collectsProfileFields: step.collects_profile_fields,
    canSkip: step.can_skip,
    transitions: createCollectTransitions(chart, step),
  });
}

/** Merges confirmation and action into one step, so that the checkpoint is passed when the action is done. */
function toConfirmStep(chart: Chart, step: ChartStep): ScenarioStep {
  const confirmed = step.next.find(isConfirmation);
  const action = chart.steps.find((other) => other.step_id === confirmed?.to && other.kind === 'action');
  return ScenarioStep.fromPartial({
    stepId: step.step_id,
    description: step.text,
    isCheckpoint: true,
    checkpointDescription: chart.description,
    confirmsFields: step.confirms_fields,
    performsAction: action !== undefined,
    isRequiredAction: action !== undefined,
    toolBindings: action === undefined ? [] : createToolBindings(action),
    transitions: [
      ...createDeclinedTransitions(chart, step),
      ...(action === undefined
        ? step.next.filter(isConfirmation).map((edge) => createTransition(edge.to))
        : createResultTransitions(action)),
    ],
  });
}

/** A search may be repeated. The action of a transactional scenario is the retry of a confirmed action. */
function toActionStep(chart: Chart, step: ChartStep): ScenarioStep {
  const isRetry = chart.transactional && hasEdgeFrom(chart, 'confirm', step);
  return ScenarioStep.fromPartial({
    stepId: step.step_id,
    description: step.text,
    performsAction: true,
    isRequiredAction: isRetry,
    requiresConfirmation: false,
    toolBindings: createToolBindings(step),
    transitions: isRetry ? createResultTransitions(step) : createSearchTransitions(chart, step),
  });
}

function toInformStep(chart: Chart, step: ChartStep): ScenarioStep {
  return ScenarioStep.fromPartial({
    stepId: step.step_id,
    description: step.text,
    templateIds: [`${chart.title}.${step.step_id}`],
    isTerminal: step.terminal || step.next.length === 0,
    transitions: createInformTransitions(chart, step),
  });
}

function toSilentStep(step: ChartStep): ScenarioStep {
  return ScenarioStep.fromPartial({ stepId: step.step_id, description: step.text, isTerminal: true });
}

function createToolBindings(step: ChartStep): ToolBinding[] {
  return step.tools.map((toolId) =>
    ToolBinding.fromPartial({ toolId, variableNames: [toSucceededVariable(toolId), toCountVariable(toolId)] }),
  );
}

function hasEdgeFrom(chart: Chart, kind: ChartStep['kind'], target: ChartStep): boolean {
  return chart.steps.some((step) => step.kind === kind && step.next.some((edge) => edge.to === target.step_id));
}

/** Removes unreachable steps: actions that became part of a confirmation, and unused closing steps. */
function selectReachableSteps(entryStepId: string, steps: readonly ScenarioStep[]): ScenarioStep[] {
  const reached = new Set([entryStepId]);
  const pending = [entryStepId];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const { targetStepId } of steps.find((step) => step.stepId === id)?.transitions ?? []) {
      if (!reached.has(targetStepId)) pending.push(targetStepId);
      reached.add(targetStepId);
    }
  }
  return steps.filter((step) => reached.has(step.stepId));
}
