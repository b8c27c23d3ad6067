import { renderMermaid } from '../../../src/core/scenario/graph/mermaid';
import { buildScenarioGraph } from '../../../src/core/scenario/graph/scenario-graph';
import { findSessionPath } from '../../../src/core/scenario/graph/session-path';
import { compileDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';

const order = {
  scenarioId: 'Order',
  steps: [
    { stepId: 'ask', collectsProfileFields: ['order'], to: ['sure'] },
    { stepId: 'sure', isCheckpoint: true, to: [{ to: 'ask', outcomes: ['DECLINED'] as const }, 'done'] },
    { stepId: 'done', templateIds: ['done'], isTerminal: true },
    { stepId: 'help', templateIds: ['help'], isTerminal: true, reachableFromAnywhere: true },
  ],
  globals: [{ to: 'help', intentLabel: 'say "help"' }],
};

test('a graph has the shape and tags of each step and the rules of each edge', () => {
  const { steps, edges } = buildScenarioGraph(compileDraft(order));
  expect(steps.map(({ stepId, shape, tags }) => [stepId, shape, ...tags])).toEqual([
    ['ask', 'collect', 'may be skipped'],
    ['sure', 'checkpoint', 'checkpoint'],
    ['done', 'terminal'],
    ['help', 'terminal', 'recovery'],
  ]);
  expect(edges.map(({ from, to, labels, isAnytime }) => [from, to, labels.join(), isAnytime])).toEqual([
    ['ask', 'sure', '', false],
    ['sure', 'ask', 'declined', false],
    ['sure', 'done', 'else', false],
    ['', 'help', 'intent say "help"', true],
  ]);
});

test('a graph marks the current, visited and skipped steps of a session', () => {
  const conversation = startConversation([order], { variables: { order: '1' } });
  const path = findSessionPath(conversation.session, 'Order');
  const { steps, edges, subtitle } = buildScenarioGraph(compileDraft(order), path);
  expect(steps.map(({ mark }) => mark)).toEqual(['skipped', 'current', 'unvisited', 'unvisited']);
  expect(edges.map(({ isTaken }) => isTaken)).toEqual([true, false, false, false]);
  expect(subtitle).toBe('version 1, session active at sure');
  conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
  const later = buildScenarioGraph(compileDraft(order), findSessionPath(conversation.session, 'Order'));
  expect(later.steps.map(({ mark }) => mark)).toEqual(['skipped', 'visited', 'current', 'unvisited']);
  conversation.turn({});
  expect(findSessionPath(conversation.session, 'Order')).toMatchObject({ status: 'COMPLETED', currentStepId: 'done' });
  expect(findSessionPath(conversation.session, 'Other')).toBeUndefined();
});

test('a Mermaid flowchart has the shape of each step and escapes texts', () => {
  const lines = renderMermaid(buildScenarioGraph(compileDraft(order))).split('\n');
  expect(lines.slice(0, 14)).toEqual([
    '---',
    'title: "Order (version 1)"',
    '---',
    'flowchart TD',
    '  start((" "))',
    '  s0[/"<b>ask</b><br/>ask order<br/>(may be skipped)"/]:::collect',
    '  s1{{"<b>sure</b><br/>confirm<br/>(checkpoint)"}}:::checkpoint',
    '  s2(["<b>done</b><br/>inform done"]):::terminal',
    '  s3(["<b>help</b><br/>inform help<br/>(recovery)"]):::terminal',
    '  anywhere(["from anywhere"]):::silent',
    '  start --> s0',
    '  s0 --> s1',
    '  s1 -->|"declined"| s0',
    '  s1 -->|"else"| s2',
  ]);
  expect(lines[14]).toBe('  anywhere -.->|"intent say #34;help#34;"| s3');
});
