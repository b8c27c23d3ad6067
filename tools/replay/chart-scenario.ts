import { Scenario, ScenarioStep, ToolBinding, WhenNotAddressed } from '../../gen/focal/orchestration/v1/scenario';
import { type Chart, type ChartStep, isConfirmation } from './chart';
import { countVariable, isFinished, succeededVariable } from './chart-conditions';
import { collectWays, declinedWays, informWays, resultWays, searchWays, way } from './chart-ways';
import { scenarioUuid } from './replay-ids';

/**
 * The loop limit of a scenario: a customer may search again and again, which is no loop here. What guards against real ones
 * (a step that is entered without anything new) is the count of attempts.
 */
const MAX_LOOP_COUNT = 50;

/** A chart in the ordinary form of the contract. Every rule of it is told in this folder's README. */
export function scenarioOf(chart: Chart): Scenario {
  return Scenario.fromPartial({
    scenarioId: scenarioUuid(chart.scenario_id),
    name: chart.title,
    description: chart.description,
    tags: [chart.source.dataset, chart.domain],
    entryStepId: chart.entry_step,
    steps: reachableSteps(chart.entry_step, stepsOf(chart)),
    completionCondition: isFinished(chart),
    maxLoopCount: MAX_LOOP_COUNT,
    whenNotAddressed: WhenNotAddressed.WHEN_NOT_ADDRESSED_PAUSE,
  });
}

function stepsOf(chart: Chart): ScenarioStep[] {
  return chart.steps.map((step) => {
    switch (step.kind) {
      case 'collect':
        return collectStep(chart, step);
      case 'confirm':
        return confirmStep(chart, step);
      case 'action':
        return actionStep(chart, step);
      case 'inform':
        return step.step_id === 'end' ? silentStep(step) : informStep(chart, step);
      case 'ask_more':
      case 'closing':
        return silentStep(step);
      default:
        return step.kind satisfies never;
    }
  });
}

function collectStep(chart: Chart, step: ChartStep): ScenarioStep {
  return ScenarioStep.fromPartial({
    stepId: step.step_id,
    description: step.text,
    collectsProfileFields: step.collects_profile_fields,
    canSkip: step.can_skip,
    transitions: collectWays(chart, step),
  });
}

/** Confirming and doing are one step, so that the checkpoint is passed when it is done and not when it is promised. */
function confirmStep(chart: Chart, step: ChartStep): ScenarioStep {
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
    toolBindings: action === undefined ? [] : toolBindings(action),
    transitions: [
      ...declinedWays(chart, step),
      ...(action === undefined ? step.next.filter(isConfirmation).map((edge) => way(edge.to)) : resultWays(action)),
    ],
  });
}

/** A search may be repeated and changed; the action of a transactional scenario here is the second try of a confirmed one. */
function actionStep(chart: Chart, step: ChartStep): ScenarioStep {
  const isRetry = chart.transactional && leadsFrom(chart, 'confirm', step);
  return ScenarioStep.fromPartial({
    stepId: step.step_id,
    description: step.text,
    performsAction: true,
    isRequiredAction: isRetry,
    requiresConfirmation: false,
    toolBindings: toolBindings(step),
    transitions: isRetry ? resultWays(step) : searchWays(chart, step),
  });
}

function informStep(chart: Chart, step: ChartStep): ScenarioStep {
  return ScenarioStep.fromPartial({
    stepId: step.step_id,
    description: step.text,
    templateIds: [`${chart.title}.${step.step_id}`],
    isTerminal: step.terminal || step.next.length === 0,
    transitions: informWays(chart, step),
  });
}

function silentStep(step: ChartStep): ScenarioStep {
  return ScenarioStep.fromPartial({ stepId: step.step_id, description: step.text, isTerminal: true });
}

function toolBindings(step: ChartStep): ToolBinding[] {
  return step.tools.map((toolId) =>
    ToolBinding.fromPartial({ toolId, variableNames: [succeededVariable(toolId), countVariable(toolId)] }),
  );
}

function leadsFrom(chart: Chart, kind: ChartStep['kind'], target: ChartStep): boolean {
  return chart.steps.some((step) => step.kind === kind && step.next.some((edge) => edge.to === target.step_id));
}

/** Leaves out nodes that nothing leads to: actions that became part of a confirmation, closing lines of other charts. */
function reachableSteps(entry: string, steps: readonly ScenarioStep[]): ScenarioStep[] {
  const reached = new Set([entry]);
  const open = [entry];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const { targetStepId } of steps.find((step) => step.stepId === id)?.transitions ?? []) {
      if (!reached.has(targetStepId)) open.push(targetStepId);
      reached.add(targetStepId);
    }
  }
  return steps.filter((step) => reached.has(step.stepId));
}
