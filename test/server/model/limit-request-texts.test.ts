import fc from 'fast-check';
import type { ModelRequest } from '../../../src/core/context/model-request';
import { assignRequestIds, limitRequestTexts, PromptTemplate } from '../../../src/server/model/prompt-template';

/** A question whose texts are the given ones, one for each instance, candidate and condition. */
function asking(texts: {
  readonly instances?: readonly string[];
  readonly candidates?: readonly string[];
  readonly conditions?: readonly string[];
}): ModelRequest {
  const { instances = [], candidates = [], conditions = [] } = texts;
  return {
    message: '',
    intent: '',
    instances: instances.map((name) => ({ instanceId: name, name, description: '', step: '', stepDescription: '' })),
    candidates: candidates.map((name) => ({
      scenarioId: name,
      name,
      description: '',
      triggerDescription: '',
      score: 1,
    })),
    conditions: conditions.map((text) => ({
      scenarioId: '',
      scenarioVersion: 1,
      transitionId: text,
      scenarioName: '',
      text,
    })),
  };
}

const long = 'x'.repeat(100);

test('a question that fits is asked as it is', () => {
  const question = asking({ instances: ['a'], candidates: ['b'], conditions: ['c'] });
  expect(limitRequestTexts(question, 1_000)).toEqual(question);
});

test('of one that does not, what comes first is asked about: instances, candidates, conditions', () => {
  const question = asking({ instances: ['a'], candidates: ['b', long, 'c'], conditions: ['d'] });
  expect(limitRequestTexts(question, 60)).toEqual(asking({ instances: ['a'], candidates: ['b'] }));
});

test('what the prompt has to escape counts as it is written there', () => {
  const question = asking({ candidates: ['<<<<<<<<<<', 'b'] });
  expect(limitRequestTexts(question, 60).candidates).toEqual([]);
  expect(limitRequestTexts(question, 80).candidates).toHaveLength(2);
});

test('always: the prompt is no longer than the bound and what the template says by itself', () => {
  const template = new PromptTemplate('{% for c in candidates %}{{ c.name }}{% endfor %}', 100);
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), fc.nat(300), (candidates, length) => {
      const asked = limitRequestTexts(asking({ candidates }), length);
      expect(template.render(asked, assignRequestIds(asked)).length).toBeLessThanOrEqual(length);
    }),
  );
});
