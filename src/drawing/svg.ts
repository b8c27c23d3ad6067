import { type Box, type Edge, type Layout, layoutOf, type Place } from './layout';
import { lineColour, pathColour } from './palette';
import type { ScenarioGraph } from './scenario-graph';
import { element, escaped, roundedPath, textElement } from './svg-elements';
import { legend } from './svg-legend';
import { fontSize, lineHeight, stepBox, stepElements, textWidth } from './svg-step';
import type { DrawnWay } from './ways';

const margin = 24;
const headHeight = 56;
/** Ids of the nodes that are no steps: the dot that leads to the entry step, and where global transitions come from. */
const start = ' start';
const anywhere = ' anywhere';
const startBox: Box = { width: 14, height: 14 };
const anywhereBox: Box = { width: textWidth('from anywhere') + 24, height: 26 };

/** A drawing as an SVG picture without a background, readable on a light page and on a dark one. The same drawing gives the same text. */
export async function svgOf(graph: ScenarioGraph): Promise<string> {
  const edges = edgesOf(graph);
  const nodes = [
    { id: start, ...startBox },
    ...graph.steps.map((step) => ({ id: step.stepId, ...stepBox(step) })),
    ...(graph.ways.some(({ from }) => from === '') ? [{ id: anywhere, ...anywhereBox }] : []),
  ];
  const layout = await layoutOf(nodes, edges);
  const width = Math.max(layout.width, 420, textWidth(graph.title) * 1.5, textWidth(graph.subtitle)) + 2 * margin;
  const key = legend(graph, { x: margin, y: headHeight + layout.height + margin }, width - 2 * margin);
  const height = headHeight + layout.height + key.height + 2 * margin;
  const shift = `translate(${Math.round((width - layout.width) / 2)} ${headHeight})`;
  const size = { width: Math.ceil(width), height: Math.ceil(height) };
  const picture = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      ...size,
      viewBox: `0 0 ${size.width} ${size.height}`,
      'font-family': 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
      'font-size': fontSize,
    },
    [
      element('title', {}, [escaped(`${graph.title}, ${graph.subtitle}`)]),
      ...arrowHeads(),
      textElement({ x: margin, y: 30, fill: lineColour, 'font-size': 18, 'font-weight': 'bold' }, graph.title),
      textElement({ x: margin, y: 48, fill: lineColour }, graph.subtitle),
      element('g', { transform: shift }, drawing(graph, layout)),
      ...key.elements,
    ],
  );
  return `${picture}\n`;
}

function edgesOf({ steps, ways }: ScenarioGraph): readonly Edge[] {
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

function labelBox({ labels }: DrawnWay): Box | undefined {
  if (labels.length === 0) return undefined;
  return { width: Math.max(...labels.map(textWidth)) + 10, height: labels.length * lineHeight + 4 };
}

/** Lines first, what they join above them, labels on top. */
function drawing({ steps, ways }: ScenarioGraph, { nodes, lines, labels }: Layout): readonly string[] {
  const at = (id: string): Place => nodes.get(id) ?? { x: 0, y: 0 };
  return [
    lineElement(lines.get('entry') ?? [], false, false),
    ...ways.map(({ isAnytime, isTaken }, index) => lineElement(lines.get(String(index)) ?? [], isAnytime, isTaken)),
    element('circle', { cx: at(start).x + 7, cy: at(start).y + 7, r: 7, fill: lineColour }),
    ...(nodes.has(anywhere) ? anywhereElements(at(anywhere)) : []),
    ...steps.flatMap((step) => stepElements(step, at(step.stepId))),
    ...ways.flatMap((way, index) => labelElements(way, labels.get(String(index)))),
  ];
}

function lineElement(corners: readonly Place[], isDashed: boolean, isTaken: boolean): string {
  return element('path', {
    d: roundedPath(corners, 7),
    fill: 'none',
    stroke: isTaken ? pathColour : lineColour,
    'stroke-width': isTaken ? 3.5 : 1.5,
    ...(isDashed ? { 'stroke-dasharray': '5 4' } : {}),
    'marker-end': `url(#${isTaken ? 'taken' : 'way'})`,
  });
}

function arrowHeads(): readonly string[] {
  return [
    ['way', lineColour],
    ['taken', pathColour],
  ].map(([id = '', fill = '']) =>
    element('marker', { id, viewBox: '0 0 10 10', refX: 9, refY: 5, ...arrowSize, orient: 'auto' }, [
      element('path', { d: 'M0 0L10 5L0 10z', fill }),
    ]),
  );
}

const arrowSize = { markerWidth: 9, markerHeight: 9, markerUnits: 'userSpaceOnUse' };

function anywhereElements({ x, y }: Place): readonly string[] {
  const { width, height } = anywhereBox;
  const box = { x, y, width, height, rx: height / 2, fill: 'none', stroke: lineColour, 'stroke-dasharray': '5 4' };
  return [
    element('rect', box),
    textElement({ x: x + width / 2, y: y + 17, fill: lineColour, 'text-anchor': 'middle' }, 'from anywhere'),
  ];
}

/** A label on a light ground of its own, so that the line below does not cross it out. */
function labelElements(way: DrawnWay, at: Place | undefined): readonly string[] {
  const box = labelBox(way);
  if (box === undefined || at === undefined) return [];
  return [
    element('rect', { ...at, ...box, rx: 4, fill: '#f3f4f6' }),
    ...way.labels.map((label, index) =>
      textElement(
        { x: at.x + box.width / 2, y: at.y + (index + 1) * lineHeight - 2, fill: '#374151', 'text-anchor': 'middle' },
        label,
      ),
    ),
  ];
}
