import type { TurnDecision } from '../../core/decide-turn';
import { compileFieldsInParts } from '../../core/fields/compile-fields';
import { createFieldRules } from '../../core/fields/field-rules';
import { findDuplicates } from '../../core/model/duplicates';
import type { FieldDefinition } from '../../core/model/field-definition';
import type { ModelProposal } from '../../core/model/model-proposal';
import { type FieldViolation, OrchestratorError } from '../../core/model/orchestrator-error';
import type { Relationship, Scenario } from '../../core/model/scenario';
import { createEmptySession, type Session } from '../../core/model/session';
import type { Turn } from '../../core/model/turn';
import { type Catalogue, compareRelationships } from '../../core/scenario/catalogue';
import type { CompileOptions } from '../../core/scenario/compile-options';
import { compileInParts, type ScenarioCompilation } from '../../core/scenario/compile-scenario';
import { findCycleIndex, findRelationshipProblem } from '../../core/scenario/relationship-problem';
import { indexRelationships } from '../../core/scenario/relationships';
import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { Logger } from '../ports/logger';
import type { CompiledCatalogue } from './compiled-catalogue';
import {
  createEmptyResult,
  type DecisionDependencies,
  decideLoadedTurn,
  openCatalogueForTurn,
} from './decide-loaded-turn';
import { refuseInvalidFields } from './fields';
import { reportTurn } from './report-turn';
import { runInParts } from './run-in-parts';
import { type CheckedScenario, createDefinitionAllowance, refuseInvalidScenarios } from './validate-scenario';

export interface PhaseDependencies extends DecisionDependencies {
  readonly catalogue: CompiledCatalogue;
  readonly compileOptions: CompileOptions;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A turn to decide on a session that the caller stores. Inline scenarios replace the catalogue. */
export interface PhaseCommand extends InlineDefinitions {
  readonly turn: Turn;
  /** The session before the turn. Its ids are those of the turn or empty. Undefined for the first turn of a session. */
  readonly session: Session | undefined;
  /** The proposal to decide with. If undefined, the model is asked, provided that one is configured (section 9). */
  readonly proposal?: ModelProposal | undefined;
}

/**
 * Decides a turn like `processTurn`, but on the session in the request. Stores nothing and returns all decisions and the session
 * after the turn. All phases run for every request, because the lifecycle also depends on the transitions (2.8). A turn with a
 * repeated id is not replayed but decided again.
 *
 * @throws OrchestratorError INVALID_REQUEST if turn, session and definitions are inconsistent, SCENARIO_REFUSED and
 * RELATIONSHIP_REFUSED for definitions that could not be stored, and the errors of the catalogue.
 */
export async function decidePhases(deps: PhaseDependencies, command: PhaseCommand, call: Call): Promise<TurnDecision> {
  checkCommand(command);
  const { turn } = command;
  const { tenantId, agentId, sessionId } = turn;
  const session = { ...(command.session ?? createEmptySession(turn)), tenantId, agentId, sessionId };
  const decision = deps.settings.enabled ? await decide(deps, command, session, call) : skipDecision(turn, session);
  reportTurn(deps.log, call.span, turn, { result: decision.result, replayed: false });
  return decision;
}

/** All phases return empty results (2.16). */
function skipDecision(turn: Turn, session: Session): TurnDecision {
  const result = createEmptyResult(turn, session, true);
  return { result, session, explain: () => result };
}

async function decide(
  deps: PhaseDependencies,
  command: PhaseCommand,
  session: Session,
  call: Call,
): Promise<TurnDecision> {
  const { turn, scenarios, proposal } = command;
  const catalogue =
    scenarios.length > 0
      ? await createInlineCatalogue(deps, command, call)
      : await openCatalogueForTurn(deps.catalogue, turn, session, call);
  const pinnedSession = pinVersions(session, catalogue);
  const loaded = { turn, validateOnly: true, session: pinnedSession, catalogue, proposal };
  const decision = await decideLoadedTurn(deps, loaded, call);
  checkTurnIsNew(session, decision);
  return decision;
}

/** Checks that the parts of the request are consistent. */
function checkCommand({ turn, session, scenarios, relationships, fields }: PhaseCommand): void {
  const violations: FieldViolation[] = [];
  for (const [name, id] of Object.entries(idFields)) {
    const sessionValue = session?.[id] ?? '';
    if (sessionValue === '' || sessionValue === turn[id]) continue;
    const description = `must be empty or the same as in the turn, ${turn[id]}, but it is ${sessionValue}`;
    violations.push({ field: `input.session.${name}`, description });
  }
  if (session?.lastTurnId === turn.turnId) {
    const description = 'is the last turn of the session; send the session before that turn, or use a new turn_id';
    violations.push({ field: 'input.turn.turn_id', description });
  }
  if (turn.supersedesTurnId !== '') {
    const description =
      'must be empty, because this method stores no turns; send the session as it was before the replaced turn';
    violations.push({ field: 'input.turn.supersedes_turn_id', description });
  }
  if (relationships.length > 0 && scenarios.length === 0) {
    const description = 'require inline scenarios; send the scenarios too, or omit the relationships';
    violations.push({ field: 'input.relationships', description });
  }
  if (fields.length > 0 && scenarios.length === 0) {
    const description = 'require inline scenarios; send the scenarios too, or omit the fields';
    violations.push({ field: 'input.fields', description });
  }
  if (violations.length > 0) throw createInvalidRequestError(violations);
}

/** The ids that session and turn have in common, by their names in the contract. */
const idFields = { tenant_id: 'tenantId', agent_id: 'agentId', session_id: 'sessionId' } as const;

/** Pins instances of version 0 to the latest version. */
function pinVersions(session: Session, catalogue: Catalogue): Session {
  const pin = <T extends { readonly scenarioId: string; readonly scenarioVersion: number }>(instance: T): T =>
    instance.scenarioVersion > 0
      ? instance
      : { ...instance, scenarioVersion: catalogue.getScenario(instance.scenarioId)?.version ?? 0 };
  return {
    ...session,
    instances: session.instances.map(pin),
    endedInstances: session.endedInstances.map(pin),
  };
}

/**
 * Checks that the turn is new. An instance id is derived from the id of the turn that starts the instance, so a turn is not new if
 * the session already has the id of an instance that the turn starts.
 */
function checkTurnIsNew({ instances, endedInstances }: Session, { result }: TurnDecision): void {
  const existingIds = new Set([...instances, ...endedInstances].map(({ instanceId }) => instanceId));
  const duplicate = result.lifecycleDecisions.find(
    ({ action, instanceId }) => action === 'START' && existingIds.has(instanceId),
  );
  if (duplicate === undefined) return;
  const description = `was used by an earlier turn, which started instance ${duplicate.instanceId}; use a new turn_id for every turn`;
  throw createInvalidRequestError([{ field: 'input.turn.turn_id', description }]);
}

function createInvalidRequestError(violations: readonly FieldViolation[]): OrchestratorError {
  return new OrchestratorError('INVALID_REQUEST', 'The parts of the request are inconsistent.', { violations });
}

/** Definitions in a request that replace the catalogue. */
export interface InlineDefinitions {
  readonly scenarios: readonly Scenario[];
  readonly relationships: readonly Relationship[];
  readonly fields: readonly FieldDefinition[];
}

const scenariosPath = 'input.scenarios';
const relationshipsPath = 'input.relationships';

/** Version of every inline scenario. Inline scenarios have no earlier versions. */
const inlineVersion = 1;

/**
 * Compiles inline definitions to a catalogue for one turn. Instances of every version use the one inline definition of their
 * scenario, so that a session can be decided with a definition that is not stored yet.
 *
 * @throws OrchestratorError INVALID_REQUEST for duplicates, SCENARIO_REFUSED, RELATIONSHIP_REFUSED and FIELDS_REFUSED for definitions
 * that could not be stored, WORK_LIMIT, CANCELLED and DEADLINE.
 */
async function createInlineCatalogue(
  { compileOptions, clock }: Pick<PhaseDependencies, 'compileOptions' | 'clock'>,
  { scenarios, relationships, fields }: InlineDefinitions,
  call: Call,
): Promise<Catalogue> {
  refuseDuplicates({ scenarios, relationships });
  const allowance = createDefinitionAllowance(compileOptions);
  const run = <Result>(parts: Generator<void, Result>): Promise<Result> =>
    runInParts(parts, allowance, { call, clock });
  const compilations: (ScenarioCompilation & Pick<CheckedScenario, 'scenario' | 'path'>)[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    const compilation = await run(compileInParts(scenario, inlineVersion, compileOptions, allowance));
    compilations.push({ scenario, path: `${scenariosPath}[${index}]`, ...compilation });
  }
  refuseInvalidScenarios(compilations);
  refuseInvalidRelationships(relationships);
  const { compiled: compiledFields = new Map(), findings } = await run(
    compileFieldsInParts(fields, compileOptions.conditionLimits, allowance),
  );
  refuseInvalidFields(findings, 'input.fields');
  const byId = new Map(compilations.map(({ scenario, compiled }) => [scenario.scenarioId, compiled]));
  return {
    revision: 0,
    getScenario: (scenarioId) => byId.get(scenarioId),
    getScenarioVersion: (scenarioId) => byId.get(scenarioId),
    relationships: indexRelationships([...relationships].sort(compareRelationships)),
    fields: createFieldRules(compiledFields, scenarios),
  };
}

function refuseDuplicates({ scenarios, relationships }: Omit<InlineDefinitions, 'fields'>): void {
  const violations = [
    ...findDuplicates(scenarios, ({ scenarioId }) => scenarioId).map(({ index, firstIndex }) => ({
      field: `${scenariosPath}[${index}].scenario_id`,
      description: `is the same as in ${scenariosPath}[${firstIndex}]; send every scenario once`,
    })),
    ...findDuplicates(relationships, toRelationshipKey).map(({ index, firstIndex }) => ({
      field: `${relationshipsPath}[${index}]`,
      description: `has the same kind, source and target as ${relationshipsPath}[${firstIndex}]; send every relationship once`,
    })),
  ];
  if (violations.length === 0) return;
  throw new OrchestratorError('INVALID_REQUEST', 'The request has duplicate definitions.', { violations });
}

function toRelationshipKey({ kind, sourceType, sourceId, targetScenarioId }: Relationship): string {
  return `${kind}/${sourceType}/${sourceId}/${targetScenarioId}`;
}

/** Applies the rules for stored relationships (1.1). Reports at most one cycle. */
function refuseInvalidRelationships(relationships: readonly Relationship[]): void {
  const cycleIndex = findCycleIndex(relationships);
  const violations = relationships.flatMap((relationship, index): FieldViolation[] => {
    const others = index === cycleIndex ? relationships.toSpliced(index, 1) : [];
    const description = findRelationshipProblem(relationship, others);
    return description === '' ? [] : [{ field: `${relationshipsPath}[${index}]`, description }];
  });
  if (violations.length === 0) return;
  throw new OrchestratorError('RELATIONSHIP_REFUSED', 'A relationship is invalid.', { violations });
}
