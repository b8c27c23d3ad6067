import { Sha256ContentHash, UuidV5InstanceIds } from '../adapters/system';
import { olderSessionFromProto } from '../codec/older-session-codec';
import { turnResultToProto } from '../codec/result-codec';
import { sessionToProto } from '../codec/session-codec';
import { turnFromProto } from '../codec/turn-message-codec';
import type { Decider } from '../conversation/play-conversation';
import type { Catalogue } from '../domain/catalogue';
import { decideTurn } from '../domain/decide-turn';
import { importedSession } from '../domain/imported-session';
import { indexRelationships } from '../domain/relationships';
import { emptySession, type Session } from '../domain/session';
import { defaultSettings } from '../domain/settings';
import type { CheckedScenarios } from './checked-scenarios';

const ids = new UuidV5InstanceIds();
const contentHash = new Sha256ContentHash();

/**
 * The rules themselves behind the calls of a client, for one session: no server, no store, the settings of `config/default.toml`.
 * They decide as a service with the same settings does, byte for byte.
 */
export function rulesInProcess(checked: Pick<CheckedScenarios, 'scenarios' | 'relationships'>): Decider {
  const catalogue = catalogueOf(checked);
  let session: Session | undefined;
  return {
    async importSession(message) {
      const record = olderSessionFromProto(message);
      const { tenantId, agentId, sessionId } = message;
      const fingerprint = contentHash.hashOlderSession(record);
      session = importedSession(record, {
        owner: { tenantId, agentId, sessionId },
        scenario: catalogue.scenario(record.activeScenarioId),
        instanceId: ids.instanceId(sessionId, fingerprint, record.activeScenarioId),
        now: 0,
        fingerprint,
        pathEntries: defaultSettings.pathEntries,
      });
      return { session: sessionToProto(session, ''), created: true };
    },
    async processTurn({ turn: message }) {
      if (message === undefined) throw new Error('A request without a turn cannot be decided.');
      const turn = turnFromProto(message, 0);
      const decision = decideTurn({
        session: session ?? emptySession(turn),
        turn,
        catalogue,
        settings: defaultSettings,
        instanceIdOf: (scenarioId) => ids.instanceId(turn.sessionId, turn.turnId, scenarioId),
      });
      session = decision.session;
      return { response: turnResultToProto(decision.result), replayed: false };
    },
  };
}

function catalogueOf({ scenarios, relationships }: Pick<CheckedScenarios, 'scenarios' | 'relationships'>): Catalogue {
  const byId = new Map(scenarios.map((scenario) => [scenario.scenarioId, scenario]));
  return {
    revision: 1,
    scenario: (id) => byId.get(id),
    version: (id) => byId.get(id),
    relationships: indexRelationships(relationships),
  };
}
