import type { LegacySession } from '../../core/model/legacy-session';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { SessionKey } from '../../core/model/session';
import type { Call } from '../ports/call';
import type { CreateOutcome, SessionStore } from '../ports/session-store';
import { type ConversionDependencies, convertLegacySession } from './adopt-legacy-session';

export interface ImportDependencies extends ConversionDependencies {
  readonly store: SessionStore;
}

export interface ImportSessionCommand {
  readonly key: SessionKey;
  /** Must have an agent id. */
  readonly record: LegacySession;
}

/**
 * Imports a legacy session unless the session exists (section 8). Importing the same record again changes nothing and returns the
 * current session. If imports run concurrently, one of them creates the session.
 *
 * @throws OrchestratorError SCENARIO_NOT_FOUND if the active scenario is not in the catalogue, SESSION_EXISTS if the session has
 * another origin, AGENT_MISMATCH, and the errors of the store.
 */
export async function importSession(
  deps: ImportDependencies,
  { key, record }: ImportSessionCommand,
  call: Call,
): Promise<CreateOutcome> {
  // Checked first, because a retry must succeed even if the scenario was deleted after the import.
  const existing = await deps.store.read(key, call);
  if (existing) return checkOrigin(deps, record, { session: existing, created: false });
  const owner = { ...key, agentId: record.agentId };
  const { session, isScenarioMissing } = await convertLegacySession(deps, owner, record, call);
  if (isScenarioMissing) throw createScenarioNotFoundError(record);
  return checkOrigin(deps, record, await deps.store.create(session, call));
}

/** Returns the outcome if the session is new or has the same origin. Otherwise throws AGENT_MISMATCH or SESSION_EXISTS. */
function checkOrigin(
  { contentHasher }: ImportDependencies,
  record: LegacySession,
  outcome: CreateOutcome,
): CreateOutcome {
  const { session, created } = outcome;
  if (created) return outcome;
  const metadata = { session_id: session.sessionId };
  if (session.agentId !== record.agentId) {
    throw new OrchestratorError('AGENT_MISMATCH', `The session belongs to agent ${session.agentId}.`, { metadata });
  }
  if (session.importedFrom === contentHasher.hashLegacySession(record)) return outcome;
  const origin = session.importedFrom === '' ? 'was created by a turn' : 'was imported from another record';
  throw new OrchestratorError(
    'SESSION_EXISTS',
    `The session ${origin} and is at revision ${session.revision}. To replace it, delete it first.`,
    { metadata },
  );
}

function createScenarioNotFoundError({
  activeScenarioId,
  activeScenarioVersion: version,
}: LegacySession): OrchestratorError {
  return new OrchestratorError(
    'SCENARIO_NOT_FOUND',
    `Scenario ${activeScenarioId} is not in the catalogue of the agent. Store it with PutScenario, then import the session.`,
    { metadata: { scenario_id: activeScenarioId, ...(version === 0 ? {} : { version: String(version) }) } },
  );
}
