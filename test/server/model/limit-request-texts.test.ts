import fc from 'fast-check';
import type { ModelRequest } from '../../../src/core/context/model-request';
import {
  assignRequestIds,
  limitRequestTexts,
  PromptTemplate,
  toTextLiteral,
} from '../../../src/server/model/prompt-template';

/** Creates a request with one text for every instance, candidate and condition. */
function createRequest(texts: {
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

test('a request within the limit is unchanged', () => {
  const request = createRequest({ instances: ['a'], candidates: ['b'], conditions: ['c'] });
  expect(limitRequestTexts(request, 1_000)).toEqual(request);
});

test('the first item above the limit and all later items are dropped: instances, candidates, conditions', () => {
  const request = createRequest({ instances: ['a'], candidates: ['b', long, 'c'], conditions: ['d'] });
  expect(limitRequestTexts(request, 60)).toEqual(createRequest({ instances: ['a'], candidates: ['b'] }));
});

test.each([
  ['an instance', { instances: ['ab'] }, ['ab', '', '', '']],
  ['a candidate', { candidates: ['ab'] }, ['ab', '', '']],
  ['a condition', { conditions: ['ab'] }, ['', 'ab']],
])('%s of exactly the limit is kept, and is dropped if the limit is one code unit less', (_item, texts, literals) => {
  const request = createRequest(texts);
  const length = literals.map((text) => toTextLiteral(text).length).reduce((sum, each) => sum + each);
  expect(limitRequestTexts(request, length)).toEqual(request);
  expect(limitRequestTexts(request, length - 1)).toEqual(createRequest({}));
});

test('escaped characters count with their escaped length', () => {
  const request = createRequest({ candidates: ['<<<<<<<<<<', 'b'] });
  expect(limitRequestTexts(request, 60).candidates).toEqual([]);
  expect(limitRequestTexts(request, 80).candidates).toHaveLength(2);
});

test('property: the texts in a prompt are never longer than the limit', () => {
  const template = new PromptTemplate('{% for c in candidates %}{{ c.name }}{% endfor %}', 100);
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), fc.nat(300), (candidates, length) => {
      const limited = limitRequestTexts(createRequest({ candidates }), length);
      expect(template.render(limited, assignRequestIds(limited)).length).toBeLessThanOrEqual(length);
    }),
  );
});
