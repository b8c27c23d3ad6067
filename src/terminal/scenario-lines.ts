import type { DrawnStep, ScenarioGraph, StepMark, StepShape } from '../drawing/scenario-graph';
import type { DrawnWay } from '../drawing/ways';
import { type Lane, laneSigns, lanesOf } from './lanes';
import { type Ink, inked, type Paper } from './paper';

const inks: Readonly<Record<StepShape, Ink>> = {
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
  | { readonly kind: 'way'; readonly way: DrawnWay }
  | { readonly kind: 'anywhere' }
  | { readonly kind: 'gap' };

/**
 * A scenario as a drawing for a terminal: the steps below each other, each with its ways out; all ways to a step run into one
 * line at the left, which ends in its arrow. Lines are cut at the paper's edge.
 */
export function scenarioLines(paper: Paper, graph: ScenarioGraph): readonly string[] {
  const rows = rowsOf(graph);
  const lanes = lanesOf(
    graph.steps.map(({ stepId }) => ({
      target: rows.findIndex((row) => row.kind === 'step' && row.step.stepId === stepId),
      sources: rows.flatMap((row, index) => (row.kind === 'way' && row.way.to === stepId ? [index] : [])),
    })),
  );
  const taken = new Set(graph.ways.filter(({ isTaken }) => isTaken).map(({ to }) => to));
  const laneInk = (lane: Lane): Ink => {
    const row = rows[lane.target];
    return row?.kind === 'step' && taken.has(row.step.stepId) ? 'magenta' : 'faint';
  };
  const head = `${inked(paper, 'strong', graph.title)}  ${inked(paper, 'faint', graph.subtitle)}`;
  return [
    head,
    '',
    ...rows.map((row, index) => {
      const signs = laneSigns(lanes, index, row.kind === 'step');
      const front = signs.map(({ text, lane }) => inked(paper, lane === undefined ? 'faint' : laneInk(lane), text));
      const room = paper.width - signs.reduce((sum, { text }) => sum + text.length, 0);
      return `${front.join('')}${rowText(paper, row, room)}`.trimEnd();
    }),
    '',
    ...keyLines(paper, graph),
  ];
}

function rowsOf({ steps, ways }: ScenarioGraph): readonly Row[] {
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

function rowText(paper: Paper, row: Row, room: number): string {
  switch (row.kind) {
    case 'gap':
      return '';
    case 'anywhere':
      return inked(paper, 'faint', ' from anywhere');
    case 'way':
      return wayText(paper, row.way, room);
    case 'step':
      return stepText(paper, row.step, room);
  }
}

function stepText(paper: Paper, step: DrawnStep, room: number): string {
  const [open, close] = brackets[step.shape];
  const name = `${open}${step.stepId}${close}`;
  const mark = step.isEntry && step.mark === 'not been' ? '*' : marks[step.mark];
  const does = step.lines.length > 0 ? ` ${step.lines.join('; ')}` : '';
  const tags = step.tags.length > 0 ? ` (${step.tags.join(', ')})` : '';
  const rest = cut(`${does}${tags}`, room - name.length - 2);
  return `${inked(paper, 'magenta', mark)} ${inked(paper, inks[step.shape], name)}${inked(paper, 'faint', rest)}`;
}

function wayText(paper: Paper, { to, labels, isAnytime, isTaken }: DrawnWay, room: number): string {
  const target = `    ${isAnytime ? '⇢' : '→'} ${to}`;
  const when = labels.length > 0 ? cut(`  ${labels.join(' or ')}`, room - target.length) : '';
  return `${inked(paper, isTaken ? 'magenta' : 'plain', target)}${inked(paper, isTaken ? 'magenta' : 'faint', when)}`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

function keyLines(paper: Paper, { steps, isTracked }: ScenarioGraph): readonly string[] {
  const shapes = new Set(steps.map(({ shape }) => shape));
  const samples = [...shapes].map((shape) => {
    const [open, close] = brackets[shape];
    return inked(paper, inks[shape], `${open.trim()} ${shape} ${close.trim()}`);
  });
  const session = isTracked ? '   ● here  ✓ been  » passed over' : '';
  return [samples.join('  '), inked(paper, 'faint', `* entry   → once the step is done   ⇢ at any time${session}`)];
}
