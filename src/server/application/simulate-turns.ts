import { compileFieldsInParts } from '../../core/fields/compile-fields';
import { Allowance } from '../../core/model/allowance';
import type { FieldDefinition } from '../../core/model/field-definition';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Relationship, Scenario } from '../../core/model/scenario';
import type { OrchestrationSettings } from '../../core/model/settings';
import type { CompileOptions } from '../../core/scenario/compile-options';
import { checkCallCycles } from '../../core/scenario/findings/check-calls';
import { findRelationshipProblem } from '../../core/scenario/relationship-problem';
import {
  DefinitionCompiler,
  type DefinitionSet,
  type ScenarioVersion,
  updateDefinitions,
} from '../../core/simulation/definitions';
import type { RunEnvironment } from '../../core/simulation/session-run';
import { simulateSession } from '../../core/simulation/simulate-session';
import { Simulation } from '../../core/simulation/simulation';
import { SimulationReport, type SimulationResult } from '../../core/simulation/simulation-report';
import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { InstanceIdGenerator } from '../ports/instance-id-generator';
import type { AgentKey, CatalogueContent, ScenarioCatalogue } from '../ports/scenario-catalogue';
import type { VersionKey } from './catalogue-snapshot';
import { refuseInvalidFields } from './fields';
import { getScenario } from './get-scenario';
import { type ReadSession, type RecordedSessionDependencies, readRecordedSession } from './recorded-session-reader';
import { runInParts } from './run-in-parts';
import { compileForCall, createDefinitionAllowance, refuseInvalidScenarios } from './validate-scenario';

export interface SimulateTurnsDependencies extends RecordedSessionDependencies {
  readonly scenarios: Pick<ScenarioCatalogue, 'get'>;
  readonly ids: InstanceIdGenerator;
  readonly clock: Clock;
  readonly settings: OrchestrationSettings;
  readonly compileOptions: CompileOptions;
}

/** Sessions to simulate, and the definitions to use instead of the stored ones. */
export interface SimulateTurnsCommand {
  readonly agent: AgentKey;
  readonly sessionIds: readonly string[];
  readonly scenarios: readonly Scenario[];
  /** Stored versions. `scenarios` takes precedence. */
  readonly versions: readonly VersionKey[];
  readonly relationships: readonly Relationship[];
  /** Undefined: the stored ones. */
  readonly fields: readonly FieldDefinition[] | undefined;
  /** Whether these are all definitions, so that no stored one is used. */
  readonly isComplete: boolean;
}

/** The units that count for a turn in addition to those of its decision, about 0.1 milliseconds: reading and comparing it. */
const unitsPerTurn = 1_000;

/**
 * Decides recorded turns again with other definitions, and reports what differs. Changes nothing and asks no model.
 *
 * @throws OrchestratorError SCENARIO_REFUSED, FIELDS_REFUSED and RELATIONSHIP_REFUSED for invalid definitions, SCENARIO_NOT_FOUND for a missing
 * version, WORK_LIMIT, CANCELLED and DEADLINE, and the errors of the stores.
 */
export async function simulateTurns(
  deps: SimulateTurnsDependencies,
  command: SimulateTurnsCommand,
  call: Call,
): Promise<SimulationResult> {
  const { agent, sessionIds } = command;
  const content = await deps.catalogue.getContent(agent, call);
  await checkDefinitions(deps, command, content, call);
  const stored = toDefinitionSet(content);
  const after = updateDefinitions(stored, {
    scenarios: [...(await readVersions(deps, command, call)), ...command.scenarios.map((scenario) => ({ scenario }))],
    relationships: command.relationships,
    fields: command.fields,
    isComplete: command.isComplete,
  });
  refuseCallCycles(command.scenarios, after);
  const simulations = new Simulations(deps, stored, after);
  const report = new SimulationReport();
  for (const sessionId of new Set(sessionIds)) {
    const read = await readRecordedSession(deps, agent, sessionId, call);
    if ('reason' in read) report.addIncomplete(sessionId, read);
    else report.add(await runInParts(simulations.simulate(read), simulations.work, { call, clock: deps.clock }));
  }
  return report.getResult();
}

/** The simulations of a call. Sessions that ran on the same versions share one. */
class Simulations {
  readonly #compileAllowance = new Allowance(Number.POSITIVE_INFINITY);
  readonly #compiler: DefinitionCompiler;
  readonly #environment: RunEnvironment;
  readonly #byVersions = new Map<string, Simulation>();
  #turnUnits = 0;
  /** The units of work of all simulations. */
  readonly work: Pick<Allowance, 'used'>;

  constructor(
    { ids, settings, compileOptions }: SimulateTurnsDependencies,
    private readonly stored: DefinitionSet,
    private readonly after: DefinitionSet,
  ) {
    this.#compiler = new DefinitionCompiler(compileOptions, this.#compileAllowance);
    this.#environment = {
      settings,
      getInstanceId: (sessionId, turnId, scenarioId) => ids.generateInstanceId(sessionId, turnId, scenarioId),
      onWork: (units) => {
        this.#turnUnits += units + unitsPerTurn;
      },
    };
    const getUsed = (): number => this.#compileAllowance.used + this.#turnUnits;
    this.work = {
      get used() {
        return getUsed();
      },
    };
  }

  *simulate(read: ReadSession): ReturnType<typeof simulateSession> {
    const simulation = this.#getSimulation(read);
    const catalogue = yield* simulation.compile();
    if (catalogue === undefined) throw createNotTogetherError();
    return yield* simulateSession(read.session, simulation, catalogue);
  }

  #getSimulation({ versions, opened }: ReadSession): Simulation {
    const older = [...versions].filter(([id, version]) => this.stored.scenarios.get(id)?.version !== version).sort();
    const key = JSON.stringify(older);
    const known = this.#byVersions.get(key);
    if (known !== undefined) return known;
    const scenarios = new Map(this.stored.scenarios);
    for (const [scenarioId, version] of older) {
      const scenario = opened.getScenarioVersion(scenarioId, version)?.definition;
      if (scenario !== undefined) scenarios.set(scenarioId, { scenario, version });
    }
    const before = { ...this.stored, scenarios };
    const simulation = new Simulation(this.#environment, this.#compiler, before, this.after);
    this.#byVersions.set(key, simulation);
    return simulation;
  }
}

/** The definitions of the request are valid, so only a stored one can be invalid: in this release of the service. */
function createNotTogetherError(): OrchestratorError {
  return new OrchestratorError(
    'SCENARIO_REFUSED',
    'A stored scenario is invalid in this release of the service. Send a valid definition of it, or set replaces_catalogue.',
  );
}

function toDefinitionSet({ scenarios, relationships, fields }: CatalogueContent): DefinitionSet {
  return {
    scenarios: new Map(
      scenarios.map(({ scenario, version }): [string, ScenarioVersion] => [scenario.scenarioId, { scenario, version }]),
    ),
    relationships,
    fields: fields?.definitions ?? [],
  };
}

function readVersions(
  { scenarios }: SimulateTurnsDependencies,
  { agent, versions }: SimulateTurnsCommand,
  call: Call,
): Promise<readonly ScenarioVersion[]> {
  return Promise.all(versions.map((key) => getScenario({ scenarios }, { agent, ...key }, call)));
}

/** Refuses calls that close a cycle with the other definitions (section 11). */
function refuseCallCycles(scenarios: readonly Scenario[], after: DefinitionSet): void {
  const checked = scenarios.map((scenario, index) => ({
    scenario,
    path: `scenarios[${index}]`,
    findings: checkCallCycles(scenario, (scenarioId) => after.scenarios.get(scenarioId)?.scenario),
    omittedFindings: 0,
  }));
  refuseInvalidScenarios(checked);
}

/** Checks the definitions of a request as if they were stored. */
async function checkDefinitions(
  deps: SimulateTurnsDependencies,
  { scenarios, relationships, fields = [], isComplete }: SimulateTurnsCommand,
  content: CatalogueContent,
  call: Call,
): Promise<void> {
  const { compileOptions, clock } = deps;
  const allowance = createDefinitionAllowance(compileOptions);
  const checked = [];
  for (const [index, scenario] of scenarios.entries()) {
    const compilation = await compileForCall(deps, scenario, call, allowance);
    checked.push({ scenario, path: `scenarios[${index}]`, ...compilation });
  }
  refuseInvalidScenarios(checked);
  const parts = compileFieldsInParts(fields, compileOptions.conditionLimits, allowance);
  refuseInvalidFields((await runInParts(parts, allowance, { call, clock })).findings, 'fields');
  const stored = isComplete ? [] : content.relationships;
  await runInParts(checkRelationships(relationships, stored, allowance), allowance, { call, clock });
}

/** The search for a cycle reads all relationships. */
function* checkRelationships(
  added: readonly Relationship[],
  stored: readonly Relationship[],
  allowance: Allowance,
): Generator<void, void> {
  const all = [...stored];
  for (const [index, relationship] of added.entries()) {
    allowance.spend('checks', all.length);
    yield;
    const problem = findRelationshipProblem(relationship, all);
    if (problem !== '') {
      const violations = [{ field: `relationships[${index}]`, description: problem }];
      throw new OrchestratorError('RELATIONSHIP_REFUSED', problem, { violations });
    }
    all.push(relationship);
  }
}
