import type { CompiledScenario, CompiledStep } from '../compiled-scenario';
import { buildEdges, type DrawnEdge, formatDuration, truncate } from './drawn-edges';
import type { SessionPath } from './session-path';

/** The main stage of a step. Each drawing has a shape and a color for it. */
export type StepShape = 'collect' | 'call' | 'checkpoint' | 'action' | 'inform' | 'terminal' | 'silent';

/** The relation of a session to a step: at the step, has left it, or skipped it (3.5). */
export type StepMark = 'current' | 'visited' | 'skipped' | 'unvisited';

export interface DrawnStep {
  readonly stepId: string;
  readonly shape: StepShape;
  readonly isEntry: boolean;
  readonly canSkip: boolean;
  /** The name of the step, if it has one, then one line per stage in the order of the stages (3.1). */
  readonly lines: readonly string[];
  /** Short notes, for example "required action". */
  readonly tags: readonly string[];
  readonly mark: StepMark;
}

/** The content of a drawing, independent of its format. Steps are in the order of the definition, edges in the order of their steps. */
export interface ScenarioGraph {
  readonly title: string;
  /** The version, and the position of the session. */
  readonly subtitle: string;
  readonly steps: readonly DrawnStep[];
  readonly edges: readonly DrawnEdge[];
  /** Whether the path of a session is marked. */
  readonly hasSessionPath: boolean;
}

/** All shapes, in the order of the stages. */
export const stepShapes: readonly StepShape[] = [
  'collect',
  'call',
  'checkpoint',
  'action',
  'inform',
  'terminal',
  'silent',
];

/** Maximum length of a line, in characters. */
const maxLineLength = 44;

/**
 * Builds the graph of a scenario, with the path and position of a session if given. `getScenarioName` returns the name of a called scenario,
 * which is drawn instead of its id. Pure.
 */
export function buildScenarioGraph(
  scenario: CompiledScenario,
  path?: SessionPath,
  getScenarioName: (scenarioId: string) => string | undefined = () => undefined,
): ScenarioGraph {
  const position = path === undefined ? [] : [describePosition[path.status](path.currentStepId)];
  return {
    title: scenario.name,
    subtitle: [`version ${scenario.version}`, ...position].join(', '),
    steps: [...scenario.steps.values()].map((step) => {
      const calledName = step.call && (getScenarioName(step.call.scenarioId) ?? step.call.scenarioId);
      return drawStep(step, scenario, path, calledName);
    }),
    edges: buildEdges(scenario, path),
    hasSessionPath: path !== undefined,
  };
}

const describePosition: Readonly<Record<SessionPath['status'], (stepId: string) => string>> = {
  ACTIVE: (stepId) => `session active at ${stepId}`,
  PAUSED: (stepId) => `session paused at ${stepId}`,
  COMPLETED: () => 'session completed',
  CANCELLED: () => 'session cancelled',
};

function drawStep(
  step: CompiledStep,
  { entryStep }: CompiledScenario,
  path: SessionPath | undefined,
  calledName: string | undefined,
): DrawnStep {
  return {
    stepId: step.stepId,
    shape: selectShape(step),
    isEntry: step.stepId === entryStep.stepId,
    canSkip: step.canSkip,
    lines: createLines(step, calledName),
    tags: createTags(step, path),
    mark: selectMark(step.stepId, path),
  };
}

function selectShape(step: CompiledStep): StepShape {
  if (step.isTerminal) return 'terminal';
  if (step.hasConfirmStage) return 'checkpoint';
  if (step.hasActStage) return 'action';
  if (step.call !== undefined) return 'call';
  if (step.collectedFields.length > 0) return 'collect';
  return step.hasInformStage || step.speaksWithNext ? 'inform' : 'silent';
}

function createLines(step: CompiledStep, calledName: string | undefined): readonly string[] {
  const { stepId, name, collectedFields, optionalFields, hasConfirmStage, speaksWithNext, tools } = step;
  const { confirmsFields, templateIds } = step.definition;
  const askedFields = collectedFields.map((field) => (optionalFields.has(field) ? `${field} (optional)` : field));
  const toolIds = tools.map(({ toolId }) => toolId);
  return [
    ...(name === stepId ? [] : [name]),
    ...(askedFields.length > 0 ? [`ask ${askedFields.join(', ')}`] : []),
    ...(calledName === undefined ? [] : [`call ${calledName}`]),
    ...(hasConfirmStage ? [['confirm', confirmsFields.join(', ')].join(' ').trimEnd()] : []),
    ...(toolIds.length > 0 ? [`act ${toolIds.join(', ')}`] : []),
    ...(templateIds.length > 0 ? [`${speaksWithNext ? 'lead in with' : 'inform'} ${templateIds.join(', ')}`] : []),
  ].map((line) => truncate(line, maxLineLength));
}

function createTags(step: CompiledStep, path: SessionPath | undefined): readonly string[] {
  const { blocksStarts, remindAfterMs } = step.definition;
  return [
    ...(step.ending === 'FAILED' ? ['ends FAILED'] : []),
    ...(step.isCheckpoint ? [path?.passedCheckpoints.has(step.stepId) ? 'checkpoint, passed' : 'checkpoint'] : []),
    ...(step.isRequiredAction ? ['required action'] : []),
    ...(step.canSkip ? ['may be skipped'] : []),
    ...(step.isRecovery ? ['recovery'] : []),
    ...(blocksStarts ? ['blocks starts'] : []),
    ...(remindAfterMs === undefined ? [] : [`reminder after ${formatDuration(remindAfterMs)}`]),
  ];
}

function selectMark(stepId: string, path: SessionPath | undefined): StepMark {
  if (path === undefined) return 'unvisited';
  if (path.currentStepId === stepId) return 'current';
  if (path.visitedSteps.has(stepId)) return 'visited';
  return path.skippedSteps.has(stepId) ? 'skipped' : 'unvisited';
}
