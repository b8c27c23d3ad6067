import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Scenario, StoredScenario } from '../../core/model/scenario';
import { listCalls } from '../../core/scenario/call-graph';
import type { CompileOptions } from '../../core/scenario/compile-options';
import { checkCallCycles } from '../../core/scenario/findings/check-calls';
import type { ScenarioFinding } from '../../core/scenario/scenario-finding';
import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { ContentHasher } from '../ports/content-hasher';
import type { AgentKey, ScenarioCatalogue } from '../ports/scenario-catalogue';
import type { CompiledCatalogue } from './compiled-catalogue';
import { checkStoredSize, type StoredSizeDependencies } from './stored-size';
import { compileForCall, createDefinitionAllowance, refuseInvalidScenarios } from './validate-scenario';

export interface PutScenarioDependencies extends Pick<StoredSizeDependencies, 'maxResponseBytes'> {
  readonly scenarios: ScenarioCatalogue;
  readonly catalogue: CompiledCatalogue;
  readonly contentHasher: Pick<ContentHasher, 'hash'>;
  readonly clock: Clock;
  readonly compileOptions: CompileOptions;
  /** Returns the number of bytes of an encoded scenario. */
  readonly measureScenarioBytes: (stored: StoredScenario) => number;
}

/** The version with the longest encoding. */
const maxVersion = 4_294_967_295;

export interface PutScenarioCommand {
  readonly agent: AgentKey;
  readonly scenario: Scenario;
  /** The latest version that the caller expects, 0 if there is none; undefined if any version is accepted. */
  readonly expectedVersion: number | undefined;
}

export interface PutScenarioResult {
  readonly stored: StoredScenario;
  /** False if the latest version has the same content. */
  readonly created: boolean;
  /** Findings of severity WARNING. */
  readonly findings: readonly ScenarioFinding[];
  /** The number of findings that are not listed. */
  readonly omittedFindings: number;
}

/**
 * Validates a scenario and stores it as a new version, unless the latest version has the same content. A call that closes a cycle with the
 * latest versions of other scenarios is an ERROR (section 11).
 *
 * @throws OrchestratorError SCENARIO_REFUSED with all findings if one is an ERROR, VERSION_MISMATCH, WORK_LIMIT, or TOO_LARGE if the scenario
 * could not be received when it is read. Nothing is stored then.
 */
export async function putScenario(
  deps: PutScenarioDependencies,
  { agent, scenario, expectedVersion }: PutScenarioCommand,
  call: Call,
): Promise<PutScenarioResult> {
  const { scenarios, catalogue, contentHasher, clock, compileOptions } = deps;
  const allowance = createDefinitionAllowance(compileOptions);
  const checked = await compileForCall(deps, scenario, call, allowance);
  refuseInvalidScenarios([{ scenario, path: 'scenario', ...checked }]);
  if (listCalls(scenario).length > 0) {
    // Reads from the store, because a cached catalogue may lack a scenario that completes a cycle.
    const content = await scenarios.load(agent, call);
    const stored = new Map(content.scenarios.map((each) => [each.scenario.scenarioId, each.scenario]));
    const cycles = checkCallCycles(scenario, (scenarioId) => stored.get(scenarioId));
    refuseInvalidScenarios([{ scenario, path: 'scenario', findings: cycles, omittedFindings: 0 }]);
  }
  // Only a valid scenario is checked against the types of the fields, which may have to be read from the store (section 10).
  const fields = await catalogue.fields(agent, call);
  const { findings, omittedFindings } =
    fields.fields.size === 0
      ? checked
      : await compileForCall({ clock, compileOptions: { ...compileOptions, fields } }, scenario, call, allowance);
  const options = { contentHash: contentHasher.hash(scenario), storedAt: clock.now(), expectedVersion };
  const stored = { scenario, version: maxVersion, contentHash: options.contentHash, storedAt: options.storedAt };
  checkStoredSize(deps, 'The scenario', deps.measureScenarioBytes(stored));
  const outcome = await catalogue.applyChange(agent, () => scenarios.put(agent, scenario, options, call));
  if (outcome.kind === 'conflict')
    throw createVersionMismatchError(scenario.scenarioId, expectedVersion, outcome.currentVersion);
  return { stored: outcome.stored, created: outcome.created, findings, omittedFindings };
}

export function createVersionMismatchError(
  scenarioId: string,
  expected: number | undefined,
  current: number,
): OrchestratorError {
  return new OrchestratorError(
    'VERSION_MISMATCH',
    `Scenario ${scenarioId} is at version ${current}, not ${expected ?? 0}. Read the latest version before you retry.`,
    { metadata: { expected_version: String(expected ?? 0), current_version: String(current) } },
  );
}
