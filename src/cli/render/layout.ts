import ELK, { type ElkExtendedEdge, type ElkNode, type ElkPoint } from 'elkjs/lib/elk.bundled.js';

/** A box or a label that wants a place. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface LayoutNode extends Size {
  readonly id: string;
}

export interface LayoutEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Undefined where it says nothing. */
  readonly label: Size | undefined;
}

/** The upper left corner of a box. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A layout: places by id, edges as the corners of their lines. */
export interface Layout extends Size {
  readonly nodes: ReadonlyMap<string, Point>;
  readonly lines: ReadonlyMap<string, readonly Point[]>;
  /** Of the edges that have a label. */
  readonly labels: ReadonlyMap<string, Point>;
}

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  // What is written first stands first; ways against that order are drawn upwards.
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

/** Places nodes in layers from above, and routes edges between them at right angles. The same graph gives the same layout. */
export async function computeLayout(nodes: readonly LayoutNode[], edges: readonly LayoutEdge[]): Promise<Layout> {
  const graph: ElkNode = {
    id: 'graph',
    layoutOptions: options,
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
  const laid: ElkNode = await new ELK().layout(graph);
  return {
    width: laid.width ?? 0,
    height: laid.height ?? 0,
    nodes: new Map((laid.children ?? []).map((node) => [node.id, placeOf(node)])),
    lines: new Map((laid.edges ?? []).map((edge) => [edge.id, cornersOf(edge)])),
    labels: new Map(
      (laid.edges ?? []).flatMap(({ id, labels = [] }) => labels.map((label) => [id, placeOf(label)] as const)),
    ),
  };
}

function placeOf({ x = 0, y = 0 }: Partial<ElkPoint>): Point {
  return { x, y };
}

function cornersOf({ sections = [] }: ElkExtendedEdge): readonly Point[] {
  return sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint]);
}
