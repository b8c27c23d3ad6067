import type { ModelRequest } from '../../../src/core/context/model-request';
import { parseProposal, responseFormat } from '../../../src/server/model/model-answer';
import { assignRequestIds } from '../../../src/server/model/prompt-template';

const question: ModelRequest = {
  message: '',
  intent: '',
  instances: ['a', 'b'].map((instanceId) => ({ instanceId, name: '', description: '', step: '', stepDescription: '' })),
  candidates: [{ scenarioId: 'c', name: '', description: '', triggerDescription: '', score: 1 }],
  conditions: [{ scenarioId: 'd', scenarioVersion: 2, transitionId: 'e', scenarioName: '', text: '' }],
};
const ids = assignRequestIds(question);
const nothing = { instances: [], candidates: [], conditions: [] };

test('an answer is read as a proposal in the order of the question; what it leaves out is left to the rules', () => {
  const said = {
    instances: [{ id: 'i2', action: 'PAUSE' }],
    candidates: [{ id: 'c1', fits: false }],
    conditions: [{ id: 't1', verdict: 'TRUE' }],
  };
  expect(parseProposal(JSON.stringify(said), 'm', ids)).toEqual({
    outcome: 'PROPOSED',
    model: 'm',
    actions: new Map([['b', 'PAUSE']]),
    fits: new Map([['c', false]]),
    verdicts: [{ scenarioId: 'd', scenarioVersion: 2, transitionId: 'e', truth: 'TRUE' }],
  });
  const both = (...order: readonly string[]) =>
    parseProposal(JSON.stringify({ ...nothing, instances: order.map((id) => ({ id, action: 'CANCEL' })) }), 'm', ids);
  expect([...both('i2', 'i1').actions]).toEqual([...both('i1', 'i2').actions]);
});

test.each([
  ['no JSON', 'I would cancel it.'],
  ['JSON in a fence', '```json\n{"instances":[],"candidates":[],"conditions":[]}\n```'],
  ['nothing', ''],
  ['a list', '[]'],
  ['a part missing', '{"instances":[],"candidates":[]}'],
  ['a part too many', JSON.stringify({ ...nothing, confirmed: true })],
  ['an action that there is not', JSON.stringify({ ...nothing, instances: [{ id: 'i1', action: 'START' }] })],
  ['more than an action', JSON.stringify({ ...nothing, instances: [{ id: 'i1', action: 'PAUSE', step: 'end' }] })],
  ['a word for true', JSON.stringify({ ...nothing, candidates: [{ id: 'c1', fits: 'yes' }] })],
  ['an id that was not asked', JSON.stringify({ ...nothing, instances: [{ id: 'i3', action: 'PAUSE' }] })],
  ['an id of another kind', JSON.stringify({ ...nothing, instances: [{ id: 'c1', action: 'PAUSE' }] })],
  ['an id of an object', JSON.stringify({ ...nothing, candidates: [{ id: 'constructor', fits: true }] })],
  [
    'an id twice',
    JSON.stringify({ ...nothing, instances: ['PAUSE', 'CANCEL'].map((action) => ({ id: 'i1', action })) }),
  ],
])('%s is off schema', (_title, content) => {
  expect(() => parseProposal(content, 'm', ids)).toThrow(expect.objectContaining({ reason: 'OFF_SCHEMA' }));
});

test('the format that is asked for is strict: every part required, nothing beside', () => {
  const { strict, schema } = responseFormat.json_schema;
  expect(strict).toBe(true);
  expect(schema).toMatchObject({
    additionalProperties: false,
    required: ['instances', 'candidates', 'conditions'],
    properties: { instances: { items: { additionalProperties: false, required: ['id', 'action'] } } },
  });
});
