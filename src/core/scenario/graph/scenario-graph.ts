import type { CompiledScenario, CompiledStep } from '../compiled-scenario';
import { buildEdges, type DrawnEdge, truncate } from './drawn-edges';
import type { SessionPath } from './session-path';

/** The main stage of a step. Each drawing has a shape and a color for it. */
export type StepShape = 'collect' | 'checkpoint' | 'action' | 'inform' | 'terminal' | 'silent';

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
export const stepShapes: readonly StepShape[] = ['collect', 'checkpoint', 'action', 'inform', 'terminal', 'silent'];

/** Maximum length of a line, in characters. */
const maxLineLength = 44;

/** Builds the graph of a scenario, with the path and position of a session if given. Pure. */
export function buildScenarioGraph(scenario: CompiledScenario, path?: SessionPath): ScenarioGraph {
  const position = path === undefined ? [] : [describePosition[path.status](path.currentStepId)];
  return {
    title: scenario.name,
    subtitle: [`version ${scenario.version}`, ...position].join(', '),
    steps: [...scenario.steps.values()].map((step) => drawStep(step, scenario, path)),
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

function drawStep(step: CompiledStep, { entryStep }: CompiledScenario, path: SessionPath | undefined): DrawnStep {
  return {
    stepId: step.stepId,
    shape: selectShape(step),
    isEntry: step.stepId === entryStep.stepId,
    canSkip: step.canSkip,
    lines: createLines(step),
    tags: createTags(step, path),
    mark: selectMark(step.stepId, path),
  };
}

function selectShape(step: CompiledStep): StepShape {
  if (step.isTerminal) return 'terminal';
  if (step.hasConfirmStage) return 'checkpoint';
  if (step.hasActStage) return 'action';
  if (step.collectedFields.length > 0) return 'collect';
  return step.hasInformStage ? 'inform' : 'silent';
}

function createLines({
  stepId,
  name,
  collectedFields,
  hasConfirmStage,
  tools,
  definition,
}: CompiledStep): readonly string[] {
  const { confirmsFields, templateIds } = definition;
  const toolIds = tools.map(({ toolId }) => toolId);
  return [
    ...(name === stepId ? [] : [name]),
    ...(collectedFields.length > 0 ? [`ask ${collectedFields.join(', ')}`] : []),
    ...(hasConfirmStage ? [['confirm', confirmsFields.join(', ')].join(' ').trimEnd()] : []),
    ...(toolIds.length > 0 ? [`act ${toolIds.join(', ')}`] : []),
    ...(templateIds.length > 0 ? [`inform ${templateIds.join(', ')}`] : []),
  ].map((line) => truncate(line, maxLineLength));
}

function createTags(step: CompiledStep, path: SessionPath | undefined): readonly string[] {
  const { definition } = step;
  return [
    ...(step.isCheckpoint ? [path?.passedCheckpoints.has(step.stepId) ? 'checkpoint, passed' : 'checkpoint'] : []),
    ...(step.isRequiredAction ? ['required action'] : []),
    ...(step.canSkip ? ['may be skipped'] : []),
    ...(definition.reachableFromAnywhere ? ['recovery'] : []),
    ...(definition.blocksStarts ? ['blocks starts'] : []),
  ];
}

function selectMark(stepId: string, path: SessionPath | undefined): StepMark {
  if (path === undefined) return 'unvisited';
  if (path.currentStepId === stepId) return 'current';
  if (path.visitedSteps.has(stepId)) return 'visited';
  return path.skippedSteps.has(stepId) ? 'skipped' : 'unvisited';
}
