import type { SelectionContext } from '../context/selection-context';
import type { ModelProposal, TransitionKey } from '../model/model-proposal';
import type { Truth } from '../model/truth';
import type { CompiledScenario, CompiledTransition } from '../scenario/compiled-scenario';

/**
 * What the natural-language condition of a transition says on this turn (3.4); undefined where the transition has none, or where
 * such conditions are not judged at all. UNKNOWN where nobody could judge it: no embedding on one side, a model that was not asked
 * about it or not heard.
 */
export function evaluateTextCondition(
  { id, definition }: CompiledTransition,
  { scenarioId, version }: CompiledScenario,
  { settings, turn, proposal }: SelectionContext,
): Truth | undefined {
  if (definition.conditionText === '') return undefined;
  switch (settings.semanticEvaluation) {
    case 'off':
      return undefined;
    case 'embedding':
      return bySimilarity(definition.conditionEmbedding, turn.situation.embedding, settings.semanticThreshold);
    case 'llm':
      return byModel(proposal, { scenarioId, scenarioVersion: version, transitionId: id });
  }
}

function byModel(proposal: ModelProposal | undefined, key: TransitionKey): Truth {
  const verdict = proposal?.verdicts.find(
    ({ scenarioId, scenarioVersion, transitionId }) =>
      scenarioId === key.scenarioId && scenarioVersion === key.scenarioVersion && transitionId === key.transitionId,
  );
  return verdict?.truth ?? 'UNKNOWN';
}

/** By the cosine of the angle between the two, -1..1: TRUE from the threshold on. */
function bySimilarity(condition: readonly number[], situation: readonly number[], threshold: number): Truth {
  if (condition.length !== situation.length) return 'UNKNOWN';
  const lengths = Math.sqrt(product(condition, condition)) * Math.sqrt(product(situation, situation));
  // Nothing has an angle to nothing; numbers too large for their squares have none that could be told.
  if (lengths === 0 || !Number.isFinite(lengths)) return 'UNKNOWN';
  return product(condition, situation) / lengths >= threshold ? 'TRUE' : 'FALSE';
}

function product(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, number, index) => sum + number * (right[index] ?? 0), 0);
}
