import { palette, pathColor } from '../../core/scenario/graph/palette';
import type { DrawnStep, StepShape } from '../../core/scenario/graph/scenario-graph';
import type { Point, Size } from './layout';
import { svgElement, svgText } from './svg-elements';

/** Every text is of one monospaced size, so that its width is known without a font. */
export const fontSize = 12;
export const lineHeight = 16;
const signWidth = 7.3;
const padding = { x: 16, y: 9 };

/** How wide a text is. */
export function measureText(text: string): number {
  return [...text].length * signWidth;
}

/** The lines of a step as they are written into it. */
function linesOf({ stepId, lines, tags }: DrawnStep): readonly string[] {
  return [stepId, ...lines, ...(tags.length > 0 ? [tags.join(', ')] : [])];
}

/** How much room a step takes. */
export function measureStep(step: DrawnStep): Size {
  const lines = linesOf(step);
  const width = Math.max(90, ...lines.map(measureText)) + 2 * padding.x + slant(step.shape) * 2;
  return { width: Math.ceil(width), height: lines.length * lineHeight + 2 * padding.y };
}

/** A step: its shape and colours, its texts, and what the session has to do with it. */
export function drawStep(step: DrawnStep, at: Point): readonly string[] {
  const box = measureStep(step);
  const { stroke, text } = palette[step.shape];
  const lines = linesOf(step);
  const centre = at.x + box.width / 2;
  const first = at.y + padding.y + lineHeight - 4;
  return [
    ...(step.mark === 'here' ? [ring(box, at)] : []),
    ...drawShape(step.shape, box, at, step.canSkip),
    ...lines.map((line, index) => {
      const isTags = index === lines.length - 1 && step.tags.length > 0;
      const look = index === 0 ? { 'font-weight': 'bold' } : isTags ? { 'font-style': 'italic' } : {};
      const place = { x: centre, y: first + index * lineHeight, 'text-anchor': 'middle' };
      return svgText({ ...place, fill: isTags ? stroke : text, ...look }, line);
    }),
    ...badge(step, box, at),
  ];
}

/** The outline of a shape, filled; dashed where the step may be skipped. */
export function drawShape(shape: StepShape, box: Size, at: Point, isDashed: boolean): readonly string[] {
  const { fill, stroke } = palette[shape];
  const look = { fill, stroke, 'stroke-width': shape === 'checkpoint' ? 2.5 : 1.5, ...(isDashed ? dashed : {}) };
  const rect = (inset: number, rx: number): Readonly<Record<string, number>> => ({
    x: at.x + inset,
    y: at.y + inset,
    width: box.width - 2 * inset,
    height: box.height - 2 * inset,
    rx,
  });
  switch (shape) {
    case 'checkpoint':
    case 'collect':
      return [svgElement('polygon', { points: cornersOf(shape, box, at), 'stroke-linejoin': 'round', ...look })];
    case 'action':
      return [
        svgElement('rect', { ...rect(0, 2), ...look }),
        ...[at.x + 6, at.x + box.width - 6].map((x) =>
          svgElement('line', { x1: x, y1: at.y, x2: x, y2: at.y + box.height, stroke, 'stroke-width': 1.5 }),
        ),
      ];
    case 'terminal':
      return [
        svgElement('rect', { ...rect(0, box.height / 2), ...look }),
        svgElement('rect', { ...rect(3, box.height / 2 - 3), fill: 'none', stroke, 'stroke-width': 1 }),
      ];
    case 'inform':
    case 'silent':
      return [svgElement('rect', { ...rect(0, shape === 'inform' ? 3 : 10), ...look })];
  }
}

const dashed = { 'stroke-dasharray': '5 3' };

/** How far the sides of a shape lean in. */
function slant(shape: StepShape): number {
  return shape === 'collect' || shape === 'checkpoint' || shape === 'terminal' ? 10 : 0;
}

/** A hexagon for what is confirmed, a parallelogram for what is asked. */
function cornersOf(shape: 'collect' | 'checkpoint', { width, height }: Size, { x, y }: Point): string {
  const lean = Math.min(slant(shape), height / 2);
  const [right, bottom, middle] = [x + width, y + height, y + height / 2];
  const corners =
    shape === 'checkpoint'
      ? [x + lean, y, right - lean, y, right, middle, right - lean, bottom, x + lean, bottom, x, middle]
      : [x + lean, y, right, y, right - lean, bottom, x, bottom];
  return corners.map((value) => Math.round(value * 10) / 10).join(' ');
}

function ring({ width, height }: Size, { x, y }: Point): string {
  const place = { x: x - 5, y: y - 5, width: width + 10, height: height + 10, rx: 10 };
  return svgElement('rect', { ...place, fill: 'none', stroke: pathColor, 'stroke-width': 4 });
}

const badges = { here: '● here', been: '✓', 'passed over': '» passed over', 'not been': '' } as const;

/** A small sign on the upper right corner. */
function badge({ mark }: DrawnStep, { width }: Size, { x, y }: Point): readonly string[] {
  const text = badges[mark];
  if (text === '') return [];
  const wide = measureText(text) + 10;
  const left = x + width - wide + 8;
  return [
    svgElement('rect', { x: left, y: y - 11, width: wide, height: 18, rx: 9, fill: pathColor }),
    svgText({ x: left + wide / 2, y: y + 2, fill: '#ffffff', 'text-anchor': 'middle', 'font-weight': 'bold' }, text),
  ];
}
