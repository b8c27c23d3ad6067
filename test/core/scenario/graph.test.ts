import fc from 'fast-check';
import { hasInvisible } from '../../../src/core/model/visible-text';
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

const register = {
  scenarioId: 'Register',
  steps: [
    {
      stepId: 'where',
      collectsProfileFields: ['name', 'title'],
      optionalFields: ['title'],
      calls: { scenarioId: 'address', reuseCompleted: false, returns: [] },
      remindAfterMs: 5_400_000,
      to: [{ to: 'failed', outcomes: ['CALL_FAILED', 'CALL_CANCELLED'] as const }, { to: 'done' }],
    },
    { stepId: 'failed', templateIds: ['sorry'], speak: 'WITH_NEXT' as const, to: ['done'] },
    {
      stepId: 'done',
      isTerminal: true,
      ending: 'FAILED' as const,
      to: [{ to: 'where', afterMs: 86_400_500, trigger: 'ANYTIME' as const }],
    },
    {
      stepId: 'why',
      templateIds: ['why'],
      reachableFromAnywhere: true,
      isRecovery: false,
      to: [{ returns: true as const, intentLabel: 'ok' }, { returns: true as const }],
    },
  ],
  globals: [{ to: 'why', intentLabel: 'why' }],
};

test('a graph shows calls, lead-ins, endings, reminders, times and transitions that return', () => {
  const { steps, edges } = buildScenarioGraph(compileDraft(register), undefined, (id) => `The ${id}`);
  expect(steps.map(({ stepId, shape, lines, tags }) => [stepId, shape, ...lines, ...tags])).toEqual([
    ['where', 'call', 'ask name, title (optional)', 'call The address', 'may be skipped', 'reminder after 1h30m'],
    ['failed', 'inform', 'lead in with sorry'],
    ['done', 'terminal', 'ends FAILED'],
    ['why', 'inform', 'inform why'],
  ]);
  expect(edges.map(({ from, to, labels, isAnytime }) => [from, to, labels.join(), isAnytime])).toEqual([
    ['where', 'failed', 'call failed or call cancelled', false],
    ['where', 'done', 'else', false],
    ['failed', 'done', '', false],
    ['done', 'where', 'after 1d0.5s', true],
    ['why', '', 'return if intent ok,return', false],
    ['', 'why', 'intent why', true],
  ]);
});

test('a called scenario without a known name is shown by its id', () => {
  const [step] = buildScenarioGraph(compileDraft(register)).steps;
  expect(step?.lines).toContain('call address');
});

test('a Mermaid flowchart draws a return as an edge to the source of global transitions', () => {
  const lines = renderMermaid(buildScenarioGraph(compileDraft(register))).split('\n');
  expect(lines).toContain('  anywhere -.->|"intent why"| s3');
  expect(lines).toContain('  s3 -->|"return if intent ok<br/>return"| anywhere');
  expect(lines.find((line) => line.startsWith('  s0['))).toMatch(/^ {2}s0\[\\".*"\\\]:::call$/);
});

test('Mermaid text shows invisible characters of names and labels as escapes, and has no other lines', () => {
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
  const graph = buildScenarioGraph(compileDraft(order));
  const lineCount = renderMermaid(graph).split('\n').length;
  fc.assert(
    fc.property(text, text, text, (title, line, label) => {
      const mermaid = renderMermaid({
        ...graph,
        title,
        steps: graph.steps.map((step) => ({ ...step, lines: [line], tags: [label] })),
        edges: graph.edges.map((edge) => ({ ...edge, labels: [label] })),
      });
      expect(hasInvisible(mermaid.replaceAll('\n', ''))).toBe(false);
      expect(mermaid.split('\n')).toHaveLength(lineCount);
    }),
  );
});

test('an escape in Mermaid text is not read as a line break', () => {
  const graph = buildScenarioGraph(compileDraft(order));
  const steps = graph.steps.map((step) => ({ ...step, lines: ['a\nb'] }));
  expect(renderMermaid({ ...graph, steps })).toContain('a#92;nb');
});
