import { toVisibleText } from '../../model/visible-text';
import type { DrawnEdge } from './drawn-edges';
import { palette, pathColor } from './palette';
import { type DrawnStep, type ScenarioGraph, type StepMark, type StepShape, stepShapes } from './scenario-graph';

/** The brackets that select the shape of a Mermaid node. */
const brackets: Readonly<Record<StepShape, readonly [string, string]>> = {
  collect: ['[/', '/]'],
  call: ['[\\', '\\]'],
  checkpoint: ['{{', '}}'],
  action: ['[[', ']]'],
  inform: ['[', ']'],
  terminal: ['([', '])'],
  silent: ['(', ')'],
};
const markPrefixes: Readonly<Record<StepMark, string>> = {
  current: '● ',
  visited: '✓ ',
  skipped: '» ',
  unvisited: '',
};
const anywhereNode = 'anywhere';

/** Renders a graph as a Mermaid flowchart. The same graph gives the same text. */
export function renderMermaid({ title, subtitle, steps, edges, hasSessionPath }: ScenarioGraph): string {
  const nodes = new Map(steps.map(({ stepId }, index) => [stepId, `s${index}`]));
  const getNode = (stepId: string): string => nodes.get(stepId) ?? anywhereNode;
  const lines = [
    '---',
    `title: ${JSON.stringify(toVisibleText(`${title} (${subtitle})`))}`,
    '---',
    'flowchart TD',
    '  start((" "))',
    ...steps.map((step) => `  ${getNode(step.stepId)}${renderNode(step)}:::${step.shape}`),
    ...(edges.some(({ from, to }) => from === '' || to === '')
      ? [`  ${anywhereNode}(["from anywhere"]):::silent`]
      : []),
    ...steps.filter(({ isEntry }) => isEntry).map(({ stepId }) => `  start --> ${getNode(stepId)}`),
    ...edges.map((edge) => `  ${getNode(edge.from)} ${renderArrow(edge)} ${getNode(edge.to)}`),
    ...stepShapes.map((shape) => {
      const { fill, stroke, text } = palette[shape];
      return `  classDef ${shape} fill:${fill},stroke:${stroke},color:${text}`;
    }),
    ...(hasSessionPath ? renderSessionPath(steps, edges, getNode) : []),
  ];
  return `${lines.join('\n')}\n`;
}

function renderNode({ stepId, shape, lines, tags, mark }: DrawnStep): string {
  const [open, close] = brackets[shape];
  const title = `${markPrefixes[mark]}<b>${escapeText(stepId)}</b>`;
  const details = [...lines, ...(tags.length > 0 ? [`(${tags.join(', ')})`] : [])].map(escapeText);
  return `${open}"${[title, ...details].join('<br/>')}"${close}`;
}

function renderArrow({ labels, isAnytime }: DrawnEdge): string {
  const line = isAnytime ? '-.->' : '-->';
  return labels.length === 0 ? line : `${line}|"${labels.map(escapeText).join('<br/>')}"|`;
}

/** Gives the current step a thick border and draws taken edges as thick lines. Link 0 leads from the start to the entry step. */
function renderSessionPath(
  steps: readonly DrawnStep[],
  edges: readonly DrawnEdge[],
  getNode: (stepId: string) => string,
): readonly string[] {
  const currentNodes = steps.filter(({ mark }) => mark === 'current').map(({ stepId }) => getNode(stepId));
  const takenLinks = edges.flatMap(({ isTaken }, index) => (isTaken ? [index + 1] : []));
  const style = `stroke:${pathColor},stroke-width:4px`;
  return [
    ...currentNodes.map((node) => `  style ${node} ${style}`),
    ...(takenLinks.length > 0 ? [`  linkStyle ${takenLinks.join(',')} ${style}`] : []),
  ];
}

/** Replaces characters that have a meaning in Mermaid with entities, and invisible ones with escapes. */
function escapeText(text: string): string {
  return toVisibleText(text).replaceAll(/["#<>&`\\]/g, (character) => `#${character.charCodeAt(0)};`);
}
