import type { VisitOutcome } from '../model/turn';
import type { CompiledScenario, CompiledStep, CompiledTransition } from '../scenario/compiled-scenario';
import { findStepsLeadingTo, followEdges } from '../scenario/step-graph';

/** What lies behind a step with a confirmation, in the graph of its scenario. */
export interface PassedSteps {
  /** Steps that an instance reaches only after the step was passed, not after the customer said no. */
  readonly behind: ReadonlySet<string>;
  /** WRITE tools of the step and of the steps behind it. */
  readonly writeTools: ReadonlySet<string>;
}

const known = new WeakMap<CompiledScenario, Map<string, PassedSteps>>();

/** Returns what lies behind a step. */
export function findPassedSteps(scenario: CompiledScenario, step: CompiledStep): PassedSteps {
  let bySteps = known.get(scenario);
  if (bySteps === undefined) {
    bySteps = new Map();
    known.set(scenario, bySteps);
  }
  let passed = bySteps.get(step.stepId);
  if (passed === undefined) {
    passed = computePassedSteps(scenario, step);
    bySteps.set(step.stepId, passed);
  }
  return passed;
}

const negativeOutcomes: ReadonlySet<VisitOutcome> = new Set([
  'DECLINED',
  'ACTION_FAILED',
  'CALL_FAILED',
  'CALL_CANCELLED',
]);

/** Whether a transition is taken only after a no or a failure. */
function isNegative({ definition: { outcomes } }: CompiledTransition): boolean {
  return outcomes.length > 0 && outcomes.every((outcome) => negativeOutcomes.has(outcome));
}

/** Whether a transition is taken after a no. After a failure, the customer has said yes. */
function followsNo(transition: CompiledTransition): boolean {
  return isNegative(transition) && transition.definition.outcomes.includes('DECLINED');
}

function computePassedSteps(scenario: CompiledScenario, step: CompiledStep): PassedSteps {
  const { graph, entryStep, steps } = scenario;
  // Every path that leads through the step itself starts again in front of it.
  const successors = new Map(graph.successors);
  successors.set(step.stepId, []);
  const follow = (start: readonly string[]): ReadonlySet<string> => followEdges(new Set(start), successors);
  const transitions = [...step.completionTransitions, ...step.anytimeTransitions].filter(({ returns }) => !returns);
  const toTarget = ({ targetStepId }: CompiledTransition): string => targetStepId;
  const reached = follow(transitions.filter((transition) => !isNegative(transition)).map(toTarget));
  const afterNo = follow(transitions.filter(followsNo).map(toTarget));
  const around = follow([entryStep.stepId]);
  const before = findStepsLeadingTo([step.stepId], { successors: graph.successors, globalTargets: [] });
  const isBehind = (stepId: string): boolean => stepId !== step.stepId && (!before.has(stepId) || !around.has(stepId));
  const behind = [...reached].filter(isBehind);
  const writeTools = [step.stepId, ...behind].flatMap((stepId) =>
    (steps.get(stepId)?.tools ?? []).filter(({ effect }) => effect === 'WRITE').map(({ toolId }) => toolId),
  );
  return { behind: new Set(behind.filter((stepId) => !afterNo.has(stepId))), writeTools: new Set(writeTools) };
}
