import type { StoredScenario } from '../domain/scenario';
import type { Call } from '../ports/call';
import type { AgentKey } from '../ports/scenario-catalogue';
import type { CompiledCatalogue } from './compiled-catalogue';
import { type Page, pageOf } from './page';

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

/** The newest version of each scenario that fits, by scenario id. The cursor is a scenario id. */
export async function listScenarios(
  { catalogue }: { readonly catalogue: CompiledCatalogue },
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
  return pageOf(fitting, pageSize, ({ scenario }) => scenario.scenarioId);
}
