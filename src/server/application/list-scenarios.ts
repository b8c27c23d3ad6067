import type { StoredScenario } from '../../core/model/scenario';
import type { Call } from '../ports/call';
import type { AgentKey } from '../ports/scenario-catalogue';
import type { CompiledCatalogue } from './compiled-catalogue';
import { type Page, takePage } from './page';

/** Asks for a page of an agent's scenarios. */
export interface ListScenariosQuery {
  readonly agent: AgentKey;
  /** "": any. */
  readonly tag: string;
  /** Undefined: both. */
  readonly enabled: boolean | undefined;
  /** The id of the last scenario that the caller has; "" for none. */
  readonly afterScenarioId: string;
  readonly pageSize: number;
}

/** What listing scenarios needs of the world. */
export interface ListScenariosDependencies {
  readonly catalogue: CompiledCatalogue;
  /** Bytes of a page as it is sent; one scenario may have more. */
  readonly maxPageBytes: number;
  /** Bytes of a scenario as it is sent. */
  readonly measureScenarioBytes: (stored: StoredScenario) => number;
}

/** The newest version of each scenario that fits, by scenario id. The cursor is a scenario id. */
export async function listScenarios(
  { catalogue, maxPageBytes: pageBytes, measureScenarioBytes: scenarioBytes }: ListScenariosDependencies,
  { agent, tag, enabled, afterScenarioId, pageSize }: ListScenariosQuery,
  call: Call,
): Promise<Page<StoredScenario, string>> {
  const { scenarios } = await catalogue.content(agent, call);
  const fitting = scenarios.filter(
    ({ scenario }) =>
      scenario.scenarioId > afterScenarioId &&
      (tag === '' || scenario.tags.includes(tag)) &&
      (enabled === undefined || scenario.enabled === enabled),
  );
  const items = takePage(fitting, { pageSize, maxPageBytes: pageBytes }, scenarioBytes);
  return { items, nextCursor: items.length < fitting.length ? items.at(-1)?.scenario.scenarioId : undefined };
}
