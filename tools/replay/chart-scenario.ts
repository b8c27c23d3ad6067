import { Scenario, ScenarioStep, ToolBinding } from '../../gen/focal/orchestration/v1/scenario';
import {
  bypassOptionalSteps,
  type Chart,
  type ChartStep,
  findStep,
  isConfirmation,
  isConfirmedAction,
  leadsTo,
} from './chart';
import { createCompletionCondition, toCountVariable, toReportVariable, toSucceededVariable } from './chart-conditions';
import {
  createCollectTransitions,
  createDeclinedTransitions,
  createInformTransitions,
  createOptionalEntryTransitions,
  createReportTransitions,
  createResultTransitions,
  createSearchAgainTransitions,
  createSearchTransitions,
  createTransition,
} from './chart-transitions';
import { toScenarioId } from './replay-ids';

/** A customer may repeat a search many times, which is not a loop. The limit on attempts finds real loops. */
const maxLoopCount = 50;

/** A recorded score means that a message is about a scenario, not that the customer wants a new run: only a START restarts. */
const restartThreshold = 1;

/** Converts a chart to a scenario of the contract. docs/replay.md states the rules. */
export function toScenario(original: Chart): Scenario {
  const chart = bypassOptionalSteps(original);
  const globalTransitions = createReportTransitions(chart);
  const entrySteps = toOptionalEntrySteps(chart);
  const entryStepId = entrySteps[0]?.stepId ?? chart.entry_step;
  const reachableFrom = [entryStepId, ...globalTransitions.map(({ targetStepId }) => targetStepId)];
  const steps = selectReachableSteps(reachableFrom, [...entrySteps, ...toSteps(chart)]);
  return Scenario.fromPartial({
    scenarioId: toScenarioId(chart.scenario_id),
    name: chart.title,
    description: chart.description,
    tags: [chart.source.dataset, chart.domain],
    entryStepId,
    steps: steps.map((step) => makeReachable(step, globalTransitions)),
    globalTransitions,
    completionCondition: createCompletionCondition(chart),
    maxLoopCount,
    restartThreshold,
  });
}

/** Creates the step before an optional question at the entry. A chart without one has none. */
function toOptionalEntrySteps(chart: Chart): ScenarioStep[] {
  const entry = findStep(chart, chart.entry_step);
  if (entry === undefined || !entry.optional) return [];
  return [
    ScenarioStep.fromPartial({
      stepId: `${entry.step_id}.start`,
      description: 'Whether the optional question is needed.',
      transitions: createOptionalEntryTransitions(entry),
    }),
  ];
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
        return isClosingStep(chart, step) ? toSilentStep(step) : toInformStep(chart, step);
      case 'ask_more':
      case 'closing':
        return toSilentStep(step);
      default:
        return step.kind satisfies never;
    }
  });
}

/** Whether a step ends the scenario without information: only a customer who has moved on reaches it. */
function isClosingStep(chart: Chart, step: ChartStep): boolean {
  const isReached = chart.steps.some((other) => leadsTo(other, step));
  const isInformation = chart.steps.some((other) => leadsTo(other, step, ({ on }) => on !== 'done'));
  return step.terminal && step.next.length === 0 && isReached && !isInformation;
}

function toCollectStep(chart: Chart, step: ChartStep): ScenarioStep {
  return ScenarioStep.fromPartial({
    stepId: step.step_id,
    description: step.text,
    collectsProfileFields: step.collects_profile_fields,
    optionalFields: step.optional ? step.collects_profile_fields : [],
    canSkip: step.can_skip,
    transitions: createCollectTransitions(chart, step),
  });
}

/** Merges confirmation and action into one step, so that the checkpoint is passed when the action is done. */
function toConfirmStep(chart: Chart, step: ChartStep): ScenarioStep {
  const confirmed = step.next.find(isConfirmation);
  const target = findStep(chart, confirmed?.to);
  const action = target?.kind === 'action' ? target : undefined;
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
      ...createSearchAgainTransitions(chart, step),
      ...createDeclinedTransitions(chart, step),
      ...(action === undefined
        ? step.next.filter(isConfirmation).map((edge) => createTransition(edge.to))
        : createResultTransitions(action)),
    ],
  });
}

/** A search may be repeated. An action that a confirmation leads to is kept as the retry of that action. */
function toActionStep(chart: Chart, step: ChartStep): ScenarioStep {
  const isRetry = isConfirmedAction(chart, step);
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
    isTerminal: step.terminal,
    transitions: createInformTransitions(chart, step),
  });
}

function toSilentStep(step: ChartStep): ScenarioStep {
  return ScenarioStep.fromPartial({ stepId: step.step_id, description: step.text, isTerminal: true });
}

function createToolBindings(step: ChartStep): ToolBinding[] {
  return step.tools.map((toolId) =>
    ToolBinding.fromPartial({
      toolId,
      variableNames: [toSucceededVariable(toolId), toCountVariable(toolId), toReportVariable(toolId)],
    }),
  );
}

/** Lets the global transitions reach their targets, which are no recovery steps. */
function makeReachable(step: ScenarioStep, globalTransitions: Scenario['globalTransitions']): ScenarioStep {
  const isTarget = globalTransitions.some(({ targetStepId }) => targetStepId === step.stepId);
  return isTarget ? { ...step, reachableFromAnywhere: true, isRecovery: false } : step;
}

/** Removes unreachable steps: actions that became part of a confirmation, and unused closing steps. */
function selectReachableSteps(from: readonly string[], steps: readonly ScenarioStep[]): ScenarioStep[] {
  const reached = new Set(from);
  const pending = [...from];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const { targetStepId } of steps.find((step) => step.stepId === id)?.transitions ?? []) {
      if (!reached.has(targetStepId)) pending.push(targetStepId);
      reached.add(targetStepId);
    }
  }
  return steps.filter((step) => reached.has(step.stepId));
}
