import { toVisibleText } from '../../core/model/visible-text';
import { palette, pathColor } from '../../core/scenario/graph/palette';
import type { DrawnStep, StepMark, StepShape } from '../../core/scenario/graph/scenario-graph';
import type { Point, Size } from './svg-layout';

// Renders SVG elements, and the shapes of steps, as text.

type Attributes = Readonly<Record<string, string | number>>;

/** Renders an SVG element. Attributes keep their order. Numbers are rounded to one decimal. */
export function renderSvgElement(name: string, attributes: Attributes, content: readonly string[] = []): string {
  const attributeText = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeXml(formatNumber(value))}"`)
    .join('');
  return content.length === 0 ? `<${name}${attributeText}/>` : `<${name}${attributeText}>${content.join('')}</${name}>`;
}

export function renderSvgText(attributes: Attributes, text: string): string {
  return renderSvgElement('text', attributes, [escapeXml(text)]);
}

const xmlEntities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes text for the content of an element or an attribute. Invisible characters, some of which XML forbids, become visible escapes. */
export function escapeXml(text: string): string {
  return toVisibleText(text).replaceAll(/[&<>"]/g, (character) => xmlEntities[character] ?? character);
}

function formatNumber(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 10) / 10) : value;
}

/** Returns the path data of a line with rounded corners. */
export function toRoundedPath(points: readonly Point[], radius: number): string {
  const format = ({ x, y }: Point): string => `${formatNumber(x)} ${formatNumber(y)}`;
  return points
    .map((point, index) => {
      const [previous, next] = [points[index - 1], points[index + 1]];
      if (previous === undefined) return `M${format(point)}`;
      if (next === undefined) return `L${format(point)}`;
      const start = moveTowards(point, previous, radius);
      return `L${format(start)}Q${format(point)} ${format(moveTowards(point, next, radius))}`;
    })
    .join('');
}

/** Returns the point at a distance from one point towards another, at most half of the way. */
function moveTowards(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const share = length === 0 ? 0 : Math.min(distance, length / 2) / length;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

// All text has one size in a monospaced font, so that its width can be computed without the font. Lengths are in pixels.
export const fontSize = 12;
export const lineHeight = 16;
const characterWidth = 7.3;
const stepPadding = { x: 16, y: 9 };

export function measureText(text: string): number {
  return [...toVisibleText(text)].length * characterWidth;
}

export function measureStep(step: DrawnStep): Size {
  const lines = listTextLines(step);
  const width = Math.max(90, ...lines.map(measureText)) + 2 * stepPadding.x + slants[step.shape] * 2;
  return { width: Math.ceil(width), height: lines.length * lineHeight + 2 * stepPadding.y };
}

function listTextLines({ stepId, lines, tags }: DrawnStep): readonly string[] {
  return [stepId, ...lines, ...(tags.length > 0 ? [tags.join(', ')] : [])];
}

/** Draws a step: shape, text, and the mark of the session. */
export function drawStep(step: DrawnStep, position: Point): readonly string[] {
  const size = measureStep(step);
  const { stroke, text } = palette[step.shape];
  const lines = listTextLines(step);
  const center = position.x + size.width / 2;
  const firstBaseline = position.y + stepPadding.y + lineHeight - 4;
  return [
    ...(step.mark === 'current' ? [drawRing(size, position)] : []),
    ...drawShape(step.shape, size, position, step.canSkip),
    ...lines.map((line, index) => {
      const isTags = index === lines.length - 1 && step.tags.length > 0;
      const font = index === 0 ? { 'font-weight': 'bold' } : isTags ? { 'font-style': 'italic' } : {};
      const y = firstBaseline + index * lineHeight;
      return renderSvgText({ x: center, y, 'text-anchor': 'middle', fill: isTags ? stroke : text, ...font }, line);
    }),
    ...drawBadge(step, size, position),
  ];
}

/** Draws a filled shape, with a dashed outline if the step can be skipped. */
export function drawShape(shape: StepShape, size: Size, { x, y }: Point, isDashed: boolean): readonly string[] {
  const { width, height } = size;
  const { fill, stroke } = palette[shape];
  const outline = {
    fill,
    stroke,
    'stroke-width': shape === 'checkpoint' ? 2.5 : 1.5,
    ...(isDashed ? { 'stroke-dasharray': '5 3' } : {}),
  };
  const toRect = (inset: number, rx: number): Attributes => {
    return { x: x + inset, y: y + inset, width: width - 2 * inset, height: height - 2 * inset, rx };
  };
  switch (shape) {
    case 'checkpoint':
    case 'collect':
    case 'call':
      return [
        renderSvgElement('polygon', {
          points: listCorners(shape, size, { x, y }),
          'stroke-linejoin': 'round',
          ...outline,
        }),
      ];
    case 'action':
      return [
        renderSvgElement('rect', { ...toRect(0, 2), ...outline }),
        ...[x + 6, x + width - 6].map((lineX) =>
          renderSvgElement('line', { x1: lineX, y1: y, x2: lineX, y2: y + height, stroke, 'stroke-width': 1.5 }),
        ),
      ];
    case 'terminal':
      return [
        renderSvgElement('rect', { ...toRect(0, height / 2), ...outline }),
        renderSvgElement('rect', { ...toRect(3, height / 2 - 3), fill: 'none', stroke, 'stroke-width': 1 }),
      ];
    case 'inform':
      return [renderSvgElement('rect', { ...toRect(0, 3), ...outline })];
    case 'silent':
      return [renderSvgElement('rect', { ...toRect(0, 10), ...outline })];
  }
}

/** The horizontal distance by which the sides of a shape slant inwards. */
const slants: Readonly<Record<StepShape, number>> = {
  collect: 10,
  call: 10,
  checkpoint: 10,
  action: 0,
  inform: 0,
  terminal: 10,
  silent: 0,
};

/** Returns the points of a hexagon for a checkpoint, and of a parallelogram for a step that asks or calls. */
function listCorners(shape: 'collect' | 'call' | 'checkpoint', { width, height }: Size, { x, y }: Point): string {
  const slant = Math.min(slants[shape], height / 2);
  const [right, bottom, middle] = [x + width, y + height, y + height / 2];
  const corners: Readonly<Record<typeof shape, readonly number[]>> = {
    checkpoint: [x + slant, y, right - slant, y, right, middle, right - slant, bottom, x + slant, bottom, x, middle],
    collect: [x + slant, y, right, y, right - slant, bottom, x, bottom],
    call: [x, y, right - slant, y, right, bottom, x + slant, bottom],
  };
  return corners[shape].map((value) => Math.round(value * 10) / 10).join(' ');
}

function drawRing({ width, height }: Size, { x, y }: Point): string {
  const box = { x: x - 5, y: y - 5, width: width + 10, height: height + 10, rx: 10 };
  return renderSvgElement('rect', { ...box, fill: 'none', stroke: pathColor, 'stroke-width': 4 });
}

const badgeTexts: Readonly<Record<StepMark, string>> = {
  current: '● current',
  visited: '✓',
  skipped: '» skipped',
  unvisited: '',
};

/** Draws the mark of the session at the upper right corner of a step. */
function drawBadge({ mark }: DrawnStep, size: Size, { x, y }: Point): readonly string[] {
  const text = badgeTexts[mark];
  if (text === '') return [];
  const width = measureText(text) + 10;
  const left = x + size.width - width + 8;
  const textPosition = { x: left + width / 2, y: y + 2 };
  return [
    renderSvgElement('rect', { x: left, y: y - 11, width, height: 18, rx: 9, fill: pathColor }),
    renderSvgText({ ...textPosition, fill: '#ffffff', 'text-anchor': 'middle', 'font-weight': 'bold' }, text),
  ];
}
