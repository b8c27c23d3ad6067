import { createHash } from 'node:crypto';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import { ProcessTurnRequest, ResponseView } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import {
  DeleteScenarioRequest,
  PutFieldsRequest,
  PutRelationshipRequest,
  PutScenarioRequest,
} from '../../../gen/focal/orchestration/v1/scenario_service';
import type { ImportSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import {
  type CatalogueChange,
  type Conversation,
  type ConversationTurnResult,
  createScenarioNameLookup,
} from './conversation';
import { findDifferences } from './expectation';
import { RunningInstances } from './running-instances';
import { summarizeTurn } from './turn-summary';

/** The ids and the start time of a run. The same values produce byte-identical responses. */
export interface ConversationRunSettings {
  readonly tenantId: string;
  readonly agentId: string;
  readonly sessionId: string;
  readonly startAt: Date;
  /** Called after each turn. */
  readonly onTurn?: (result: ConversationTurnResult) => void;
}

/** Processes the turns of a conversation: a service, or the rules in this process. */
export interface ConversationTarget extends Pick<OrchestratorClient, 'processTurn' | 'importSession'> {
  putScenario(request: PutScenarioRequest): Promise<unknown>;
  putRelationship(request: PutRelationshipRequest): Promise<unknown>;
  deleteScenario(request: DeleteScenarioRequest): Promise<unknown>;
  putFields(request: PutFieldsRequest): Promise<unknown>;
}

/**
 * Runs a conversation turn by turn. Its scenarios must be in the catalogue. Rejects with CallError if a call fails. Differences
 * from the expectation are part of the results.
 */
export async function runConversation(
  target: ConversationTarget,
  conversation: Conversation,
  settings: ConversationRunSettings,
): Promise<ConversationTurnResult[]> {
  const { tenantId, agentId, sessionId, startAt } = settings;
  const getName = createScenarioNameLookup(conversation.namedScenarios);
  const catalogue = new ChangingCatalogue(target, settings, conversation);
  const instances = new RunningInstances(conversation.namedScenarios);
  // The report of a difference has the reasons as sentences.
  const responseView = ResponseView.RESPONSE_VIEW_FULL;
  const results: ConversationTurnResult[] = [];
  let occurredAt = startAt.getTime();
  const { session } = conversation;
  if (session !== undefined) instances.addImported(await target.importSession(createImportRequest(session, settings)));
  for (const [index, scriptedTurn] of conversation.turns.entries()) {
    occurredAt = scriptedTurn.turn.occurredAt?.getTime() ?? occurredAt + scriptedTurn.delayMs;
    if (scriptedTurn.catalogueChange !== undefined) await catalogue.apply(scriptedTurn.catalogueChange);
    const supersedes = scriptedTurn.supersedesPrevious || scriptedTurn.turn.supersedesTurnId !== '';
    if (supersedes) instances.revertLastTurn();
    const resolved = instances.resolveTurn(scriptedTurn);
    const lastTurn = results.at(-1)?.turn;
    const turn = {
      ...resolved,
      tenantId,
      agentId,
      sessionId,
      turnId: resolved.turnId || deriveUuid(`${sessionId} ${index + 1}`),
      occurredAt: new Date(occurredAt),
      supersedesTurnId: scriptedTurn.supersedesPrevious ? (lastTurn?.turnId ?? '') : resolved.supersedesTurnId,
    };
    const { response } = await target.processTurn(ProcessTurnRequest.fromPartial({ turn, responseView }));
    instances.update(response);
    const actual = summarizeTurn(response, turn.occurredAt, getName);
    const differences = findDifferences(scriptedTurn.expected, actual, scriptedTurn.isExact);
    const result = { number: index + 1, scriptedTurn, turn, response, actual, differences };
    results.push(result);
    settings.onTurn?.(result);
  }
  return results;
}

/** Creates the request that imports the session of a conversation. */
export function createImportRequest(
  session: ImportSessionRequest,
  settings: ConversationRunSettings,
): ImportSessionRequest {
  const { tenantId, agentId, sessionId, startAt } = settings;
  return { ...session, tenantId, agentId, sessionId, lastActiveAt: session.lastActiveAt ?? startAt };
}

/** Applies catalogue changes, and stores the current definitions so that a change can disable them. */
class ChangingCatalogue {
  readonly #target: ConversationTarget;
  readonly #agent: Pick<ConversationRunSettings, 'tenantId' | 'agentId'>;
  readonly #definitions = new Map<string, Scenario>();

  constructor(
    target: ConversationTarget,
    { tenantId, agentId }: ConversationRunSettings,
    { scenarios }: Pick<Conversation, 'scenarios'>,
  ) {
    this.#target = target;
    this.#agent = { tenantId, agentId };
    for (const { message } of scenarios.scenarios) this.#definitions.set(message.scenarioId, message);
  }

  async apply({ put, disabledScenarioIds, deletedScenarioIds }: CatalogueChange): Promise<void> {
    for (const { message: definitions } of put.fields) {
      await this.#target.putFields(PutFieldsRequest.fromPartial({ ...this.#agent, definitions }));
    }
    for (const { message } of put.scenarios) await this.#putScenario(message);
    for (const { message: relationship } of put.relationships) {
      await this.#target.putRelationship(PutRelationshipRequest.fromPartial({ ...this.#agent, relationship }));
    }
    for (const scenarioId of disabledScenarioIds) {
      const definition = this.#definitions.get(scenarioId);
      if (definition !== undefined) await this.#putScenario({ ...definition, enabled: false });
    }
    for (const scenarioId of deletedScenarioIds) {
      await this.#target.deleteScenario(DeleteScenarioRequest.fromPartial({ ...this.#agent, scenarioId }));
      this.#definitions.delete(scenarioId);
    }
  }

  async #putScenario(scenario: Scenario): Promise<void> {
    await this.#target.putScenario(PutScenarioRequest.fromPartial({ ...this.#agent, scenario }));
    this.#definitions.set(scenario.scenarioId, scenario);
  }
}

/** Derives a UUID from a text. */
function deriveUuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
