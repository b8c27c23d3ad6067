import type { ModelRequest } from '../../../src/core/context/model-request';
import { parseProposal, responseFormat } from '../../../src/server/model/model-answer';
import { assignRequestIds } from '../../../src/server/model/prompt-template';

const request: ModelRequest = {
  message: '',
  intent: '',
  instances: ['a', 'b'].map((instanceId) => ({ instanceId, name: '', description: '', step: '', stepDescription: '' })),
  candidates: [{ scenarioId: 'c', name: '', description: '', triggerDescription: '', score: 1 }],
  conditions: [{ scenarioId: 'd', scenarioVersion: 2, transitionId: 'e', scenarioName: '', text: '' }],
};
const ids = assignRequestIds(request);
const emptyAnswer = { instances: [], candidates: [], conditions: [] };

test('an answer is parsed in the order of the request, and omitted items are left to the rules', () => {
  const answer = {
    instances: [{ id: 'i2', action: 'PAUSE' }],
    candidates: [{ id: 'c1', fits: false }],
    conditions: [{ id: 't1', verdict: 'TRUE' }],
  };
  expect(parseProposal(JSON.stringify(answer), 'm', ids)).toEqual({
    outcome: 'PROPOSED',
    model: 'm',
    actions: new Map([['b', 'PAUSE']]),
    fits: new Map([['c', false]]),
    verdicts: [{ scenarioId: 'd', scenarioVersion: 2, transitionId: 'e', truth: 'TRUE' }],
  });
  const both = (...order: readonly string[]) =>
    parseProposal(
      JSON.stringify({ ...emptyAnswer, instances: order.map((id) => ({ id, action: 'CANCEL' })) }),
      'm',
      ids,
    );
  expect([...both('i2', 'i1').actions]).toEqual([...both('i1', 'i2').actions]);
});

test.each([
  ['text that is not JSON', 'I would cancel it.'],
  ['JSON in a code fence', '```json\n{"instances":[],"candidates":[],"conditions":[]}\n```'],
  ['an empty text', ''],
  ['a list', '[]'],
  ['a missing property', '{"instances":[],"candidates":[]}'],
  ['an additional property', JSON.stringify({ ...emptyAnswer, confirmed: true })],
  ['an unknown action', JSON.stringify({ ...emptyAnswer, instances: [{ id: 'i1', action: 'START' }] })],
  [
    'an additional property of an item',
    JSON.stringify({ ...emptyAnswer, instances: [{ id: 'i1', action: 'PAUSE', step: 'end' }] }),
  ],
  ['a string instead of a boolean', JSON.stringify({ ...emptyAnswer, candidates: [{ id: 'c1', fits: 'yes' }] })],
  ['an unknown id', JSON.stringify({ ...emptyAnswer, instances: [{ id: 'i3', action: 'PAUSE' }] })],
  ['an id of another kind', JSON.stringify({ ...emptyAnswer, instances: [{ id: 'c1', action: 'PAUSE' }] })],
  [
    'the name of an object property as id',
    JSON.stringify({ ...emptyAnswer, candidates: [{ id: 'constructor', fits: true }] }),
  ],
  [
    'a duplicate id',
    JSON.stringify({ ...emptyAnswer, instances: ['PAUSE', 'CANCEL'].map((action) => ({ id: 'i1', action })) }),
  ],
])('%s does not match the schema', (_title, content) => {
  expect(() => parseProposal(content, 'm', ids)).toThrow(expect.objectContaining({ reason: 'OFF_SCHEMA' }));
});

test('the response format is strict: every property is required and no other is allowed', () => {
  const { strict, schema } = responseFormat.json_schema;
  expect(strict).toBe(true);
  expect(schema).toMatchObject({
    additionalProperties: false,
    required: ['instances', 'candidates', 'conditions'],
    properties: { instances: { items: { additionalProperties: false, required: ['id', 'action'] } } },
  });
});
