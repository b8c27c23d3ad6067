import type { ModelRequest } from '../../core/context/model-request';
import { toTextLiteral } from './text-literal';

/**
 * As much of a question as has texts of at most `length` UTF-16 code units, counted as the prompt has them: of instances first, then
 * of candidates, then of conditions, each in its order. The first that does not fit and all behind it are not asked about, and so left
 * to the rules. Message and intent do not count.
 */
export function limitQuestionTexts(question: ModelRequest, length: number): ModelRequest {
  let left = length;
  const fits = (...texts: readonly string[]): boolean => {
    for (const text of texts) left -= toTextLiteral(text).length;
    return left >= 0;
  };
  return {
    ...question,
    instances: question.instances.filter((each) => fits(each.name, each.description, each.step, each.stepDescription)),
    candidates: question.candidates.filter((each) => fits(each.name, each.description, each.triggerDescription)),
    conditions: question.conditions.filter((each) => fits(each.scenarioName, each.text)),
  };
}
