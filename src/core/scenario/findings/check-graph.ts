import { type Check, checkEachStep } from '../checks';
import type { CompiledDraft, StepGraph } from '../compiled-scenario';
import { createError, createWarning, type FindingLocation, type ScenarioFinding } from '../scenario-finding';
import { buildStepGraph, findReachableSteps, findStepsLeadingTo, findStepsOnCycles } from '../step-graph';

/** Finds unreachable steps and steps from which no terminal step is reachable. */
export function* checkGraph(draft: CompiledDraft): Check {
  const { scenario, steps, allowance } = draft;
  const entry = steps.get(scenario.entryStepId);
  if (!entry) return;
  const transitionCount = scenario.steps.reduce((sum, { transitions }) => sum + transitions.length, 0);
  const spendSearch = (): void => allowance.spend('checks', 5 * (scenario.steps.length + transitionCount));
  spendSearch();
  const graph = buildStepGraph(draft);
  yield;
  const recoverySteps = [...steps.values()].filter(({ isRecovery }) => isRecovery);
  const reachable = findReachableSteps([entry.stepId, ...recoverySteps.map(({ stepId }) => stepId)], graph);
  yield;
  spendSearch();
  const terminals = [...steps.values()].filter(({ isTerminal }) => isTerminal);
  const canEnd = findStepsLeadingTo(
    terminals.map(({ stepId }) => stepId),
    graph,
  );
  yield;
  const hasEnd = scenario.completionCondition !== '' || canEnd.has(entry.stepId);
  if (!hasEnd) {
    const message = `No terminal step is reachable from the entry step "${entry.stepId}", so the scenario never completes. Mark a step is_terminal, or set a completion_condition.`;
    yield createError('NO_WAY_TO_TERMINAL', message, { fieldPath: 'entry_step_id', stepId: entry.stepId });
  }
  yield* checkEachStep(draft, ({ stepId }, index) => {
    if (reachable.has(stepId)) return [];
    const message = `Step "${stepId}" is not reachable from the entry step. Add a transition to it, or remove it.`;
    return [createWarning('UNREACHABLE_STEP', message, { fieldPath: `steps[${index}]`, stepId })];
  });
  if (scenario.completionCondition !== '' || !hasEnd) return;
  spendSearch();
  // The target of a transition may not exist, which is another finding.
  const stuck = [...reachable].filter((stepId) => !canEnd.has(stepId) && steps.get(stepId)?.isReturnTarget === false);
  yield* checkStuckSteps(draft, graph, new Set(stuck));
}

/**
 * Classifies the reachable steps from which no terminal step is reachable:
 * - TRAP (ERROR): an instance loops forever. Only steps that collect, confirm or act count toward `max_loop_count` (3.6).
 * - DEAD_END (WARNING): an instance stays at a step and contributes nothing.
 * - NO_WAY_OUT (WARNING): an instance loops until the loop limit pauses it (2.8).
 *
 * Reports nothing if an `idle_timeout` cancels the instance, because that ends all of these states.
 */
function checkStuckSteps(
  draft: CompiledDraft,
  graph: StepGraph,
  stuck: ReadonlySet<string>,
): readonly ScenarioFinding[] {
  const { scenario, steps } = draft;
  if (stuck.size === 0 || (scenario.idleTimeoutMs !== undefined && scenario.idleAction === 'CANCEL')) return [];
  // A step that returns leads only back to the step that the instance came from.
  const isReturnTarget = (stepId: string): boolean => steps.get(stepId)?.isReturnTarget ?? false;
  const globalTargets = graph.globalTargets.filter((target) => !isReturnTarget(target));
  const deadEnds = [...stuck].filter(
    (stepId) =>
      globalTargets.every((target) => target === stepId) && (graph.successors.get(stepId) ?? []).every(isReturnTarget),
  );
  const uncountedStepIds = [...stuck].filter((stepId) => !steps.get(stepId)?.countsLoops);
  const traps = findStepsOnCycles(uncountedStepIds, graph);
  const reportedElsewhere = findStepsLeadingTo([...deadEnds, ...traps], graph);
  const loops = [...findStepsOnCycles(stuck, graph)].filter((stepId) => !reportedElsewhere.has(stepId));
  const findings: ScenarioFinding[] = [];
  if (traps.size > 0) {
    const message = `An instance can loop forever in ${listSteps(traps)}: no terminal step is reachable, and steps that do not collect, confirm or act have no loop limit. Add a transition out of the loop, or a completion_condition.`;
    findings.push(createError('TRAP', message, locateFirst(draft, traps)));
  }
  for (const stepId of deadEnds) {
    const message = `Step "${stepId}" is not terminal and has no outgoing transition, so an instance stays there without contributing. Mark it is_terminal, or add a transition.`;
    const index = steps.get(stepId)?.index ?? 0;
    findings.push(createWarning('DEAD_END', message, { fieldPath: `steps[${index}]`, stepId }));
  }
  if (loops.length > 0) {
    const message = `No terminal step is reachable from ${listSteps(loops)}: an instance loops there until the loop limit relocalizes or pauses it. Add a transition out of the loop.`;
    findings.push(createWarning('NO_WAY_OUT', message, locateFirst(draft, new Set(loops))));
  }
  return findings;
}

function listSteps(stepIds: Iterable<string>): string {
  const names = [...stepIds].map((stepId) => `"${stepId}"`);
  const listedNames = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${listedNames} and ${names.length - 3} more` : listedNames;
}

/** Returns the location of the first of the given steps in the order of the definition. */
function locateFirst({ scenario }: CompiledDraft, stepIds: ReadonlySet<string>): FindingLocation {
  const index = scenario.steps.findIndex(({ stepId }) => stepIds.has(stepId));
  return { fieldPath: `steps[${index}]`, stepId: scenario.steps[index]?.stepId ?? '' };
}
