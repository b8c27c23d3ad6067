import type { DrawnEdge } from './drawn-edges';
import { palette, pathColor } from './palette';
import { type DrawnStep, type ScenarioGraph, type StepShape, stepShapes } from './scenario-graph';

/** The brackets that give a node of Mermaid its shape. */
const brackets: Readonly<Record<StepShape, readonly [string, string]>> = {
  collect: ['[/', '/]'],
  checkpoint: ['{{', '}}'],
  action: ['[[', ']]'],
  inform: ['[', ']'],
  terminal: ['([', '])'],
  silent: ['(', ')'],
};
const marks = { here: '● ', been: '✓ ', 'passed over': '» ', 'not been': '' } as const;
const anywhere = 'anywhere';

/** A drawing as the text of a Mermaid flowchart. The same drawing gives the same text. */
export function renderMermaid({
  title,
  subtitle,
  steps,
  edges: ways,
  hasSessionPath: isTracked,
}: ScenarioGraph): string {
  const nodes = new Map(steps.map(({ stepId }, index) => [stepId, `s${index}`]));
  const nodeOf = (stepId: string): string => nodes.get(stepId) ?? anywhere;
  const lines = [
    '---',
    `title: ${JSON.stringify(`${title} (${subtitle})`)}`,
    '---',
    'flowchart TD',
    '  start((" "))',
    ...steps.map((step) => `  ${nodeOf(step.stepId)}${nodeText(step)}:::${step.shape}`),
    ...(ways.some(({ from }) => from === '') ? [`  ${anywhere}(["from anywhere"]):::silent`] : []),
    ...steps.filter(({ isEntry }) => isEntry).map(({ stepId }) => `  start --> ${nodeOf(stepId)}`),
    ...ways.map((way) => `  ${nodeOf(way.from)} ${arrow(way)} ${nodeOf(way.to)}`),
    ...stepShapes.map((shape) => {
      const { fill, stroke, text } = palette[shape];
      return `  classDef ${shape} fill:${fill},stroke:${stroke},color:${text}`;
    }),
    ...(isTracked ? trackLines(steps, ways, nodeOf) : []),
  ];
  return `${lines.join('\n')}\n`;
}

function nodeText({ stepId, shape, lines, tags, mark }: DrawnStep): string {
  const [open, close] = brackets[shape];
  const head = `${marks[mark]}<b>${escaped(stepId)}</b>`;
  const rest = [...lines, ...(tags.length > 0 ? [`(${tags.join(', ')})`] : [])].map(escaped);
  return `${open}"${[head, ...rest].join('<br/>')}"${close}`;
}

function arrow({ labels, isAnytime }: DrawnEdge): string {
  const line = isAnytime ? '-.->' : '-->';
  return labels.length === 0 ? line : `${line}|"${labels.map(escaped).join('<br/>')}"|`;
}

/** The position with a thick border, the ways that were taken as thick lines. The first link is that from the start. */
function trackLines(
  steps: readonly DrawnStep[],
  ways: readonly DrawnEdge[],
  nodeOf: (stepId: string) => string,
): readonly string[] {
  const here = steps.filter(({ mark }) => mark === 'here').map(({ stepId }) => nodeOf(stepId));
  const taken = ways.flatMap(({ isTaken }, index) => (isTaken ? [index + 1] : []));
  const thick = `stroke:${pathColor},stroke-width:4px`;
  return [
    ...here.map((node) => `  style ${node} ${thick}`),
    ...(taken.length > 0 ? [`  linkStyle ${taken.join(',')} ${thick}`] : []),
  ];
}

/** Text that Mermaid takes for nothing else: its own signs become entities. */
function escaped(text: string): string {
  return text.replaceAll(/["#<>&`]/g, (sign) => `#${sign.charCodeAt(0)};`);
}
