import type { ScenarioStepTransitionDecision } from '../../../gen/focal/orchestration/v1/transition';
import type { CompiledScenario, CompiledTransition } from '../../core/scenario/compiled-scenario';
import type { ConversationTurnResult } from './run-conversation';

/** What conversations have seen of one scenario. */
export interface ScenarioCoverage {
  readonly scenarioId: string;
  readonly name: string;
  readonly steps: Coverage;
  readonly transitions: Coverage;
}

/** How much of one kind was seen. */
export interface Coverage {
  readonly total: number;
  readonly covered: number;
  /** What was not, in the order of the scenario: steps by id, transitions as `step → target` with their id. */
  readonly uncovered: readonly string[];
}

/**
 * The steps where instances have been, those that were passed over included, and the transitions that were taken, by scenario in the
 * order given.
 */
export function computeCoverage(
  scenarios: readonly CompiledScenario[],
  played: readonly ConversationTurnResult[],
): readonly ScenarioCoverage[] {
  const decisions = played.flatMap(({ response }) => response.transitionDecisions);
  return scenarios.map((scenario) => {
    const own = decisions.filter(({ scenarioId }) => scenarioId === scenario.scenarioId);
    const taken = new Set(own.flatMap(({ transitionsTaken }) => transitionsTaken));
    const been = new Set(own.flatMap((decision) => stepsOf(scenario, decision)));
    const steps = [...scenario.steps.keys()];
    const transitions = transitionsOf(scenario);
    return {
      scenarioId: scenario.scenarioId,
      name: scenario.name,
      steps: counted(
        steps,
        steps.filter((step) => !been.has(step)),
      ),
      transitions: counted(transitions, transitions.filter(({ transition }) => !taken.has(transition.id)).map(wayText)),
    };
  });
}

function stepsOf(scenario: CompiledScenario, decision: ScenarioStepTransitionDecision): readonly string[] {
  const { sourceStepId, targetStepId, transitionsTaken } = decision;
  const walked = transitionsTaken.map((id) => scenario.transitionsById.get(id)?.targetStepId ?? targetStepId);
  return [sourceStepId, ...walked, targetStepId];
}

interface Way {
  /** "" for a global transition. */
  readonly from: string;
  readonly transition: CompiledTransition;
}

function transitionsOf({ steps, globalTransitions: globals }: CompiledScenario): readonly Way[] {
  const own = [...steps.values()].flatMap(
    ({ stepId, anytimeTransitions: anytime, completionTransitions: onCompletion }) =>
      [...anytime, ...onCompletion].map((transition) => ({ from: stepId, transition })),
  );
  return [...own, ...globals.map((transition) => ({ from: '', transition }))];
}

function wayText({ from, transition }: Way): string {
  return `${from === '' ? 'anywhere' : from} → ${transition.targetStepId} (${transition.id})`;
}

function counted(all: readonly unknown[], unseen: readonly string[]): Coverage {
  return { total: all.length, covered: all.length - unseen.length, uncovered: unseen };
}
