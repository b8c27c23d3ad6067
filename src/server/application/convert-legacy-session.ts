import { importLegacySession } from '../../core/apply/import-legacy-session';
import type { LegacySession } from '../../core/model/legacy-session';
import { hasRunningScenario } from '../../core/model/legacy-session';
import type { Session, SessionKey } from '../../core/model/session';
import type { OrchestrationSettings } from '../../core/model/settings';
import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { ContentHasher } from '../ports/content-hasher';
import type { InstanceIdGenerator } from '../ports/instance-id-generator';
import type { Logger } from '../ports/logger';
import type { CompiledCatalogue } from './compiled-catalogue';

/** What it takes to read a record of the older format. */
export interface ConversionDependencies {
  readonly catalogue: CompiledCatalogue;
  readonly contentHasher: ContentHasher;
  readonly ids: InstanceIdGenerator;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: OrchestrationSettings;
}

/** A record in this format. */
export interface ConvertedSession {
  readonly session: Session;
  /** The catalogue does not hold the scenario that was under way, so the session has no instance. */
  readonly isScenarioMissing: boolean;
}

/** The session that a record becomes (section 8): on every node the same, down to the instance's id. Nothing is stored. */
export async function convertLegacySession(
  { catalogue, contentHasher: contentHash, ids, clock, log, settings }: ConversionDependencies,
  owner: SessionKey & { readonly agentId: string },
  record: LegacySession,
  call: Call,
): Promise<ConvertedSession> {
  const { activeScenarioId: scenarioId, activeScenarioVersion: version } = record;
  const opened = await catalogue.open(owner, version === 0 ? [] : [{ scenarioId, version }], call);
  const newest = opened.getScenario(scenarioId);
  const ran = version === 0 ? newest : opened.getScenarioVersion(scenarioId, version);
  const fingerprint = contentHash.hashLegacySession(record);
  const session = importLegacySession(record, {
    owner,
    scenario: ran ?? newest,
    instanceId: ids.generateInstanceId(owner.sessionId, fingerprint, scenarioId),
    now: clock.now(),
    fingerprint,
    pathEntries: settings.pathEntries,
  });
  const scenarioIsMissing = newest === undefined && hasRunningScenario(record);
  const told = { session_id: owner.sessionId, scenario_id: scenarioId, version };
  if (scenarioIsMissing) log.warn(told, 'the scenario of an older session is not in the catalogue');
  else if (ran === undefined && hasRunningScenario(record)) {
    log.warn(told, 'the version of an older session is not in the catalogue: its next turn cancels the instance');
  }
  return { session, isScenarioMissing: scenarioIsMissing };
}
