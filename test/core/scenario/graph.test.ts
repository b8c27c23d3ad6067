import fc from 'fast-check';
import { hasInvisible } from '../../../src/core/model/visible-text';
import { renderMermaid } from '../../../src/core/scenario/graph/mermaid';
import { buildScenarioGraph } from '../../../src/core/scenario/graph/scenario-graph';
import { findSessionPath } from '../../../src/core/scenario/graph/session-path';
import { compileDraft, type StepDraft, type TransitionDraft, type TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { end } from '../../support/sample-scenarios';

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

describe('a drawing of steps', () => {
  const draw = (step: Partial<StepDraft>, ...to: readonly TransitionDraft[]) => {
    const steps = [{ stepId: 'a', ...step, to }, { stepId: 'b', to: ['end'] }, end];
    const { steps: drawn, edges } = buildScenarioGraph(compileDraft({ scenarioId: 's', steps }));
    return { step: drawn[0], labels: edges.filter(({ from }) => from === 'a').map((edge) => edge.labels) };
  };

  test.each<[string, Partial<StepDraft>, readonly string[]]>([
    ['a step with a name', { name: 'First', templateIds: ['t', 'u'] }, ['inform', 'First', 'inform t, u']],
    ['an action', { toolIds: ['t', 'u'] }, ['action', 'act t, u']],
    [
      'a required action that blocks starts',
      { isRequiredAction: true, requiresConfirmation: false, toolIds: ['t'], blocksStarts: true },
      ['action', 'act t', 'required action', 'blocks starts'],
    ],
    [
      'a confirmation of some fields',
      { requiresConfirmation: true, confirmsFields: ['x', 'y'] },
      ['checkpoint', 'confirm x, y'],
    ],
    ['a step without stages', {}, ['silent']],
    [
      'a step with a long text on several lines',
      { name: `a  text\n ${'x'.repeat(37)} more`, templateIds: ['t'] },
      ['inform', `a text ${'x'.repeat(36)}…`, 'inform t'],
    ],
    [
      'a step with a text that ends at a space where it is cut',
      { name: `${'x'.repeat(42)} more`, templateIds: ['t'] },
      ['inform', `${'x'.repeat(42)}…`, 'inform t'],
    ],
    [
      'a step with a text of the maximum length',
      { name: 'x'.repeat(44), templateIds: ['t'] },
      ['inform', 'x'.repeat(44), 'inform t'],
    ],
  ])('shows %s', (_step, step, parts) => {
    const drawn = draw(step, 'b').step;
    expect([drawn?.shape, ...(drawn?.lines ?? []), ...(drawn?.tags ?? [])]).toEqual(parts);
  });

  test('shows all rules of a transition', () => {
    const all: TransitionDraft = {
      to: 'b',
      outcomes: ['ACTION_SUCCEEDED', 'CONFIRMED'],
      condition: 'data.x > 1.0',
    };
    expect(draw({}, all, 'end').labels).toEqual([['succeeded or confirmed and x > 1.0'], ['else']]);
    const more: TransitionDraft = { to: 'b', conditionFields: ['x', 'y'], conditionText: 'is happy' };
    expect(draw({}, more, 'end').labels[0]).toEqual(['knows x, y and “is happy”']);
    expect(draw({}, { to: 'b', afterMs: 60_000 }, 'end').labels[0]).toEqual(['after 1m']);
    expect(draw({}, { to: 'b', afterMs: 1_000 }, 'end').labels[0]).toEqual(['after 1s']);
  });

  test('shows three rules of the transitions to one step, and counts the others', () => {
    const intents = (count: number): readonly TransitionDraft[] =>
      Array.from({ length: count }, (_, index) => ({ to: 'b', intentLabel: `i${index}` }));
    expect(draw({}, ...intents(3), 'end').labels[0]).toEqual(['intent i0', 'intent i1', 'intent i2']);
    expect(draw({}, ...intents(5), 'end').labels[0]).toEqual(['intent i0', 'intent i1', 'intent i2', 'or 2 more']);
  });

  test('shows that one of the transitions to a step was taken', () => {
    const scenario = {
      scenarioId: 's',
      steps: [
        {
          stepId: 'a',
          to: [
            { to: 'b', intentLabel: 'x' },
            { to: 'b', condition: 'true' },
          ],
        },
        { stepId: 'b', templateIds: ['t'], to: ['end'] },
        end,
      ],
    };
    const { session } = startConversation([scenario]);
    const { edges } = buildScenarioGraph(compileDraft(scenario), findSessionPath(session, 's'));
    expect(edges.map(({ isTaken }) => isTaken)).toEqual([true, false]);
  });
});

describe('a drawing of a session', () => {
  const play = (...drafts: readonly TurnDraft[]) => {
    const other = { ...order, scenarioId: 'Other' };
    const conversation = startConversation([other, order], { variables: { order: '1' } }, { maxConfirmsPerTurn: 2 });
    for (const draft of drafts) conversation.turn(draft);
    return buildScenarioGraph(compileDraft(order), findSessionPath(conversation.session, 'Order'));
  };
  const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED', instanceId: 'Order#1' }] };

  test.each<[string, readonly TurnDraft[], string]>([
    ['is active', [], 'version 1, session active at sure'],
    ['is paused', [{ signals: [['PAUSE', 'Order']] }], 'version 1, session paused at sure'],
    ['was completed', [{ signals: [['COMPLETE', 'Order']] }], 'version 1, session completed'],
    ['was canceled', [{ signals: [['CANCEL', 'Order']] }], 'version 1, session cancelled'],
  ])('says that it %s', (_status, drafts, subtitle) => {
    expect(play(...drafts).subtitle).toBe(subtitle);
  });

  test('marks passed checkpoints', () => {
    expect(play(confirmed).steps[1]?.tags).toEqual(['checkpoint, passed']);
    expect(play().steps[1]?.tags).toEqual(['checkpoint']);
  });

  test('lists the steps that were visited or only skipped, and the transitions that were taken', () => {
    const conversation = startConversation([order], { variables: { order: '1' } });
    conversation.turn({ signals: ['BACK'] });
    conversation.turn({ variables: { order: '2' } });
    const path = findSessionPath(conversation.session, 'Order');
    expect([...(path?.visitedSteps ?? [])]).toEqual(['sure', 'ask']);
    expect([...(path?.skippedSteps ?? [])]).toEqual([]);
    expect([...(path?.takenTransitions ?? [])]).toEqual(['ask/1']);
  });

  test('has thick lines for the current step and the transitions that were taken', () => {
    const lines = renderMermaid(play(confirmed)).trimEnd().split('\n');
    expect(lines.slice(-2)).toEqual([
      '  style s2 stroke:#db2777,stroke-width:4px',
      '  linkStyle 1,3 stroke:#db2777,stroke-width:4px',
    ]);
    expect(lines.filter((line) => line.includes('classDef'))).toHaveLength(7);
    expect(lines).toContain('  classDef collect fill:#dbeafe,stroke:#2563eb,color:#111827');
  });

  test('has no thick lines for transitions before one was taken, and none without a session', () => {
    const first = {
      scenarioId: 's',
      steps: [{ stepId: 'a', collectsProfileFields: ['x', 'y'], isCheckpoint: true, to: ['end'] }, end],
    };
    const { session } = startConversation([first]);
    const lines = renderMermaid(buildScenarioGraph(compileDraft(first), findSessionPath(session, 's')))
      .trimEnd()
      .split('\n');
    expect(lines.at(-1)).toBe('  style s0 stroke:#db2777,stroke-width:4px');
    expect(lines.some((line) => line.includes('anywhere'))).toBe(false);
    const withoutSession = renderMermaid(buildScenarioGraph(compileDraft(first)))
      .trimEnd()
      .split('\n');
    expect(withoutSession.at(-1)).toMatch(/^ {2}classDef silent /);
  });
});
