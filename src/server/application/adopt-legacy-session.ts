import { importLegacySession } from '../../core/apply/import-legacy-session';
import { hasRunningScenario, type LegacySession } from '../../core/model/legacy-session';
import type { Session, SessionKey } from '../../core/model/session';
import type { OrchestrationSettings } from '../../core/model/settings';
import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { ContentHasher } from '../ports/content-hasher';
import type { InstanceIdGenerator } from '../ports/instance-id-generator';
import type { LegacySessionStore } from '../ports/legacy-session-store';
import type { Logger } from '../ports/logger';
import type { SessionStore } from '../ports/session-store';
import { getTraceFields } from '../ports/span';
import type { CompiledCatalogue } from './compiled-catalogue';

export interface ConversionDependencies {
  readonly catalogue: CompiledCatalogue;
  readonly contentHasher: ContentHasher;
  readonly ids: InstanceIdGenerator;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: OrchestrationSettings;
}

export interface ConvertedSession {
  readonly session: Session;
  /** Whether the active scenario is missing in the catalogue, so that the session has no instance. */
  readonly isScenarioMissing: boolean;
}

/** Converts a legacy session (section 8) without storing it. The result, including the instance id, is the same on every node. */
export async function convertLegacySession(
  { catalogue, contentHasher, ids, clock, log, settings }: ConversionDependencies,
  owner: SessionKey & { readonly agentId: string },
  record: LegacySession,
  call: Call,
): Promise<ConvertedSession> {
  const { activeScenarioId: scenarioId, activeScenarioVersion: version } = record;
  const snapshot = await catalogue.open(owner, version === 0 ? [] : [{ scenarioId, version }], call);
  const latestScenario = snapshot.getScenario(scenarioId);
  const recordedScenario = version === 0 ? latestScenario : snapshot.getScenarioVersion(scenarioId, version);
  const fingerprint = contentHasher.hashLegacySession(record);
  const session = importLegacySession(record, {
    owner,
    scenario: recordedScenario ?? latestScenario,
    instanceId: ids.generateInstanceId(owner.sessionId, fingerprint, scenarioId),
    now: clock.now(),
    fingerprint,
    pathEntries: settings.pathEntries,
  });
  const isScenarioMissing = latestScenario === undefined && hasRunningScenario(record);
  const fields = { ...getTraceFields(call.span), session_id: owner.sessionId, scenario_id: scenarioId, version };
  if (isScenarioMissing) log.warn(fields, 'the scenario of a legacy session is not in the catalogue');
  else if (recordedScenario === undefined && hasRunningScenario(record)) {
    log.warn(
      fields,
      'the scenario version of a legacy session is not in the catalogue; the next turn cancels the instance',
    );
  }
  return { session, isScenarioMissing };
}

export interface LegacySessionDependencies extends ConversionDependencies {
  readonly store: SessionStore;
  /** Undefined if no legacy store is configured. */
  readonly legacySessions?: LegacySessionStore | undefined;
}

/**
 * Adopts a legacy session when it is first loaded (section 8). Unless `validateOnly` is set, the session is stored like an imported
 * session. Resolves to undefined if there is no legacy session. The agent of the legacy session, if it has one, takes precedence
 * over that of `owner`.
 */
export async function adoptLegacySession(
  deps: LegacySessionDependencies,
  owner: SessionKey & { readonly agentId: string },
  validateOnly: boolean,
  call: Call,
): Promise<Session | undefined> {
  const session = await findLegacySession(deps, owner, owner.agentId, call);
  return session === undefined || validateOnly ? session : (await deps.store.create(session, call)).session;
}

/**
 * Finds and converts a legacy session. Resolves to undefined if there is none, or if neither the legacy session nor
 * `defaultAgentId` names the agent.
 */
export async function findLegacySession(
  deps: Omit<LegacySessionDependencies, 'store'>,
  { tenantId, sessionId }: SessionKey,
  defaultAgentId: string,
  call: Call,
): Promise<Session | undefined> {
  const key = { tenantId, sessionId };
  const record = await deps.legacySessions?.find(key, call);
  const agentId = record?.agentId || defaultAgentId;
  if (record === undefined || agentId === '') return undefined;
  return (await convertLegacySession(deps, { ...key, agentId }, record, call)).session;
}
