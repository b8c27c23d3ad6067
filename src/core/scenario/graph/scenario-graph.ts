import type { CompiledScenario, CompiledStep } from '../compiled-scenario';
import { buildEdges, type DrawnEdge } from './drawn-edges';
import type { SessionPath } from './session-path';
import { truncate } from './text';

/** What a step wants, in one word; drawings give each a shape and a colour. */
export type StepShape = 'collect' | 'checkpoint' | 'action' | 'inform' | 'terminal' | 'silent';

/** Where a session has been: it is at the step, has left it, or passed over it (3.5). */
export type StepMark = 'here' | 'been' | 'passed over' | 'not been';

/** A step as it is drawn. */
export interface DrawnStep {
  readonly stepId: string;
  readonly shape: StepShape;
  readonly isEntry: boolean;
  readonly canSkip: boolean;
  /** What it does, a line a stage, in the order of the stages (3.1); its name first where it has one. */
  readonly lines: readonly string[];
  /** What is particular about it, a few words each. */
  readonly tags: readonly string[];
  readonly mark: StepMark;
}

/** A scenario as it is drawn, whatever the form. Steps in the order of the definition, ways in the order of their steps. */
export interface ScenarioGraph {
  readonly title: string;
  /** Version, and where the session is. */
  readonly subtitle: string;
  readonly steps: readonly DrawnStep[];
  readonly edges: readonly DrawnEdge[];
  /** Whether a session's path is marked. */
  readonly hasSessionPath: boolean;
}

/** Every shape, in the order of the stages. */
export const stepShapes: readonly StepShape[] = ['collect', 'checkpoint', 'action', 'inform', 'terminal', 'silent'];

/** The longest line of a step, in characters. */
const longestLine = 44;

/** The drawing of a scenario, with the path and position of a session where one is given. Pure. */
export function buildScenarioGraph(scenario: CompiledScenario, track?: SessionPath): ScenarioGraph {
  return {
    title: scenario.name,
    subtitle: [`version ${scenario.version}`, ...(track === undefined ? [] : [trackText(track)])].join(', '),
    steps: [...scenario.steps.values()].map((step) => drawnStep(step, scenario, track)),
    edges: buildEdges(scenario, track),
    hasSessionPath: track !== undefined,
  };
}

function trackText({ status, currentStepId }: SessionPath): string {
  const word = status.toLowerCase();
  return status === 'ACTIVE' || status === 'PAUSED' ? `session ${word} at ${currentStepId}` : `session ${word}`;
}

function drawnStep(
  step: CompiledStep,
  { entryStep: entry }: CompiledScenario,
  track: SessionPath | undefined,
): DrawnStep {
  return {
    stepId: step.stepId,
    shape: shapeOf(step),
    isEntry: step.stepId === entry.stepId,
    canSkip: step.canSkip,
    lines: linesOf(step),
    tags: tagsOf(step, track),
    mark: markOf(step.stepId, track),
  };
}

function shapeOf(step: CompiledStep): StepShape {
  if (step.isTerminal) return 'terminal';
  if (step.hasConfirmStage) return 'checkpoint';
  if (step.hasActStage) return 'action';
  if (step.collectedFields.length > 0) return 'collect';
  return step.hasInformStage ? 'inform' : 'silent';
}

function linesOf({
  stepId,
  name,
  collectedFields: collects,
  hasConfirmStage: hasConfirm,
  tools,
  definition,
}: CompiledStep): readonly string[] {
  const confirms = definition.confirmsFields.length > 0 ? `confirm ${definition.confirmsFields.join(', ')}` : 'confirm';
  return [
    ...(name === stepId ? [] : [name]),
    ...(collects.length > 0 ? [`ask ${collects.join(', ')}`] : []),
    ...(hasConfirm ? [confirms] : []),
    ...(tools.length > 0 ? [`act ${tools.map(({ toolId }) => toolId).join(', ')}`] : []),
    ...(definition.templateIds.length > 0 ? [`inform ${definition.templateIds.join(', ')}`] : []),
  ].map((line) => truncate(line, longestLine));
}

function tagsOf(step: CompiledStep, track: SessionPath | undefined): readonly string[] {
  const { definition } = step;
  return [
    ...(step.isCheckpoint ? [track?.passedCheckpoints.has(step.stepId) ? 'checkpoint, passed' : 'checkpoint'] : []),
    ...(step.isRequiredAction ? ['required action'] : []),
    ...(step.canSkip ? ['may be skipped'] : []),
    ...(definition.reachableFromAnywhere ? ['recovery'] : []),
    ...(definition.blocksStarts ? ['blocks starts'] : []),
  ];
}

function markOf(stepId: string, track: SessionPath | undefined): StepMark {
  if (track === undefined) return 'not been';
  if (track.currentStepId === stepId) return 'here';
  if (track.visitedSteps.has(stepId)) return 'been';
  return track.skippedSteps.has(stepId) ? 'passed over' : 'not been';
}
