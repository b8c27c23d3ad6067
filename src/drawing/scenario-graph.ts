import type { CompiledScenario, CompiledStep } from '../domain/compiled-scenario';
import type { SessionTrack } from './session-track';
import { clipped } from './text';
import { type DrawnWay, waysOf } from './ways';

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
  readonly ways: readonly DrawnWay[];
  /** Whether a session's path is marked. */
  readonly isTracked: boolean;
}

/** Every shape, in the order of the stages. */
export const stepShapes: readonly StepShape[] = ['collect', 'checkpoint', 'action', 'inform', 'terminal', 'silent'];

/** The longest line of a step, in characters. */
const longestLine = 44;

/** The drawing of a scenario, with the path and position of a session where one is given. Pure. */
export function scenarioGraph(scenario: CompiledScenario, track?: SessionTrack): ScenarioGraph {
  return {
    title: scenario.name,
    subtitle: [`version ${scenario.version}`, ...(track === undefined ? [] : [trackText(track)])].join(', '),
    steps: [...scenario.steps.values()].map((step) => drawnStep(step, scenario, track)),
    ways: waysOf(scenario, track),
    isTracked: track !== undefined,
  };
}

function trackText({ status, currentStepId }: SessionTrack): string {
  const word = status.toLowerCase();
  return status === 'ACTIVE' || status === 'PAUSED' ? `session ${word} at ${currentStepId}` : `session ${word}`;
}

function drawnStep(step: CompiledStep, { entry }: CompiledScenario, track: SessionTrack | undefined): DrawnStep {
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
  if (step.hasConfirm) return 'checkpoint';
  if (step.hasAct) return 'action';
  if (step.collects.length > 0) return 'collect';
  return step.hasInform ? 'inform' : 'silent';
}

function linesOf({ stepId, name, collects, hasConfirm, tools, definition }: CompiledStep): readonly string[] {
  const confirms = definition.confirmsFields.length > 0 ? `confirm ${definition.confirmsFields.join(', ')}` : 'confirm';
  return [
    ...(name === stepId ? [] : [name]),
    ...(collects.length > 0 ? [`ask ${collects.join(', ')}`] : []),
    ...(hasConfirm ? [confirms] : []),
    ...(tools.length > 0 ? [`act ${tools.map(({ toolId }) => toolId).join(', ')}`] : []),
    ...(definition.templateIds.length > 0 ? [`inform ${definition.templateIds.join(', ')}`] : []),
  ].map((line) => clipped(line, longestLine));
}

function tagsOf(step: CompiledStep, track: SessionTrack | undefined): readonly string[] {
  const { definition } = step;
  return [
    ...(step.isCheckpoint ? [track?.passed.has(step.stepId) ? 'checkpoint, passed' : 'checkpoint'] : []),
    ...(step.isRequiredAction ? ['required action'] : []),
    ...(step.canSkip ? ['may be skipped'] : []),
    ...(definition.reachableFromAnywhere ? ['recovery'] : []),
    ...(definition.blocksStarts ? ['blocks starts'] : []),
  ];
}

function markOf(stepId: string, track: SessionTrack | undefined): StepMark {
  if (track === undefined) return 'not been';
  if (track.currentStepId === stepId) return 'here';
  if (track.visited.has(stepId)) return 'been';
  return track.passedOver.has(stepId) ? 'passed over' : 'not been';
}
