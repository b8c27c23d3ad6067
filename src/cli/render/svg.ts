import type { DrawnEdge } from '../../core/scenario/graph/drawn-edges';
import { lineColor, pathColor } from '../../core/scenario/graph/palette';
import type { ScenarioGraph } from '../../core/scenario/graph/scenario-graph';
import { computeLayout, type Layout, type LayoutEdge, type Point, type Size } from './layout';
import { escapeXml, svgElement, svgText, toRoundedPath } from './svg-elements';
import { drawLegend } from './svg-legend';
import { drawStep, fontSize, lineHeight, measureStep, measureText } from './svg-step';

const margin = 24;
const headHeight = 56;
/** Ids of the nodes that are no steps: the dot that leads to the entry step, and where global transitions come from. */
const start = ' start';
const anywhere = ' anywhere';
const startBox: Size = { width: 14, height: 14 };
const anywhereBox: Size = { width: measureText('from anywhere') + 24, height: 26 };

/** A drawing as an SVG picture without a background, readable on a light page and on a dark one. The same drawing gives the same text. */
export async function renderSvg(graph: ScenarioGraph): Promise<string> {
  const edges = edgesOf(graph);
  const nodes = [
    { id: start, ...startBox },
    ...graph.steps.map((step) => ({ id: step.stepId, ...measureStep(step) })),
    ...(graph.edges.some(({ from }) => from === '') ? [{ id: anywhere, ...anywhereBox }] : []),
  ];
  const layout = await computeLayout(nodes, edges);
  const width = Math.max(layout.width, 420, measureText(graph.title) * 1.5, measureText(graph.subtitle)) + 2 * margin;
  const key = drawLegend(graph, { x: margin, y: headHeight + layout.height + margin }, width - 2 * margin);
  const height = headHeight + layout.height + key.height + 2 * margin;
  const shift = `translate(${Math.round((width - layout.width) / 2)} ${headHeight})`;
  const size = { width: Math.ceil(width), height: Math.ceil(height) };
  const picture = svgElement(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      ...size,
      viewBox: `0 0 ${size.width} ${size.height}`,
      'font-family': 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
      'font-size': fontSize,
    },
    [
      svgElement('title', {}, [escapeXml(`${graph.title}, ${graph.subtitle}`)]),
      ...arrowHeads(),
      svgText({ x: margin, y: 30, fill: lineColor, 'font-size': 18, 'font-weight': 'bold' }, graph.title),
      svgText({ x: margin, y: 48, fill: lineColor }, graph.subtitle),
      svgElement('g', { transform: shift }, drawing(graph, layout)),
      ...key.elements,
    ],
  );
  return `${picture}\n`;
}

function edgesOf({ steps, edges: ways }: ScenarioGraph): readonly LayoutEdge[] {
  const entry = steps.filter(({ isEntry }) => isEntry);
  return [
    ...entry.map(({ stepId }) => ({ id: 'entry', from: start, to: stepId, label: undefined })),
    ...ways.map((way, index) => ({
      id: String(index),
      from: way.from === '' ? anywhere : way.from,
      to: way.to,
      label: labelBox(way),
    })),
  ];
}

function labelBox({ labels }: DrawnEdge): Size | undefined {
  if (labels.length === 0) return undefined;
  return { width: Math.max(...labels.map(measureText)) + 10, height: labels.length * lineHeight + 4 };
}

/** Lines first, what they join above them, labels on top. */
function drawing({ steps, edges: ways }: ScenarioGraph, { nodes, lines, labels }: Layout): readonly string[] {
  const at = (id: string): Point => nodes.get(id) ?? { x: 0, y: 0 };
  return [
    lineElement(lines.get('entry') ?? [], false, false),
    ...ways.map(({ isAnytime, isTaken }, index) => lineElement(lines.get(String(index)) ?? [], isAnytime, isTaken)),
    svgElement('circle', { cx: at(start).x + 7, cy: at(start).y + 7, r: 7, fill: lineColor }),
    ...(nodes.has(anywhere) ? anywhereElements(at(anywhere)) : []),
    ...steps.flatMap((step) => drawStep(step, at(step.stepId))),
    ...ways.flatMap((way, index) => labelElements(way, labels.get(String(index)))),
  ];
}

function lineElement(corners: readonly Point[], isDashed: boolean, isTaken: boolean): string {
  return svgElement('path', {
    d: toRoundedPath(corners, 7),
    fill: 'none',
    stroke: isTaken ? pathColor : lineColor,
    'stroke-width': isTaken ? 3.5 : 1.5,
    ...(isDashed ? { 'stroke-dasharray': '5 4' } : {}),
    'marker-end': `url(#${isTaken ? 'taken' : 'way'})`,
  });
}

function arrowHeads(): readonly string[] {
  return [
    ['way', lineColor],
    ['taken', pathColor],
  ].map(([id = '', fill = '']) =>
    svgElement('marker', { id, viewBox: '0 0 10 10', refX: 9, refY: 5, ...arrowSize, orient: 'auto' }, [
      svgElement('path', { d: 'M0 0L10 5L0 10z', fill }),
    ]),
  );
}

const arrowSize = { markerWidth: 9, markerHeight: 9, markerUnits: 'userSpaceOnUse' };

function anywhereElements({ x, y }: Point): readonly string[] {
  const { width, height } = anywhereBox;
  const box = { x, y, width, height, rx: height / 2, fill: 'none', stroke: lineColor, 'stroke-dasharray': '5 4' };
  return [
    svgElement('rect', box),
    svgText({ x: x + width / 2, y: y + 17, fill: lineColor, 'text-anchor': 'middle' }, 'from anywhere'),
  ];
}

/** A label on a light ground of its own, so that the line below does not cross it out. */
function labelElements(way: DrawnEdge, at: Point | undefined): readonly string[] {
  const box = labelBox(way);
  if (box === undefined || at === undefined) return [];
  return [
    svgElement('rect', { ...at, ...box, rx: 4, fill: '#f3f4f6' }),
    ...way.labels.map((label, index) =>
      svgText(
        { x: at.x + box.width / 2, y: at.y + (index + 1) * lineHeight - 2, fill: '#374151', 'text-anchor': 'middle' },
        label,
      ),
    ),
  ];
}
