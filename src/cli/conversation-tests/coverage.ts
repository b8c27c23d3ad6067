import type { ScenarioStepTransitionDecision } from '../../../gen/focal/orchestration/v1/transition';
import type { CompiledScenario, CompiledTransition } from '../../core/scenario/compiled-scenario';
import type { ConversationTurnResult } from './conversation';

/** Coverage of one scenario by conversations. */
export interface ScenarioCoverage {
  readonly scenarioId: string;
  readonly name: string;
  readonly steps: Coverage;
  readonly transitions: Coverage;
}

export interface Coverage {
  readonly total: number;
  readonly covered: number;
  /** Ids of steps, or transitions as `source -> target (id)`, in the order of the scenario. */
  readonly uncovered: readonly string[];
}

/**
 * Computes the coverage of each scenario. A step is covered if an instance entered or skipped it. A transition is covered if an
 * instance took it.
 */
export function computeCoverage(
  scenarios: readonly CompiledScenario[],
  turnResults: readonly ConversationTurnResult[],
): readonly ScenarioCoverage[] {
  const allDecisions = turnResults.flatMap(({ response }) => response.transitionDecisions);
  return scenarios.map((scenario) => {
    const { scenarioId, name } = scenario;
    const decisions = allDecisions.filter((decision) => decision.scenarioId === scenarioId);
    const takenIds = new Set(decisions.flatMap(({ transitionsTaken }) => transitionsTaken));
    const coveredSteps = new Set(decisions.flatMap((decision) => listTraversedSteps(scenario, decision)));
    const steps = [...scenario.steps.keys()];
    const transitions = listTransitions(scenario);
    const uncoveredSteps = steps.filter((step) => !coveredSteps.has(step));
    const uncoveredTransitions = transitions.filter(({ transition }) => !takenIds.has(transition.id));
    return {
      scenarioId,
      name,
      steps: toCoverage(steps.length, uncoveredSteps),
      transitions: toCoverage(transitions.length, uncoveredTransitions.map(formatTransition)),
    };
  });
}

function listTraversedSteps(scenario: CompiledScenario, decision: ScenarioStepTransitionDecision): readonly string[] {
  const { sourceStepId, targetStepId, transitionsTaken } = decision;
  const targets = transitionsTaken.map((id) => scenario.transitionsById.get(id)?.targetStepId || targetStepId);
  return [sourceStepId, ...targets, targetStepId];
}

interface SourcedTransition {
  /** "" for a global transition. */
  readonly sourceStepId: string;
  readonly transition: CompiledTransition;
}

function listTransitions({ steps, globalTransitions }: CompiledScenario): readonly SourcedTransition[] {
  const stepTransitions = [...steps.values()].flatMap(({ stepId, anytimeTransitions, completionTransitions }) =>
    [...anytimeTransitions, ...completionTransitions].map((transition) => ({ sourceStepId: stepId, transition })),
  );
  return [...stepTransitions, ...globalTransitions.map((transition) => ({ sourceStepId: '', transition }))];
}

function formatTransition({ sourceStepId, transition }: SourcedTransition): string {
  const target = transition.targetStepId === '' ? 'back' : transition.targetStepId;
  return `${sourceStepId === '' ? 'any step' : sourceStepId} -> ${target} (${transition.id})`;
}

function toCoverage(total: number, uncovered: readonly string[]): Coverage {
  return { total, covered: total - uncovered.length, uncovered };
}
