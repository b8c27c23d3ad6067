import { renderMermaid } from '../../../src/core/scenario/graph/mermaid';
import { buildScenarioGraph } from '../../../src/core/scenario/graph/scenario-graph';
import { findSessionPath } from '../../../src/core/scenario/graph/session-path';
import { compiled } from '../../support/conversation';
import { running } from '../../support/running';

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

test('a graph tells what each step is, and when each way is taken', () => {
  const { steps, edges: ways } = buildScenarioGraph(compiled(order));
  expect(steps.map(({ stepId, shape, tags }) => [stepId, shape, ...tags])).toEqual([
    ['ask', 'collect', 'may be skipped'],
    ['sure', 'checkpoint', 'checkpoint'],
    ['done', 'terminal'],
    ['help', 'terminal', 'recovery'],
  ]);
  expect(ways.map(({ from, to, labels, isAnytime }) => [from, to, labels.join(), isAnytime])).toEqual([
    ['ask', 'sure', '', false],
    ['sure', 'ask', 'declined', false],
    ['sure', 'done', 'else', false],
    ['', 'help', 'intent say "help"', true],
  ]);
});

test('the way of a session is marked: where it is, where it has been, what it passed over', () => {
  const talk = running([order], { variables: { order: '1' } });
  const track = findSessionPath(talk.session, 'Order');
  const { steps, edges: ways, subtitle } = buildScenarioGraph(compiled(order), track);
  expect(steps.map(({ mark }) => mark)).toEqual(['passed over', 'here', 'not been', 'not been']);
  expect(ways.map(({ isTaken }) => isTaken)).toEqual([true, false, false, false]);
  expect(subtitle).toBe('version 1, session active at sure');
  talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
  const later = buildScenarioGraph(compiled(order), findSessionPath(talk.session, 'Order'));
  expect(later.steps.map(({ mark }) => mark)).toEqual(['passed over', 'been', 'here', 'not been']);
  talk.turn({});
  expect(findSessionPath(talk.session, 'Order')).toMatchObject({ status: 'COMPLETED', currentStepId: 'done' });
  expect(findSessionPath(talk.session, 'Other')).toBeUndefined();
});

test('Mermaid text gives each step its shape, and takes no text for signs of its own', () => {
  const lines = renderMermaid(buildScenarioGraph(compiled(order))).split('\n');
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
