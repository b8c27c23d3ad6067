import type { DrawnEdge } from '../../core/scenario/graph/drawn-edges';
import type { DrawnStep, ScenarioGraph, StepMark, StepShape } from '../../core/scenario/graph/scenario-graph';
import { type Style, styled, type TerminalOptions } from '../output/terminal';

// Draws a scenario as text: a list of steps, each followed by its transitions. All transitions to a step join one vertical line
// (a lane) on the left, which ends in an arrow at the step.

const stepStyles: Readonly<Record<StepShape, Style>> = {
  collect: 'blue',
  call: 'blue',
  checkpoint: 'yellow',
  action: 'green',
  inform: 'magenta',
  terminal: 'strong',
  silent: 'plain',
};
/** The brackets of each shape, as in Mermaid. */
const brackets: Readonly<Record<StepShape, readonly [string, string]>> = {
  collect: ['[/ ', ' /]'],
  call: ['[\\ ', ' \\]'],
  checkpoint: ['{{ ', ' }}'],
  action: ['[[ ', ' ]]'],
  inform: ['[ ', ' ]'],
  terminal: ['([ ', ' ])'],
  silent: ['( ', ' )'],
};
const stepMarks: Readonly<Record<StepMark, string>> = { current: '●', visited: '✓', skipped: '»', unvisited: ' ' };

type Row =
  | { readonly kind: 'step'; readonly step: DrawnStep }
  | { readonly kind: 'edge'; readonly edge: DrawnEdge }
  | { readonly kind: 'global-heading' }
  | { readonly kind: 'gap' };

/** Draws a scenario. Lines are truncated at the width of the terminal. */
export function formatScenarioGraph(terminal: TerminalOptions, graph: ScenarioGraph): readonly string[] {
  const rows = listRows(graph);
  const lanes = assignLanes(
    graph.steps.map(({ stepId }) => ({
      target: rows.findIndex((row) => row.kind === 'step' && row.step.stepId === stepId),
      sources: rows.flatMap((row, index) => (row.kind === 'edge' && row.edge.to === stepId ? [index] : [])),
    })),
  );
  const takenTargets = new Set(graph.edges.filter(({ isTaken }) => isTaken).map(({ to }) => to));
  const getLaneStyle = (lane: Lane | undefined): Style => {
    const row = lane === undefined ? undefined : rows[lane.target];
    return row?.kind === 'step' && takenTargets.has(row.step.stepId) ? 'magenta' : 'faint';
  };
  return [
    `${styled(terminal, 'strong', graph.title)}  ${styled(terminal, 'faint', graph.subtitle)}`,
    '',
    ...rows.map((row, index) => {
      const cells = drawLaneCells(lanes, index, row.kind === 'step');
      const prefix = cells.map(({ text, lane }) => styled(terminal, getLaneStyle(lane), text)).join('');
      const width = terminal.width - cells.reduce((sum, { text }) => sum + text.length, 0);
      return `${prefix}${formatRowText(terminal, row, width)}`.trimEnd();
    }),
    '',
    ...formatLegend(terminal, graph),
  ];
}

function listRows({ steps, edges }: ScenarioGraph): readonly Row[] {
  const listEdges = (from: string): readonly Row[] =>
    edges.filter((edge) => edge.from === from).map((edge) => ({ kind: 'edge', edge }));
  const globalEdges = listEdges('');
  return [
    ...steps.flatMap((step, index): readonly Row[] => [
      ...(index === 0 ? [] : [{ kind: 'gap' } as const]),
      { kind: 'step', step },
      ...listEdges(step.stepId),
    ]),
    ...(globalEdges.length === 0 ? [] : ([{ kind: 'gap' }, { kind: 'global-heading' }, ...globalEdges] as const)),
  ];
}

function formatRowText(terminal: TerminalOptions, row: Row, width: number): string {
  switch (row.kind) {
    case 'gap':
      return '';
    case 'global-heading':
      return styled(terminal, 'faint', ' from anywhere');
    case 'edge':
      return formatEdge(terminal, row.edge, width);
    case 'step':
      return formatStep(terminal, row.step, width);
  }
}

function formatStep(terminal: TerminalOptions, step: DrawnStep, width: number): string {
  const [open, close] = brackets[step.shape];
  const name = `${open}${step.stepId}${close}`;
  const mark = step.isEntry && step.mark === 'unvisited' ? '*' : stepMarks[step.mark];
  const stages = step.lines.length > 0 ? ` ${step.lines.join('; ')}` : '';
  const tags = step.tags.length > 0 ? ` (${step.tags.join(', ')})` : '';
  const details = truncate(`${stages}${tags}`, width - name.length - 2);
  return [
    `${styled(terminal, 'magenta', mark)} `,
    styled(terminal, stepStyles[step.shape], name),
    styled(terminal, 'faint', details),
  ].join('');
}

function formatEdge(terminal: TerminalOptions, { to, labels, isAnytime, isTaken }: DrawnEdge, width: number): string {
  const target = `    ${isAnytime ? '⇢' : '→'} ${to === '' ? 'back' : to}`;
  const condition = labels.length > 0 ? truncate(`  ${labels.join(' or ')}`, width - target.length) : '';
  const targetText = styled(terminal, isTaken ? 'magenta' : 'plain', target);
  return `${targetText}${styled(terminal, isTaken ? 'magenta' : 'faint', condition)}`;
}

function truncate(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

function formatLegend(terminal: TerminalOptions, { steps, hasSessionPath }: ScenarioGraph): readonly string[] {
  const shapes = [...new Set(steps.map(({ shape }) => shape))].map((shape) => {
    const [open, close] = brackets[shape];
    return styled(terminal, stepStyles[shape], `${open.trim()} ${shape} ${close.trim()}`);
  });
  const sessionMarks = hasSessionPath ? '   ● current  ✓ visited  » skipped' : '';
  const symbols = `* entry   → when the step is done   ⇢ at any time${sessionMarks}`;
  return [shapes.join('  '), styled(terminal, 'faint', symbols)];
}

/** The rows that one lane connects. All sources lead to the target. */
interface RowConnection {
  readonly target: number;
  readonly sources: readonly number[];
}

/** A vertical line that connects rows. */
interface Lane extends RowConnection {
  readonly top: number;
  readonly bottom: number;
  /** The number of the column from the right. Column 0 is next to the text. */
  readonly column: number;
}

/** Characters before a row, and the lane that they belong to. */
interface LaneCell {
  readonly text: string;
  readonly lane: Lane | undefined;
}

/** Assigns a lane to each connection with a source. Short lanes are nearest to the text. Lanes do not overlap. */
function assignLanes(connections: readonly RowConnection[]): readonly Lane[] {
  const spans = connections
    .filter(({ sources }) => sources.length > 0)
    .map((connection) => {
      const rows = [connection.target, ...connection.sources];
      return { ...connection, top: Math.min(...rows), bottom: Math.max(...rows) };
    })
    .sort((a, b) => a.bottom - a.top - (b.bottom - b.top) || a.top - b.top);
  const lanes: Lane[] = [];
  for (const span of spans) {
    const overlapping = lanes.filter(({ top, bottom }) => top <= span.bottom && bottom >= span.top);
    const usedColumns = new Set(overlapping.map(({ column }) => column));
    let column = 0;
    while (usedColumns.has(column)) column += 1;
    lanes.push({ ...span, column });
  }
  return lanes;
}

/** Draws the lanes before a row, from the left: two characters for each column, then the arrow or the branch of the row. */
function drawLaneCells(lanes: readonly Lane[], row: number, isTarget: boolean): readonly LaneCell[] {
  const columnCount = Math.max(-1, ...lanes.map(({ column }) => column)) + 1;
  const ownLane = lanes.find((lane) => (isTarget ? lane.target === row : lane.sources.includes(row)));
  const cells = Array.from({ length: columnCount }, (_, index): LaneCell => {
    const column = columnCount - 1 - index;
    const lane = lanes.find(
      (candidate) => candidate.column === column && candidate.top <= row && candidate.bottom >= row,
    );
    const isCrossed = ownLane !== undefined && ownLane.column > column;
    if (lane === ownLane && ownLane !== undefined) return { text: `${getCorner(ownLane, row)}─`, lane: ownLane };
    if (lane === undefined) return { text: isCrossed ? '──' : '  ', lane: isCrossed ? ownLane : undefined };
    return { text: isCrossed ? '┼─' : '│ ', lane };
  });
  const end = ownLane === undefined ? '  ' : isTarget ? '▶ ' : '─ ';
  return [...cells, { text: end, lane: ownLane }];
}

function getCorner({ top, bottom }: Lane, row: number): string {
  if (row === top) return row === bottom ? '─' : '╭';
  return row === bottom ? '╰' : '├';
}
