import type {
  ModelRequest,
  ModelRequestCandidate,
  ModelRequestCondition,
  ModelRequestInstance,
} from '../../core/context/model-request';

/**
 * The short names by which the model is asked and answers: i1, i2 ... for instances, c1 ... for candidates, t1 ... for conditions.
 * They cost few tokens, cannot be miscopied by a digit, and mean nothing outside of one question.
 */
export interface QuestionIds {
  readonly instances: ReadonlyMap<string, ModelRequestInstance>;
  readonly candidates: ReadonlyMap<string, ModelRequestCandidate>;
  readonly conditions: ReadonlyMap<string, ModelRequestCondition>;
}

/** Names everything that is asked, in the order of the question. */
export function assignQuestionIds({ instances, candidates, conditions }: ModelRequest): QuestionIds {
  return {
    instances: named('i', instances),
    candidates: named('c', candidates),
    conditions: named('t', conditions),
  };
}

function named<Asked>(letter: string, all: readonly Asked[]): ReadonlyMap<string, Asked> {
  return new Map(all.map((each, index) => [`${letter}${index + 1}`, each]));
}
