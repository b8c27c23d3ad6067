/** Rows that are to be joined: all sources lead to the target. */
export interface RowConnection {
  readonly target: number;
  readonly sources: readonly number[];
}

/** A vertical line that joins rows. */
export interface Lane extends RowConnection {
  readonly top: number;
  readonly bottom: number;
  /** From the right, 0 beside the text. */
  readonly column: number;
}

/** Some signs in front of a row, with the lane that they belong to. */
export interface LaneCell {
  readonly text: string;
  readonly lane: Lane | undefined;
}

/** A lane for each join that has a source; short ones beside the text, and none where another is. */
export function assignLanes(joins: readonly RowConnection[]): readonly Lane[] {
  const spans = joins
    .filter(({ sources }) => sources.length > 0)
    .map((join) => {
      const rows = [join.target, ...join.sources];
      return { ...join, top: Math.min(...rows), bottom: Math.max(...rows) };
    })
    .sort((a, b) => a.bottom - a.top - (b.bottom - b.top) || a.top - b.top);
  const lanes: Lane[] = [];
  for (const span of spans) {
    const taken = new Set(
      lanes.filter(({ top, bottom }) => top <= span.bottom && bottom >= span.top).map(({ column }) => column),
    );
    let column = 0;
    while (taken.has(column)) column += 1;
    lanes.push({ ...span, column });
  }
  return lanes;
}

/** The signs of a row, from the left: two for each column, then the arrow of a step or the branch of a way. */
export function drawLaneCells(lanes: readonly Lane[], row: number, isTarget: boolean): readonly LaneCell[] {
  const columns = Math.max(-1, ...lanes.map(({ column }) => column)) + 1;
  const own = lanes.find((lane) => (isTarget ? lane.target === row : lane.sources.includes(row)));
  const signs = Array.from({ length: columns }, (_, index): LaneCell => {
    const column = columns - 1 - index;
    const lane = lanes.find((each) => each.column === column && each.top <= row && each.bottom >= row);
    const crossed = own !== undefined && own.column > column;
    if (lane === own && own !== undefined) return { text: `${corner(own, row)}─`, lane: own };
    if (lane === undefined) return { text: crossed ? '──' : '  ', lane: crossed ? own : undefined };
    return { text: crossed ? '┼─' : '│ ', lane };
  });
  const end = own === undefined ? '  ' : isTarget ? '▶ ' : '─ ';
  return [...signs, { text: end, lane: own }];
}

function corner({ top, bottom }: Lane, row: number): string {
  if (row === top) return row === bottom ? '─' : '╭';
  return row === bottom ? '╰' : '├';
}
