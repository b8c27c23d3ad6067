import type { DrawnEdge } from '../../core/scenario/graph/drawn-edges';
import type { DrawnStep, ScenarioGraph, StepMark, StepShape } from '../../core/scenario/graph/scenario-graph';
import { type Style, styled, type TerminalOptions } from '../output/styled-text';
import { assignLanes, drawLaneCells, type Lane } from './lanes';

const inks: Readonly<Record<StepShape, Style>> = {
  collect: 'blue',
  checkpoint: 'yellow',
  action: 'green',
  inform: 'magenta',
  terminal: 'strong',
  silent: 'plain',
};
/** The same brackets as in Mermaid. */
const brackets: Readonly<Record<StepShape, readonly [string, string]>> = {
  collect: ['[/ ', ' /]'],
  checkpoint: ['{{ ', ' }}'],
  action: ['[[ ', ' ]]'],
  inform: ['[ ', ' ]'],
  terminal: ['([ ', ' ])'],
  silent: ['( ', ' )'],
};
const marks: Readonly<Record<StepMark, string>> = { here: '●', been: '✓', 'passed over': '»', 'not been': ' ' };

/** A line of the drawing: a step, a way out of the one above, or nothing. */
type Row =
  | { readonly kind: 'step'; readonly step: DrawnStep }
  | { readonly kind: 'way'; readonly way: DrawnEdge }
  | { readonly kind: 'anywhere' }
  | { readonly kind: 'gap' };

/**
 * A scenario as a drawing for a terminal: the steps below each other, each with its ways out; all ways to a step run into one
 * line at the left, which ends in its arrow. Lines are cut at the paper's edge.
 */
export function formatScenarioGraph(paper: TerminalOptions, graph: ScenarioGraph): readonly string[] {
  const rows = rowsOf(graph);
  const lanes = assignLanes(
    graph.steps.map(({ stepId }) => ({
      target: rows.findIndex((row) => row.kind === 'step' && row.step.stepId === stepId),
      sources: rows.flatMap((row, index) => (row.kind === 'way' && row.way.to === stepId ? [index] : [])),
    })),
  );
  const taken = new Set(graph.edges.filter(({ isTaken }) => isTaken).map(({ to }) => to));
  const laneInk = (lane: Lane): Style => {
    const row = rows[lane.target];
    return row?.kind === 'step' && taken.has(row.step.stepId) ? 'magenta' : 'faint';
  };
  const head = `${styled(paper, 'strong', graph.title)}  ${styled(paper, 'faint', graph.subtitle)}`;
  return [
    head,
    '',
    ...rows.map((row, index) => {
      const signs = drawLaneCells(lanes, index, row.kind === 'step');
      const front = signs.map(({ text, lane }) => styled(paper, lane === undefined ? 'faint' : laneInk(lane), text));
      const room = paper.width - signs.reduce((sum, { text }) => sum + text.length, 0);
      return `${front.join('')}${rowText(paper, row, room)}`.trimEnd();
    }),
    '',
    ...keyLines(paper, graph),
  ];
}

function rowsOf({ steps, edges: ways }: ScenarioGraph): readonly Row[] {
  const waysFrom = (from: string): readonly Row[] =>
    ways.filter((way) => way.from === from).map((way) => ({ kind: 'way', way }));
  const globals = waysFrom('');
  return [
    ...steps.flatMap((step, index): readonly Row[] => [
      ...(index === 0 ? [] : [{ kind: 'gap' } as const]),
      { kind: 'step', step },
      ...waysFrom(step.stepId),
    ]),
    ...(globals.length === 0 ? [] : [{ kind: 'gap' } as const, { kind: 'anywhere' } as const, ...globals]),
  ];
}

function rowText(paper: TerminalOptions, row: Row, room: number): string {
  switch (row.kind) {
    case 'gap':
      return '';
    case 'anywhere':
      return styled(paper, 'faint', ' from anywhere');
    case 'way':
      return wayText(paper, row.way, room);
    case 'step':
      return stepText(paper, row.step, room);
  }
}

function stepText(paper: TerminalOptions, step: DrawnStep, room: number): string {
  const [open, close] = brackets[step.shape];
  const name = `${open}${step.stepId}${close}`;
  const mark = step.isEntry && step.mark === 'not been' ? '*' : marks[step.mark];
  const does = step.lines.length > 0 ? ` ${step.lines.join('; ')}` : '';
  const tags = step.tags.length > 0 ? ` (${step.tags.join(', ')})` : '';
  const rest = cut(`${does}${tags}`, room - name.length - 2);
  return `${styled(paper, 'magenta', mark)} ${styled(paper, inks[step.shape], name)}${styled(paper, 'faint', rest)}`;
}

function wayText(paper: TerminalOptions, { to, labels, isAnytime, isTaken }: DrawnEdge, room: number): string {
  const target = `    ${isAnytime ? '⇢' : '→'} ${to}`;
  const when = labels.length > 0 ? cut(`  ${labels.join(' or ')}`, room - target.length) : '';
  return `${styled(paper, isTaken ? 'magenta' : 'plain', target)}${styled(paper, isTaken ? 'magenta' : 'faint', when)}`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

function keyLines(paper: TerminalOptions, { steps, hasSessionPath: isTracked }: ScenarioGraph): readonly string[] {
  const shapes = new Set(steps.map(({ shape }) => shape));
  const samples = [...shapes].map((shape) => {
    const [open, close] = brackets[shape];
    return styled(paper, inks[shape], `${open.trim()} ${shape} ${close.trim()}`);
  });
  const session = isTracked ? '   ● here  ✓ been  » passed over' : '';
  return [samples.join('  '), styled(paper, 'faint', `* entry   → once the step is done   ⇢ at any time${session}`)];
}
