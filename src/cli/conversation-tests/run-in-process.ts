import type { ImportSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import { importLegacySession } from '../../core/apply/import-legacy-session';
import { decideTurn } from '../../core/decide-turn';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import { createEmptySession, type Session } from '../../core/model/session';
import { defaultSettings, type OrchestrationSettings } from '../../core/model/settings';
import { canBeSuperseded, createNotSupersedableError, restoreSessionBefore } from '../../core/model/superseding';
import type { Turn } from '../../core/model/turn';
import type { TurnResult } from '../../core/model/turn-result';
import type { Catalogue } from '../../core/scenario/catalogue';
import { fieldsFromMessage } from '../../server/codec/wire/field-codec';
import { explainedResultToProto } from '../../server/codec/wire/result-codec';
import { relationshipFromProto, scenarioFromProto } from '../../server/codec/wire/scenario-codec';
import { legacySessionFromProto, sessionToProto } from '../../server/codec/wire/session-codec';
import { turnFromProto } from '../../server/codec/wire/turn-message-codec';
import { Sha256ContentHasher, UuidV5InstanceIdGenerator } from '../../server/runtime/system';
import { type CheckedScenarios, checkScenarios, FileProblemsError } from '../files';
import type { Conversation, ConversationRun, ConversationTurnResult } from './conversation';
import { InProcessCatalogue } from './in-process-catalogue';
import { type ConversationTarget, runConversation } from './run-conversation';

/** Fixed ids and a fixed time, so that every run makes the same decisions. */
export const fixedRunSettings = {
  tenantId: '00000000-0000-4000-8000-000000000001',
  agentId: '00000000-0000-4000-8000-000000000002',
  sessionId: '00000000-0000-4000-8000-000000000003',
  startAt: new Date('2026-01-01T09:00:00Z'),
};

/** A run and the scenarios at its start. */
export interface InProcessRun {
  readonly run: ConversationRun;
  readonly checkedScenarios: CheckedScenarios;
}

/** Runs a conversation without a service. Throws FileProblemsError if the service would refuse one of its scenarios. */
export async function runInProcess(conversation: Conversation): Promise<InProcessRun> {
  const checkedScenarios = checkScenarios({ ...conversation.scenarios, problems: [] });
  const changes = conversation.turns.flatMap(({ catalogueChange }) => catalogueChange?.put ?? []);
  const changeProblems = changes.flatMap(
    ({ scenarios, fields }) => checkScenarios({ scenarios, fields, relationships: [], problems: [] }).problems,
  );
  const errors = [...checkedScenarios.problems, ...changeProblems].filter(({ severity }) => severity === 'ERROR');
  if (errors.length > 0) throw new FileProblemsError(errors);
  return { run: await runCheckedConversation(conversation, checkedScenarios), checkedScenarios };
}

/** Runs a conversation without a service, with scenarios that were checked before. */
export async function runCheckedConversation(
  conversation: Conversation,
  checkedScenarios: CheckedScenarios,
): Promise<ConversationRun> {
  const turnResults: ConversationTurnResult[] = [];
  const settings = { ...fixedRunSettings, onTurn: (result: ConversationTurnResult) => turnResults.push(result) };
  try {
    await runConversation(createInProcessTarget(checkedScenarios, conversation.settings), conversation, settings);
    return { conversation, turnResults, failure: '' };
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return { conversation, turnResults, failure: error.message };
  }
}

/** The last turn of the session, which the next one can supersede. */
interface LastTurn {
  readonly trigger: Turn['trigger'];
  readonly result: TurnResult;
  /** The session that it was decided on. */
  readonly base: Session;
}

/** Returns the session on which a superseding turn is decided. Fails like a service if the turn cannot be superseded (section 13). */
function restoreSuperseded(turn: Turn, session: Session | undefined, lastTurn: LastTurn | undefined): Session {
  if (session === undefined || lastTurn === undefined || session.lastTurnId !== turn.supersedesTurnId) {
    throw createNotSupersedableError(turn, session, 'NOT_LAST_TURN');
  }
  if (!canBeSuperseded(lastTurn, lastTurn.result)) {
    const problem = lastTurn.trigger === 'MESSAGE' ? 'WRITE_ACTION_HINTED' : 'NOT_A_MESSAGE';
    throw createNotSupersedableError(turn, session, problem);
  }
  return restoreSessionBefore(session, lastTurn.base);
}

const instanceIds = new UuidV5InstanceIdGenerator();
const contentHasher = new Sha256ContentHasher();

/** Creates the session that a service imports from a record of the older format (section 8). */
export function importInProcess(
  request: ImportSessionRequest,
  catalogue: Catalogue,
  { pathEntries }: Pick<OrchestrationSettings, 'pathEntries'>,
): Session {
  const record = legacySessionFromProto(request);
  const { tenantId, agentId, sessionId } = request;
  const fingerprint = contentHasher.hashLegacySession(record);
  return importLegacySession(record, {
    owner: { tenantId, agentId, sessionId },
    scenario: catalogue.getScenario(record.activeScenarioId),
    instanceId: instanceIds.generateInstanceId(sessionId, fingerprint, record.activeScenarioId),
    now: 0,
    fingerprint,
    pathEntries,
  });
}

/**
 * Creates a target that calls the rules directly for one session, without a server or a store. The responses are byte-identical
 * to those of a service with the same settings.
 */
export function createInProcessTarget(
  { scenarios, relationships, fields }: Pick<CheckedScenarios, 'scenarios' | 'relationships' | 'fields'>,
  settings: OrchestrationSettings = defaultSettings,
): ConversationTarget {
  const catalogue = new InProcessCatalogue(scenarios, relationships, fields.fields);
  let session: Session | undefined;
  let lastTurn: LastTurn | undefined;
  return {
    async importSession(request) {
      session = importInProcess(request, catalogue.getSnapshot(), settings);
      return { session: sessionToProto(session, ''), created: true };
    },
    async processTurn(request) {
      if (request.turn === undefined) throw new Error('The request has no turn.');
      const turn = turnFromProto(request.turn, 0);
      const base =
        turn.supersedesTurnId === ''
          ? (session ?? createEmptySession(turn))
          : restoreSuperseded(turn, session, lastTurn);
      const decision = decideTurn({
        session: base,
        turn,
        catalogue: catalogue.getSnapshot(),
        settings,
        getNewInstanceId: (scenarioId) => instanceIds.generateInstanceId(turn.sessionId, turn.turnId, scenarioId),
      });
      lastTurn = { trigger: turn.trigger, result: decision.result, base };
      session = decision.session;
      return { response: explainedResultToProto(decision.explain()), replayed: false };
    },
    async putScenario({ scenario }) {
      if (scenario !== undefined) catalogue.putScenario(scenarioFromProto(scenario));
    },
    async putRelationship({ relationship }) {
      if (relationship !== undefined) catalogue.putRelationship(relationshipFromProto(relationship));
    },
    async deleteScenario({ scenarioId }) {
      catalogue.deleteScenario(scenarioId);
    },
    async putFields({ definitions }) {
      if (definitions !== undefined) catalogue.putFields(fieldsFromMessage(definitions));
    },
  };
}
