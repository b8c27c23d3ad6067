import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Scenario, StoredScenario } from '../../core/model/scenario';
import type { CompileOptions } from '../../core/scenario/compile-options';
import { compileScenario } from '../../core/scenario/compile-scenario';
import type { ScenarioFinding } from '../../core/scenario/scenario-finding';
import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { ContentHasher } from '../ports/content-hasher';
import type { AgentKey, ScenarioCatalogue } from '../ports/scenario-catalogue';
import type { CompiledCatalogue } from './compiled-catalogue';
import { refuseInvalidScenarios } from './refuse-invalid-scenarios';

export interface PutScenarioDependencies {
  readonly scenarios: ScenarioCatalogue;
  readonly catalogue: CompiledCatalogue;
  readonly contentHasher: Pick<ContentHasher, 'hash'>;
  readonly clock: Clock;
  readonly compile: CompileOptions;
}

/** A scenario to store. */
export interface PutScenarioCommand {
  readonly agent: AgentKey;
  readonly scenario: Scenario;
  /** The newest version that the caller has seen, 0 for none; undefined: any. */
  readonly expectedVersion: number | undefined;
}

/** A scenario that was put. */
export interface PutScenarioResult {
  readonly stored: StoredScenario;
  /** False where the newest version is the same. */
  readonly created: boolean;
  /** WARNINGs. */
  readonly findings: readonly ScenarioFinding[];
}

/**
 * Checks a scenario and stores it as a new version, unless the newest one is the same.
 *
 * @throws OrchestratorError SCENARIO_REFUSED with every finding where one is an ERROR, VERSION_MISMATCH; nothing is stored then.
 */
export async function putScenario(
  { scenarios, catalogue, contentHasher: contentHash, clock, compile }: PutScenarioDependencies,
  { agent, scenario, expectedVersion }: PutScenarioCommand,
  call: Call,
): Promise<PutScenarioResult> {
  const { findings } = compileScenario(scenario, 0, compile);
  refuseInvalidScenarios([{ scenario, path: 'scenario', findings }]);
  const options = { contentHash: contentHash.hash(scenario), storedAt: clock.now(), expectedVersion };
  const outcome = await catalogue.applyChange(agent, () => scenarios.put(agent, scenario, options, call));
  if (outcome.kind === 'conflict')
    throw createVersionMismatchError(scenario.scenarioId, expectedVersion, outcome.currentVersion);
  return { stored: outcome.stored, created: outcome.created, findings };
}

/** The scenario is at another version than the caller believes. */
export function createVersionMismatchError(
  scenarioId: string,
  expected: number | undefined,
  current: number,
): OrchestratorError {
  return new OrchestratorError(
    'VERSION_MISMATCH',
    `Scenario ${scenarioId} is at version ${current}, not at ${expected ?? 0}. Read it again and edit that.`,
    { metadata: { expected_version: String(expected ?? 0), current_version: String(current) } },
  );
}
