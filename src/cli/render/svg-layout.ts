import ELK, { type ElkExtendedEdge, type ElkNode, type ElkPoint } from 'elkjs/lib/elk.bundled.js';

// Computes the layout of a graph with ELK, in layers from top to bottom.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface LayoutNode extends Size {
  readonly id: string;
}

export interface LayoutEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** The size of the label; undefined for an edge without a label. */
  readonly label: Size | undefined;
}

export interface Layout extends Size {
  /** The upper left corners of nodes by id. */
  readonly nodes: ReadonlyMap<string, Point>;
  /** The points of edges by id. */
  readonly lines: ReadonlyMap<string, readonly Point[]>;
  /** The upper left corners of labels by the id of their edge. */
  readonly labels: ReadonlyMap<string, Point>;
}

const layoutOptions = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  // Keeps the order of the definition; edges against that order point upwards.
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.cycleBreaking.strategy': 'GREEDY_MODEL_ORDER',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.edgeLabels.inline': 'true',
  'elk.spacing.nodeNode': '32',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '4',
  'elk.layered.spacing.nodeNodeBetweenLayers': '28',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
};

/** Computes the positions of nodes, edges (at right angles) and labels. Deterministic. */
export async function computeLayout(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Promise<Layout> {
  const input: ElkNode = {
    id: 'graph',
    layoutOptions,
    children: nodes.map(({ id, width, height }): ElkNode => ({ id, width, height })),
    edges: edges.map(
      ({ id, from, to, label }): ElkExtendedEdge => ({
        id,
        sources: [from],
        targets: [to],
        labels: label === undefined ? [] : [{ text: id, ...label }],
      }),
    ),
  };
  const { width = 0, height = 0, children = [], edges: lines = [] }: ElkNode = await new ELK().layout(input);
  return {
    width,
    height,
    nodes: new Map(children.map((node) => [node.id, toPoint(node)])),
    lines: new Map(lines.map((line) => [line.id, listPoints(line)])),
    labels: new Map(lines.flatMap(({ id, labels = [] }) => labels.map((label) => [id, toPoint(label)] as const))),
  };
}

function toPoint({ x = 0, y = 0 }: Partial<ElkPoint>): Point {
  return { x, y };
}

function listPoints({ sections = [] }: ElkExtendedEdge): readonly Point[] {
  return sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint]);
}
