import { importLegacySession } from '../../core/apply/import-legacy-session';
import { decideTurn } from '../../core/decide-turn';
import { createEmptySession, type Session } from '../../core/model/session';
import { defaultSettings } from '../../core/model/settings';
import type { Catalogue } from '../../core/scenario/catalogue';
import { indexRelationships } from '../../core/scenario/relationships';
import { turnResultToProto } from '../../server/codec/wire/result-codec';
import { legacySessionFromProto, sessionToProto } from '../../server/codec/wire/session-codec';
import { turnFromProto } from '../../server/codec/wire/turn-message-codec';
import { Sha256ContentHasher, UuidV5InstanceIdGenerator } from '../../server/runtime/system';
import type { CheckedScenarios } from './checked-scenarios';
import type { ConversationTarget } from './run-conversation';

const ids = new UuidV5InstanceIdGenerator();
const contentHash = new Sha256ContentHasher();

/**
 * The rules themselves behind the calls of a client, for one session: no server, no store, the settings of `config/default.toml`.
 * They decide as a service with the same settings does, byte for byte.
 */
export function createInProcessTarget(
  checked: Pick<CheckedScenarios, 'scenarios' | 'relationships'>,
): ConversationTarget {
  const catalogue = catalogueOf(checked);
  let session: Session | undefined;
  return {
    async importSession(message) {
      const record = legacySessionFromProto(message);
      const { tenantId, agentId, sessionId } = message;
      const fingerprint = contentHash.hashLegacySession(record);
      session = importLegacySession(record, {
        owner: { tenantId, agentId, sessionId },
        scenario: catalogue.getScenario(record.activeScenarioId),
        instanceId: ids.generateInstanceId(sessionId, fingerprint, record.activeScenarioId),
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
        session: session ?? createEmptySession(turn),
        turn,
        catalogue,
        settings: defaultSettings,
        getNewInstanceId: (scenarioId) => ids.generateInstanceId(turn.sessionId, turn.turnId, scenarioId),
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
    getScenario: (id) => byId.get(id),
    getScenarioVersion: (id) => byId.get(id),
    relationships: indexRelationships(relationships),
  };
}
