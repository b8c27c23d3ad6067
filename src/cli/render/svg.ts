import type { DrawnEdge } from '../../core/scenario/graph/drawn-edges';
import { lineColor, pathColor } from '../../core/scenario/graph/palette';
import { type ScenarioGraph, type StepShape, stepShapes } from '../../core/scenario/graph/scenario-graph';
import { computeLayout, type Layout, type LayoutEdge, type Point, type Size } from './svg-layout';
import {
  drawShape,
  drawStep,
  escapeXml,
  fontSize,
  lineHeight,
  measureStep,
  measureText,
  renderSvgElement,
  renderSvgText,
  toRoundedPath,
} from './svg-shapes';

const margin = 24;
const headerHeight = 56;
/** Ids of the nodes that are not steps: the start, and the source of global transitions. No step id begins with a space. */
const startId = ' start';
const anywhereId = ' anywhere';
const startSize: Size = { width: 14, height: 14 };
const anywhereSize: Size = { width: measureText('from anywhere') + 24, height: 26 };

/** Renders a scenario as SVG without a background, readable on light and dark pages. Deterministic. */
export async function renderSvg(graph: ScenarioGraph): Promise<string> {
  const { title, subtitle, steps, edges } = graph;
  const hasGlobalEdges = edges.some(({ from, to }) => from === '' || to === '');
  const nodes = [
    { id: startId, ...startSize },
    ...steps.map((step) => ({ id: step.stepId, ...measureStep(step) })),
    ...(hasGlobalEdges ? [{ id: anywhereId, ...anywhereSize }] : []),
  ];
  const layout = await computeLayout(nodes, listLayoutEdges(graph));
  const width = Math.max(layout.width, 420, measureText(title) * 1.5, measureText(subtitle)) + 2 * margin;
  const legend = drawLegend(graph, { x: margin, y: headerHeight + layout.height + margin }, width - 2 * margin);
  const height = headerHeight + layout.height + legend.height + 2 * margin;
  const offset = `translate(${Math.round((width - layout.width) / 2)} ${headerHeight})`;
  const size = { width: Math.ceil(width), height: Math.ceil(height) };
  const svg = renderSvgElement(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      ...size,
      viewBox: `0 0 ${size.width} ${size.height}`,
      'font-family': 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
      'font-size': fontSize,
    },
    [
      renderSvgElement('title', {}, [escapeXml(`${title}, ${subtitle}`)]),
      drawArrowhead('edge', lineColor),
      drawArrowhead('taken', pathColor),
      renderSvgText({ x: margin, y: 30, fill: lineColor, 'font-size': 18, 'font-weight': 'bold' }, title),
      renderSvgText({ x: margin, y: 48, fill: lineColor }, subtitle),
      renderSvgElement('g', { transform: offset }, drawGraph(graph, layout)),
      ...legend.elements,
    ],
  );
  return `${svg}\n`;
}

function listLayoutEdges({ steps, edges }: ScenarioGraph): readonly LayoutEdge[] {
  const entrySteps = steps.filter(({ isEntry }) => isEntry);
  return [
    ...entrySteps.map(({ stepId }) => ({ id: 'entry', from: startId, to: stepId, label: undefined })),
    ...edges.map((edge, index) => ({
      id: String(index),
      from: edge.from === '' ? anywhereId : edge.from,
      to: edge.to === '' ? anywhereId : edge.to,
      label: measureLabel(edge),
    })),
  ];
}

function measureLabel({ labels }: DrawnEdge): Size | undefined {
  if (labels.length === 0) return undefined;
  return { width: Math.max(...labels.map(measureText)) + 10, height: labels.length * lineHeight + 4 };
}

/** Draws the lines first, then the steps, then the labels, so that later elements cover earlier ones. */
function drawGraph({ steps, edges }: ScenarioGraph, { nodes, lines, labels }: Layout): readonly string[] {
  const getPosition = (id: string): Point => nodes.get(id) ?? { x: 0, y: 0 };
  const start = getPosition(startId);
  return [
    drawLine(lines.get('entry') ?? [], false, false),
    ...edges.map(({ isAnytime, isTaken }, index) => drawLine(lines.get(String(index)) ?? [], isAnytime, isTaken)),
    renderSvgElement('circle', { cx: start.x + 7, cy: start.y + 7, r: 7, fill: lineColor }),
    ...(nodes.has(anywhereId) ? drawAnywhereNode(getPosition(anywhereId)) : []),
    ...steps.flatMap((step) => drawStep(step, getPosition(step.stepId))),
    ...edges.flatMap((edge, index) => drawLabel(edge, labels.get(String(index)))),
  ];
}

function drawLine(points: readonly Point[], isDashed: boolean, isTaken: boolean): string {
  return renderSvgElement('path', {
    d: toRoundedPath(points, 7),
    fill: 'none',
    stroke: isTaken ? pathColor : lineColor,
    'stroke-width': isTaken ? 3.5 : 1.5,
    ...(isDashed ? { 'stroke-dasharray': '5 4' } : {}),
    'marker-end': `url(#${isTaken ? 'taken' : 'edge'})`,
  });
}

function drawArrowhead(id: string, fill: string): string {
  const size = { markerWidth: 9, markerHeight: 9, markerUnits: 'userSpaceOnUse' };
  return renderSvgElement('marker', { id, viewBox: '0 0 10 10', refX: 9, refY: 5, ...size, orient: 'auto' }, [
    renderSvgElement('path', { d: 'M0 0L10 5L0 10z', fill }),
  ]);
}

function drawAnywhereNode({ x, y }: Point): readonly string[] {
  const { width, height } = anywhereSize;
  const box = { x, y, width, height, rx: height / 2, fill: 'none', stroke: lineColor, 'stroke-dasharray': '5 4' };
  return [
    renderSvgElement('rect', box),
    renderSvgText({ x: x + width / 2, y: y + 17, fill: lineColor, 'text-anchor': 'middle' }, 'from anywhere'),
  ];
}

/** Draws the label of an edge on a light background that covers its line. */
function drawLabel(edge: DrawnEdge, position: Point | undefined): readonly string[] {
  const size = measureLabel(edge);
  if (size === undefined || position === undefined) return [];
  const x = position.x + size.width / 2;
  return [
    renderSvgElement('rect', { ...position, ...size, rx: 4, fill: '#f3f4f6' }),
    ...edge.labels.map((label, index) => {
      const y = position.y + (index + 1) * lineHeight - 2;
      return renderSvgText({ x, y, fill: '#374151', 'text-anchor': 'middle' }, label);
    }),
  ];
}

const sampleSize: Size = { width: 30, height: 18 };
const sampleGap = 8;
const legendRowHeight = 26;

const shapeTexts: Readonly<Record<StepShape, string>> = {
  collect: 'asks',
  call: 'calls',
  checkpoint: 'confirms',
  action: 'acts',
  inform: 'informs',
  terminal: 'ends',
  silent: 'contributes nothing',
};

interface LegendEntry {
  readonly text: string;
  readonly drawSample: (position: Point) => readonly string[];
}

interface Legend {
  readonly elements: readonly string[];
  readonly height: number;
}

/** Draws a legend for the shapes and lines in the drawing, in rows that are at most `maxWidth` wide. */
function drawLegend(graph: ScenarioGraph, position: Point, maxWidth: number): Legend {
  const elements: string[] = [];
  let { x, y } = position;
  for (const { text, drawSample } of listLegendEntries(graph)) {
    const width = sampleSize.width + sampleGap + measureText(text);
    if (x > position.x && x + width > position.x + maxWidth) [x, y] = [position.x, y + legendRowHeight];
    const label = renderSvgText({ x: x + sampleSize.width + sampleGap, y: y + 13, fill: lineColor }, text);
    elements.push(...drawSample({ x, y }), label);
    x += width + 3 * sampleGap;
  }
  return { elements, height: y + legendRowHeight - position.y };
}

function listLegendEntries({ steps, edges, hasSessionPath }: ScenarioGraph): readonly LegendEntry[] {
  const shapes = stepShapes.filter((shape) => steps.some((step) => step.shape === shape));
  const createLineSample =
    (attributes: Readonly<Record<string, string | number>>) =>
    ({ x, y }: Point) => [
      renderSvgElement('line', { x1: x, y1: y + 9, x2: x + sampleSize.width, y2: y + 9, ...attributes }),
    ];
  const edgeLine = { stroke: lineColor, 'stroke-width': 1.5 };
  const pathLine = { stroke: pathColor, 'stroke-width': 3.5 };
  return [
    ...shapes.map((shape): LegendEntry => {
      return { text: shapeTexts[shape], drawSample: (position) => drawShape(shape, sampleSize, position, false) };
    }),
    ...(steps.some(({ canSkip }) => canSkip)
      ? [
          {
            text: 'can be skipped',
            drawSample: (position: Point) => drawShape('silent', sampleSize, position, true),
          },
        ]
      : []),
    { text: 'when the step is done', drawSample: createLineSample(edgeLine) },
    ...(edges.some(({ isAnytime }) => isAnytime)
      ? [{ text: 'at any time', drawSample: createLineSample({ ...edgeLine, 'stroke-dasharray': '5 4' }) }]
      : []),
    ...(hasSessionPath ? [{ text: 'path of the session', drawSample: createLineSample(pathLine) }] : []),
  ];
}
