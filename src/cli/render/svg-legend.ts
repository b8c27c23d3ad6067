import { lineColor, pathColor } from '../../core/scenario/graph/palette';
import { type ScenarioGraph, type StepShape, stepShapes } from '../../core/scenario/graph/scenario-graph';
import type { Point, Size } from './layout';
import { svgElement, svgText } from './svg-elements';
import { drawShape, measureText } from './svg-step';

const sample: Size = { width: 30, height: 18 };
const gap = 8;
const rowHeight = 26;

const words: Readonly<Record<StepShape, string>> = {
  collect: 'asks',
  checkpoint: 'confirms',
  action: 'acts',
  inform: 'informs',
  terminal: 'ends',
  silent: 'says nothing',
};

interface Entry {
  readonly text: string;
  readonly draw: (at: Point) => readonly string[];
}

/** What the shapes and lines of a drawing mean, in rows of a width, below a place; only what the drawing has. */
export function drawLegend(
  graph: ScenarioGraph,
  at: Point,
  width: number,
): { readonly elements: string[]; readonly height: number } {
  const elements: string[] = [];
  let [x, y] = [at.x, at.y];
  for (const { text, draw } of entriesOf(graph)) {
    const wide = sample.width + gap + measureText(text);
    if (x > at.x && x + wide > at.x + width) [x, y] = [at.x, y + rowHeight];
    elements.push(...draw({ x, y }), svgText({ x: x + sample.width + gap, y: y + 13, fill: lineColor }, text));
    x += wide + 3 * gap;
  }
  return { elements, height: y + rowHeight - at.y };
}

function entriesOf({ steps, edges: ways, hasSessionPath: isTracked }: ScenarioGraph): readonly Entry[] {
  const shapes = stepShapes.filter((shape) => steps.some((step) => step.shape === shape));
  const line = (look: Readonly<Record<string, string | number>>) => (at: Point) => [
    svgElement('line', { x1: at.x, y1: at.y + 9, x2: at.x + sample.width, y2: at.y + 9, ...look }),
  ];
  const plain = { stroke: lineColor, 'stroke-width': 1.5 };
  return [
    ...shapes.map((shape) => ({ text: words[shape], draw: (at: Point) => drawShape(shape, sample, at, false) })),
    ...(steps.some(({ canSkip }) => canSkip)
      ? [{ text: 'may be skipped', draw: (at: Point) => drawShape('silent', sample, at, true) }]
      : []),
    { text: 'once the step is done', draw: line(plain) },
    ...(ways.some(({ isAnytime }) => isAnytime)
      ? [{ text: 'at any time', draw: line({ ...plain, 'stroke-dasharray': '5 4' }) }]
      : []),
    ...(isTracked ? [{ text: 'the way of the session', draw: line({ stroke: pathColor, 'stroke-width': 3.5 }) }] : []),
  ];
}
