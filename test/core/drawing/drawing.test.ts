import { join } from 'node:path';
import { loadScenarioFiles } from '../../../src/cli/files';
import { computeLayout } from '../../../src/cli/render/layout';
import { formatScenarioGraph } from '../../../src/cli/render/scenario-lines';
import { renderSvg } from '../../../src/cli/render/svg';
import { measureStep } from '../../../src/cli/render/svg-step';
import { compileScenario } from '../../../src/core/scenario/compile-scenario';
import type { CompiledScenario } from '../../../src/core/scenario/compiled-scenario';
import { renderMermaid } from '../../../src/core/scenario/graph/mermaid';
import { buildScenarioGraph } from '../../../src/core/scenario/graph/scenario-graph';
import { findSessionPath } from '../../../src/core/scenario/graph/session-path';
import { scenarioFromProto } from '../../../src/server/codec/wire/scenario-codec';
import { compiled } from '../../support/conversation';
import { running } from '../../support/running';

const examples = loadScenarioFiles([join(__dirname, '..', '..', '..', 'examples', 'scenarios')]).scenarios.map(
  ({ message }): CompiledScenario => {
    const scenario = compileScenario(scenarioFromProto(message), 1).compiled;
    if (scenario === undefined) throw new Error(`${message.name} is refused`);
    return scenario;
  },
);

/** The library that lays out is large: a busy machine takes its time to load it. */
const slowMs = 120_000;

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

test('the drawing in the terminal joins every way with its step', () => {
  expect(formatScenarioGraph({ width: 80, hasColor: false }, buildScenarioGraph(compiled(order)))).toEqual([
    'Order  version 1',
    '',
    '╭───▶ * [/ ask /] ask order (may be skipped)',
    '│ ╭──     → sure',
    '│ │',
    '│ ╰─▶   {{ sure }} confirm (checkpoint)',
    '╰────     → ask  declined',
    '  ╭──     → done  else',
    '  │',
    '  ╰─▶   ([ done ]) inform done',
    '',
    '  ╭─▶   ([ help ]) inform help (recovery)',
    '  │',
    '  │    from anywhere',
    '  ╰──     ⇢ help  intent say "help"',
    '',
    '[/ collect /]  {{ checkpoint }}  ([ terminal ])',
    '* entry   → once the step is done   ⇢ at any time',
  ]);
});

test(
  'steps of a picture do not overlap, whatever joins them',
  async () => {
    for (const scenario of examples) {
      const { steps, edges: ways } = buildScenarioGraph(scenario);
      const boxes = new Map(steps.map((step) => [step.stepId, measureStep(step)]));
      const own = ways.filter(({ from }) => from !== '');
      const { nodes } = await computeLayout(
        [...boxes].map(([id, box]) => ({ id, ...box })),
        own.map(({ from, to }, index) => ({ id: `${index}`, from, to, label: undefined })),
      );
      const placed = [...nodes].map(([id, place]) => ({ ...place, ...(boxes.get(id) ?? { width: 0, height: 0 }) }));
      expect(placed).toHaveLength(steps.length);
      const overlapping = placed.filter((a, index) =>
        placed
          .slice(index + 1)
          .some((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height),
      );
      expect(overlapping).toEqual([]);
    }
  },
  slowMs,
);

test(
  'a picture shows every step and every way, and is the same each time',
  async () => {
    for (const scenario of examples) {
      const graph = buildScenarioGraph(scenario);
      const picture = await renderSvg(graph);
      expect(await renderSvg(graph)).toBe(picture);
      for (const { stepId } of graph.steps) expect(picture).toContain(`>${stepId}</text>`);
      expect(picture.match(/marker-end="url\(#way\)"/g)).toHaveLength(graph.edges.length + 1);
      expect(picture.match(/ d="M/g)?.length).toBe(graph.edges.length + 3);
    }
  },
  slowMs,
);

test(
  'a picture holds no text as an element of its own',
  async () => {
    const named = { ...order, name: 'A <b> & "c"' };
    expect(await renderSvg(buildScenarioGraph(compiled(named)))).toContain('>A &lt;b&gt; &amp; &quot;c&quot;</text>');
  },
  slowMs,
);
