import { importedSession } from '../domain/imported-session';
import type { OlderSession } from '../domain/older-session';
import { isUnderWay } from '../domain/older-session';
import type { Session, SessionKey } from '../domain/session';
import type { OrchestrationSettings } from '../domain/settings';
import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { ContentHash } from '../ports/content-hash';
import type { InstanceIds } from '../ports/instance-ids';
import type { Log } from '../ports/log';
import type { CompiledCatalogue } from './compiled-catalogue';

/** What it takes to read a record of the older format. */
export interface ConversionDependencies {
  readonly catalogue: CompiledCatalogue;
  readonly contentHash: ContentHash;
  readonly ids: InstanceIds;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: OrchestrationSettings;
}

/** A record in this format. */
export interface ConvertedSession {
  readonly session: Session;
  /** The catalogue does not hold the scenario that was under way, so the session has no instance. */
  readonly scenarioIsMissing: boolean;
}

/** The session that a record becomes (section 8): on every node the same, down to the instance's id. Nothing is stored. */
export async function convertOlderSession(
  { catalogue, contentHash, ids, clock, log, settings }: ConversionDependencies,
  owner: SessionKey & { readonly agentId: string },
  record: OlderSession,
  call: Call,
): Promise<ConvertedSession> {
  const { activeScenarioId: scenarioId, activeScenarioVersion: version } = record;
  const opened = await catalogue.open(owner, version === 0 ? [] : [{ scenarioId, version }], call);
  const newest = opened.scenario(scenarioId);
  const ran = version === 0 ? newest : opened.version(scenarioId, version);
  const fingerprint = contentHash.hashOlderSession(record);
  const session = importedSession(record, {
    owner,
    scenario: ran ?? newest,
    instanceId: ids.instanceId(owner.sessionId, fingerprint, scenarioId),
    now: clock.now(),
    fingerprint,
    pathEntries: settings.pathEntries,
  });
  const scenarioIsMissing = newest === undefined && isUnderWay(record);
  const told = { session_id: owner.sessionId, scenario_id: scenarioId, version };
  if (scenarioIsMissing) log.warn(told, 'the scenario of an older session is not in the catalogue');
  else if (ran === undefined && isUnderWay(record)) {
    log.warn(told, 'the version of an older session is not in the catalogue: its next turn cancels the instance');
  }
  return { session, scenarioIsMissing };
}
