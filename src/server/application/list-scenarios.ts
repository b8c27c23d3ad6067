import type { StoredScenario } from '../../core/model/scenario';
import type { Call } from '../ports/call';
import type { AgentKey } from '../ports/scenario-catalogue';
import type { CompiledCatalogue } from './compiled-catalogue';
import { type Page, takePage } from './page';

export interface ListScenariosQuery {
  readonly agent: AgentKey;
  /** "" matches every scenario. */
  readonly tag: string;
  /** Undefined matches enabled and disabled scenarios. */
  readonly enabled: boolean | undefined;
  /** The id of the last scenario of the previous page; "" for the first page. */
  readonly afterScenarioId: string;
  readonly pageSize: number;
}

export interface ListScenariosDependencies {
  readonly catalogue: CompiledCatalogue;
  /** Maximum bytes of an encoded page. A page with one scenario that an earlier release stored may be larger. */
  readonly maxResponseBytes: number;
  /** Returns the number of bytes of an encoded scenario. */
  readonly measureScenarioBytes: (stored: StoredScenario) => number;
}

/** Lists the latest versions of the matching scenarios, sorted by scenario id. The cursor is a scenario id. */
export async function listScenarios(
  { catalogue, maxResponseBytes, measureScenarioBytes }: ListScenariosDependencies,
  { agent, tag, enabled, afterScenarioId, pageSize }: ListScenariosQuery,
  call: Call,
): Promise<Page<StoredScenario, string>> {
  const { scenarios } = await catalogue.getContent(agent, call);
  const matching = scenarios.filter(
    ({ scenario }) =>
      scenario.scenarioId > afterScenarioId &&
      (tag === '' || scenario.tags.includes(tag)) &&
      (enabled === undefined || scenario.enabled === enabled),
  );
  const items = takePage(matching, { pageSize, maxPageBytes: maxResponseBytes }, measureScenarioBytes);
  return { items, nextCursor: items.length < matching.length ? items.at(-1)?.scenario.scenarioId : undefined };
}
