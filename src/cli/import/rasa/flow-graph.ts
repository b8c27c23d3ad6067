import { endOfFlow, type RasaFlow, type RasaStep } from './project';

// What the flows of a project have to do with each other: which flow runs which one, and how a link is carried over.

/** How a step goes on to another flow. */
export type Continuation =
  /** The step calls the other scenario. */
  | 'CALL'
  /** The scenario ends, and a relationship LEADS_TO starts the other one. */
  | 'LEADS_TO'
  | 'UNKNOWN_FLOW'
  /** A pattern of Rasa. */
  | 'PATTERN'
  /** The flows call each other in a cycle. */
  | 'CYCLE';

export class FlowGraph {
  readonly #flows: ReadonlyMap<string, RasaFlow>;
  readonly #calls: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #linkedAtEnd = new Map<string, string>();

  constructor(flows: ReadonlyMap<string, RasaFlow>) {
    this.#flows = flows;
    for (const flow of flows.values()) {
      const target = findOnlyLink(flow);
      if (target !== undefined && target !== flow.id && flows.has(target)) this.#linkedAtEnd.set(flow.id, target);
    }
    this.#calls = new Map([...flows.values()].map((flow) => [flow.id, new Set(this.#listCalls(flow))]));
  }

  /** The flow that starts whenever this one ends; undefined if it also ends in other ways. */
  getLinkAtEnd(flowId: string): string | undefined {
    return this.#linkedAtEnd.get(flowId);
  }

  getContinuation(flowId: string, kind: 'link' | 'call', target: string): Continuation {
    if (target.startsWith('pattern_')) return 'PATTERN';
    if (!this.#flows.has(target)) return 'UNKNOWN_FLOW';
    if (kind === 'link' && this.#linkedAtEnd.get(flowId) === target) return 'LEADS_TO';
    return this.#reaches(target, flowId) ? 'CYCLE' : 'CALL';
  }

  /** Whether another flow calls the flow or links to it. */
  isContinued(flowId: string): boolean {
    return [...this.#flows.values()].some((flow) => listContinued(flow).includes(flowId));
  }

  /** The flows that a flow calls, without those of a cycle. */
  listCalled(flowId: string): readonly string[] {
    return [...(this.#calls.get(flowId) ?? [])].filter((target) => !this.#reaches(target, flowId));
  }

  #listCalls(flow: RasaFlow): readonly string[] {
    const linked = this.#linkedAtEnd.get(flow.id);
    return flow.steps.flatMap(({ work }) => {
      if (work.kind === 'call') return [work.flow];
      return work.kind === 'link' && work.flow !== linked ? [work.flow] : [];
    });
  }

  #reaches(from: string, to: string): boolean {
    const seen = new Set<string>();
    const open = [from];
    for (let flow = open.pop(); flow !== undefined; flow = open.pop()) {
      if (flow === to) return true;
      if (seen.has(flow)) continue;
      seen.add(flow);
      open.push(...(this.#calls.get(flow) ?? []));
    }
    return false;
  }
}

function listContinued({ steps }: RasaFlow): readonly string[] {
  return steps.flatMap(({ work }) => (work.kind === 'link' || work.kind === 'call' ? [work.flow] : []));
}

/** The flow that all ends of a flow link to; undefined if it ends in another way, too. */
function findOnlyLink({ steps }: RasaFlow): string | undefined {
  const targets = new Set(steps.flatMap(({ work }) => (work.kind === 'link' ? [work.flow] : [])));
  const [target, ...others] = targets;
  const hasOtherEnd = steps.some((step) => step.work.kind !== 'link' && endsFlow(step));
  return others.length === 0 && !hasOtherEnd ? target : undefined;
}

function endsFlow({ next }: RasaStep): boolean {
  return next.some(({ target }) => target === endOfFlow);
}
