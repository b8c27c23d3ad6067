import { createHash } from 'node:crypto';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import { ProcessTurnRequest, type ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import {
  DeleteScenarioRequest,
  PutFieldsRequest,
  PutRelationshipRequest,
  PutScenarioRequest,
} from '../../../gen/focal/orchestration/v1/scenario_service';
import type { ImportSessionRequest, ImportSessionResponse } from '../../../gen/focal/orchestration/v1/session_service';
import type { Turn } from '../../../gen/focal/orchestration/v1/turn';
import {
  type CatalogueChange,
  type Conversation,
  type ConversationTurn,
  type ConversationTurnResult,
  createScenarioNameLookup,
} from './conversation';
import { findDifferences } from './expectation';
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
  const instances = new RunningInstances();
  const results: ConversationTurnResult[] = [];
  let occurredAt = startAt.getTime();
  const { session } = conversation;
  if (session !== undefined) instances.addImported(await target.importSession(createImportRequest(session, settings)));
  for (const [index, scriptedTurn] of conversation.turns.entries()) {
    occurredAt += scriptedTurn.delayMs;
    if (scriptedTurn.catalogueChange !== undefined) await catalogue.apply(scriptedTurn.catalogueChange);
    const turn: Turn = {
      ...instances.resolveOutcomes(scriptedTurn),
      tenantId,
      agentId,
      sessionId,
      turnId: deriveUuid(`${sessionId} ${index + 1}`),
      occurredAt: new Date(occurredAt),
    };
    const { response } = await target.processTurn(ProcessTurnRequest.fromPartial({ turn }));
    instances.update(response);
    const actual = summarizeTurn(response, getName);
    const differences = findDifferences(scriptedTurn.expected, actual, scriptedTurn.isExact);
    const result = { number: index + 1, scriptedTurn, turn, response, actual, differences };
    results.push(result);
    settings.onTurn?.(result);
  }
  return results;
}

function createImportRequest(session: ImportSessionRequest, settings: ConversationRunSettings): ImportSessionRequest {
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

/** Tracks the instances of the session and the keys of their actions, like a client that executes tools. */
class RunningInstances {
  readonly #instanceIds = new Map<string, string>();
  readonly #actionKeys = new Map<string, string>();

  /** Replaces the scenario ids in step outcomes by instance ids. Adds action keys, unless the file sets an empty key. */
  resolveOutcomes({ turn, outcomesWithoutKey }: ConversationTurn): Turn {
    const stepOutcomes = turn.stepOutcomes.map((outcome, index) => {
      const instanceId = this.#instanceIds.get(outcome.instanceId) ?? outcome.instanceId;
      if (outcomesWithoutKey.has(index)) return { ...outcome, instanceId };
      return { ...outcome, instanceId, actionKey: outcome.actionKey || (this.#actionKeys.get(instanceId) ?? '') };
    });
    return { ...turn, stepOutcomes };
  }

  addImported({ session }: ImportSessionResponse): void {
    for (const { scenarioId, instanceId } of session?.instances ?? []) this.#instanceIds.set(scenarioId, instanceId);
  }

  update(response: ProcessTurnResponse): void {
    for (const { scenarioId, instanceId } of response.lifecycleDecisions) this.#instanceIds.set(scenarioId, instanceId);
    for (const { instanceId, actionKey } of response.plan?.contributions ?? []) {
      if (actionKey !== '') this.#actionKeys.set(instanceId, actionKey);
    }
  }
}

/** Derives a UUID from a text. */
function deriveUuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
