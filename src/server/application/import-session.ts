import type { LegacySession } from '../../core/model/legacy-session';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { SessionKey } from '../../core/model/session';
import type { Call } from '../ports/call';
import type { CreateOutcome, SessionStore } from '../ports/session-store';
import { type ConversionDependencies, convertLegacySession } from './convert-legacy-session';

export interface ImportDependencies extends ConversionDependencies {
  readonly store: SessionStore;
}

/** A record to import; it tells its agent. */
export interface ImportSessionCommand {
  readonly key: SessionKey;
  readonly record: LegacySession;
}

/**
 * Stores a session of the older format where there is none yet (section 8). The same record again changes nothing and gives the
 * session as it is by then; of several imports at once one creates it.
 *
 * @throws OrchestratorError SCENARIO_NOT_FOUND where the scenario that is under way is not in the catalogue, SESSION_EXISTS where the
 * session has another origin, AGENT_MISMATCH, and what the store throws.
 */
export async function importSession(
  deps: ImportDependencies,
  { key, record }: ImportSessionCommand,
  call: Call,
): Promise<CreateOutcome> {
  // First, as the same record is known also where its scenario has gone since.
  const existing = await deps.store.read(key, call);
  if (existing) return settled(deps, record, { session: existing, created: false });
  const { session, isScenarioMissing: scenarioIsMissing } = await convertLegacySession(
    deps,
    { ...key, agentId: record.agentId },
    record,
    call,
  );
  if (scenarioIsMissing) throw scenarioNotFound(record);
  return settled(deps, record, await deps.store.create(session, call));
}

/** The outcome, where the session that is there came of this record. */
function settled(
  { contentHasher: contentHash }: ImportDependencies,
  record: LegacySession,
  outcome: CreateOutcome,
): CreateOutcome {
  const { session, created } = outcome;
  if (created) return outcome;
  const metadata = { session_id: session.sessionId };
  if (session.agentId !== record.agentId) {
    throw new OrchestratorError('AGENT_MISMATCH', `The session belongs to agent ${session.agentId}.`, { metadata });
  }
  if (session.importedFrom === contentHash.hashLegacySession(record)) return outcome;
  const origin = session.importedFrom === '' ? 'was begun by a turn' : 'was imported from another record';
  throw new OrchestratorError(
    'SESSION_EXISTS',
    `The session ${origin} and is at revision ${session.revision}. Delete it first if this record shall take its place.`,
    { metadata },
  );
}

function scenarioNotFound({ activeScenarioId, activeScenarioVersion: version }: LegacySession): OrchestratorError {
  return new OrchestratorError(
    'SCENARIO_NOT_FOUND',
    `The catalogue of the agent does not hold scenario ${activeScenarioId}. Put it first, then import the session.`,
    { metadata: { scenario_id: activeScenarioId, ...(version === 0 ? {} : { version: String(version) }) } },
  );
}
