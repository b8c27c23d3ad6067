import type { TurnDecision } from '../../core/decide-turn';
import type { ModelProposal } from '../../core/model/model-proposal';
import { type FieldViolation, OrchestratorError } from '../../core/model/orchestrator-error';
import { createEmptySession, type Session } from '../../core/model/session';
import type { Turn } from '../../core/model/turn';
import type { Catalogue } from '../../core/scenario/catalogue';
import type { CompileOptions } from '../../core/scenario/compile-options';
import type { Call } from '../ports/call';
import type { Logger } from '../ports/logger';
import type { CompiledCatalogue } from './compiled-catalogue';
import { type DecisionDependencies, decideLoadedTurn, openCatalogueForTurn } from './decide-loaded-turn';
import { createEmptyResult } from './empty-result';
import { createInlineCatalogue, type InlineDefinitions } from './inline-catalogue';
import { reportTurn } from './report-turn';

/** What the phases need of the world: no session store. */
export interface PhaseDependencies extends DecisionDependencies {
  readonly catalogue: CompiledCatalogue;
  readonly compile: CompileOptions;
  readonly log: Logger;
}

/** A turn to decide on a session that the caller keeps. Scenarios, where any are given, stand in place of the catalogue. */
export interface PhaseCommand extends InlineDefinitions {
  readonly turn: Turn;
  /** The session before the turn; its ids are those of the turn, or "". Undefined: the turn is the first. */
  readonly session: Session | undefined;
  /** A proposal to decide on; undefined: the model is asked, where there is one (section 9). */
  readonly proposal?: ModelProposal | undefined;
}

/**
 * Decides a turn as `processTurn` does, on what the caller sends, and stores nothing: everything that was decided, and the session
 * after the turn. All phases run whichever of them the caller wants, since the lifecycle follows from the walks too (2.8). Without
 * a store there is no replay: a turn id that comes again is decided again.
 *
 * @throws OrchestratorError INVALID_REQUEST where turn, session and definitions do not belong together, SCENARIO_REFUSED and
 * RELATIONSHIP_REFUSED for definitions that would not be stored, and what the catalogue throws.
 */
export async function decidePhases(deps: PhaseDependencies, command: PhaseCommand, call: Call): Promise<TurnDecision> {
  refuseMisfits(command);
  const { turn } = command;
  const session = { ...(command.session ?? createEmptySession(turn)), ...idsOf(turn) };
  const decision = deps.settings.enabled
    ? await decide(deps, command, session, call)
    : { result: createEmptyResult(turn, session, true), session };
  reportTurn(deps, turn, { result: decision.result, replayed: false });
  return decision;
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
      ? createInlineCatalogue(command, deps.compile)
      : await openCatalogueForTurn(deps.catalogue, turn, session, call);
  const before = onNewest(session, catalogue);
  const decision = await decideLoadedTurn(
    deps,
    { turn, validateOnly: true, session: before, catalogue, proposal },
    call,
  );
  refuseOldTurn(session, decision);
  return decision;
}

/** What cannot be decided because one part of the request contradicts another. */
function refuseMisfits({ turn, session, scenarios, relationships }: PhaseCommand): void {
  const violations: FieldViolation[] = [];
  for (const [name, id] of Object.entries(idFields)) {
    const sent = session?.[id] ?? '';
    if (sent === '' || sent === turn[id]) continue;
    const description = `must be ${turn[id]}, as the turn has it, or empty, but it is ${sent}`;
    violations.push({ field: `input.session.${name}`, description });
  }
  if (session?.lastTurnId === turn.turnId) {
    const description =
      'is the last turn of the session; send the session as it was before, or give the turn an id of its own';
    violations.push({ field: 'input.turn.turn_id', description });
  }
  if (relationships.length > 0 && scenarios.length === 0) {
    const description =
      'go with inline scenarios, as the catalogue has its own; send the scenarios too, or leave them out';
    violations.push({ field: 'input.relationships', description });
  }
  if (violations.length > 0) throw misfit(violations);
}

/** The ids that session and turn share, by their names in the contract. */
const idFields = { tenant_id: 'tenantId', agent_id: 'agentId', session_id: 'sessionId' } as const;

function idsOf({ tenantId, agentId, sessionId }: Turn): Pick<Session, 'tenantId' | 'agentId' | 'sessionId'> {
  return { tenantId, agentId, sessionId };
}

/** The session with what runs on version 0 on the newest one, to stay on it. */
function onNewest(session: Session, catalogue: Catalogue): Session {
  const pinned = <T extends { readonly scenarioId: string; readonly scenarioVersion: number }>(instance: T): T =>
    instance.scenarioVersion > 0
      ? instance
      : { ...instance, scenarioVersion: catalogue.getScenario(instance.scenarioId)?.version ?? 0 };
  return {
    ...session,
    instances: session.instances.map(pinned),
    endedInstances: session.endedInstances.map(pinned),
  };
}

/** The id of an instance follows from that of the turn that started it, so one that is there already tells of a turn that was. */
function refuseOldTurn({ instances, endedInstances }: Session, { result }: TurnDecision): void {
  const before = new Set([...instances, ...endedInstances].map(({ instanceId }) => instanceId));
  const again = result.lifecycleDecisions.find(
    ({ action, instanceId }) => action === 'START' && before.has(instanceId),
  );
  if (again === undefined) return;
  const description = `is a turn that started instance ${again.instanceId} of the session before; give each turn an id of its own`;
  throw misfit([{ field: 'input.turn.turn_id', description }]);
}

function misfit(violations: readonly FieldViolation[]): OrchestratorError {
  return new OrchestratorError('INVALID_REQUEST', 'Turn and session do not fit.', { violations });
}
