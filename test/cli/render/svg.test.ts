import { join } from 'node:path';
import { loadScenarioFiles } from '../../../src/cli/files';
import { renderSvg } from '../../../src/cli/render/svg';
import { computeLayout, type Point, type Size } from '../../../src/cli/render/svg-layout';
import { measureStep } from '../../../src/cli/render/svg-shapes';
import { hasInvisible } from '../../../src/core/model/visible-text';
import { compileScenario } from '../../../src/core/scenario/compile-scenario';
import type { CompiledScenario } from '../../../src/core/scenario/compiled-scenario';
import { buildScenarioGraph } from '../../../src/core/scenario/graph/scenario-graph';
import { findSessionPath } from '../../../src/core/scenario/graph/session-path';
import { scenarioFromProto } from '../../../src/server/codec/wire/scenario-codec';
import { compileDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { orderScenario, registerScenario } from './order-scenario';

// Loading the layout library is slow on a busy machine.
jest.setTimeout(120_000);

const examplesFolder = join(__dirname, '..', '..', '..', 'examples', 'scenarios');
const examples = loadScenarioFiles([examplesFolder]).scenarios.map(({ message }): CompiledScenario => {
  const scenario = compileScenario(scenarioFromProto(message), 1).compiled;
  if (scenario === undefined) throw new Error(`${message.name} is not valid.`);
  return scenario;
});

function overlaps(a: Point & Size, b: Point & Size): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

test.each(examples)('the steps of $name do not overlap', async (scenario) => {
  const { steps, edges } = buildScenarioGraph(scenario);
  const nodes = steps.map((step) => ({ id: step.stepId, ...measureStep(step) }));
  const layoutEdges = edges
    .filter(({ from, to }) => from !== '' && to !== '')
    .map(({ from, to }, index) => ({ id: `${index}`, from, to, label: undefined }));
  const layout = await computeLayout(nodes, layoutEdges);
  const boxes = nodes.map(({ id, width, height }) => ({ x: -1, y: -1, ...layout.nodes.get(id), width, height }));
  expect(layout.nodes.size).toBe(steps.length);
  expect(boxes.filter((box, index) => boxes.slice(index + 1).some((other) => overlaps(box, other)))).toEqual([]);
});

test.each(examples)('the SVG of $name has every step and every transition, and is deterministic', async (scenario) => {
  const graph = buildScenarioGraph(scenario);
  const svg = await renderSvg(graph);
  expect(await renderSvg(graph)).toBe(svg);
  for (const { stepId } of graph.steps) expect(svg).toContain(`>${stepId}</text>`);
  expect(svg.match(/marker-end="url\(#edge\)"/g)).toHaveLength(graph.edges.length + 1);
  expect(svg.match(/ d="M/g)?.length).toBe(graph.edges.length + 3);
});

test('the SVG marks the path of a session', async () => {
  const { session } = startConversation([orderScenario], { variables: { order: '1' } });
  const svg = await renderSvg(buildScenarioGraph(compileDraft(orderScenario), findSessionPath(session, 'Order')));
  expect(svg).toContain('>● current</text>');
  expect(svg).toContain('>» skipped</text>');
  expect(svg).toContain('>path of the session</text>');
  expect(svg.match(/marker-end="url\(#taken\)"/g)).toHaveLength(1);
});

test('the SVG draws a call as a parallelogram, and a return as an edge to the source of global transitions', async () => {
  const svg = await renderSvg(buildScenarioGraph(compileDraft(registerScenario)));
  expect(svg).toContain('>call address</text>');
  expect(svg).toContain('>calls</text>');
  expect(svg).toContain('>return</text>');
  expect(svg.match(/>from anywhere<\/text>/g)).toHaveLength(1);
  expect(svg.match(/marker-end="url\(#edge\)"/g)).toHaveLength(4);
});

test('text is escaped', async () => {
  const svg = await renderSvg(buildScenarioGraph(compileDraft({ ...orderScenario, name: 'A <b> & "c"' })));
  expect(svg).toContain('>A &lt;b&gt; &amp; &quot;c&quot;</text>');
});

test('a drawing shows invisible characters as escapes, in a box that has room for them', async () => {
  const graph = buildScenarioGraph(compileDraft(orderScenario));
  const hostile = 'a\u001b[31m\u0000\u202e\u200b\nb';
  const steps = graph.steps.map((step) => ({ ...step, lines: [hostile], tags: [hostile] }));
  const svg = await renderSvg({ ...graph, title: hostile, subtitle: hostile, steps });
  expect(hasInvisible(svg.replaceAll('\n', ''))).toBe(false);
  expect(svg).toContain('a\\u{1b}[31m\\u{0}\\u{202e}\\u{200b}\\nb');
  const [step] = steps;
  if (step === undefined) throw new Error('The scenario has no step.');
  expect(measureStep(step).width).toBeGreaterThan(measureStep({ ...step, lines: ['a[31mb'], tags: [] }).width);
});
