import type { Box, Place } from './layout';
import { lineColour, pathColour } from './palette';
import { type ScenarioGraph, type StepShape, stepShapes } from './scenario-graph';
import { element, textElement } from './svg-elements';
import { shapeElements, textWidth } from './svg-step';

const sample: Box = { width: 30, height: 18 };
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
  readonly draw: (at: Place) => readonly string[];
}

/** What the shapes and lines of a drawing mean, in rows of a width, below a place; only what the drawing has. */
export function legend(
  graph: ScenarioGraph,
  at: Place,
  width: number,
): { readonly elements: string[]; readonly height: number } {
  const elements: string[] = [];
  let [x, y] = [at.x, at.y];
  for (const { text, draw } of entriesOf(graph)) {
    const wide = sample.width + gap + textWidth(text);
    if (x > at.x && x + wide > at.x + width) [x, y] = [at.x, y + rowHeight];
    elements.push(...draw({ x, y }), textElement({ x: x + sample.width + gap, y: y + 13, fill: lineColour }, text));
    x += wide + 3 * gap;
  }
  return { elements, height: y + rowHeight - at.y };
}

function entriesOf({ steps, ways, isTracked }: ScenarioGraph): readonly Entry[] {
  const shapes = stepShapes.filter((shape) => steps.some((step) => step.shape === shape));
  const line = (look: Readonly<Record<string, string | number>>) => (at: Place) => [
    element('line', { x1: at.x, y1: at.y + 9, x2: at.x + sample.width, y2: at.y + 9, ...look }),
  ];
  const plain = { stroke: lineColour, 'stroke-width': 1.5 };
  return [
    ...shapes.map((shape) => ({ text: words[shape], draw: (at: Place) => shapeElements(shape, sample, at, false) })),
    ...(steps.some(({ canSkip }) => canSkip)
      ? [{ text: 'may be skipped', draw: (at: Place) => shapeElements('silent', sample, at, true) }]
      : []),
    { text: 'once the step is done', draw: line(plain) },
    ...(ways.some(({ isAnytime }) => isAnytime)
      ? [{ text: 'at any time', draw: line({ ...plain, 'stroke-dasharray': '5 4' }) }]
      : []),
    ...(isTracked ? [{ text: 'the way of the session', draw: line({ stroke: pathColour, 'stroke-width': 3.5 }) }] : []),
  ];
}
