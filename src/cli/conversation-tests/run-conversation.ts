import { createHash } from 'node:crypto';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import { ProcessTurnRequest, type ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { ImportSessionRequest, ImportSessionResponse } from '../../../gen/focal/orchestration/v1/session_service';
import type { Turn } from '../../../gen/focal/orchestration/v1/turn';
import { type Conversation, type ConversationTurnResult, createScenarioNameLookup } from './conversation';
import { findDifferences } from './expectation';
import { summarizeTurn } from './turn-summary';

/** Ids and start time of a run. The same values give byte-identical responses. */
export interface ConversationRunSettings {
  readonly tenantId: string;
  readonly agentId: string;
  readonly sessionId: string;
  readonly startAt: Date;
  /** Called after each turn. */
  readonly onTurn?: (result: ConversationTurnResult) => void;
}

/** Processes the turns of a conversation: a service, or the rules in process. */
export type ConversationTarget = Pick<OrchestratorClient, 'processTurn' | 'importSession'>;

/**
 * Runs a conversation turn by turn. Its scenarios must be in the catalogue. Rejects with CallError if a call fails; differences to
 * the expectation are part of the results.
 */
export async function runConversation(
  target: ConversationTarget,
  conversation: Conversation,
  settings: ConversationRunSettings,
): Promise<ConversationTurnResult[]> {
  const { tenantId, agentId, sessionId, startAt } = settings;
  const getName = createScenarioNameLookup(conversation.scenarios.scenarios);
  const instances = new RunningInstances();
  const results: ConversationTurnResult[] = [];
  let occurredAt = startAt.getTime();
  const { session } = conversation;
  if (session !== undefined) instances.addImported(await target.importSession(createImportRequest(session, settings)));
  for (const [index, scripted] of conversation.turns.entries()) {
    occurredAt += scripted.delayMs;
    const turn: Turn = {
      ...instances.resolveOutcomes(scripted.turn),
      tenantId,
      agentId,
      sessionId,
      turnId: deriveUuid(`${sessionId} ${index + 1}`),
      occurredAt: new Date(occurredAt),
    };
    const { response } = await target.processTurn(ProcessTurnRequest.fromPartial({ turn }));
    instances.update(response);
    const actual = summarizeTurn(response, getName);
    const differences = findDifferences(scripted.expected, actual);
    const result = { number: index + 1, scripted, turn, response, actual, differences };
    results.push(result);
    settings.onTurn?.(result);
  }
  return results;
}

function createImportRequest(session: ImportSessionRequest, settings: ConversationRunSettings): ImportSessionRequest {
  const { tenantId, agentId, sessionId, startAt } = settings;
  return { ...session, tenantId, agentId, sessionId, lastActiveAt: session.lastActiveAt ?? startAt };
}

/** The instances of the session and the keys of their actions, as a client that executes tools tracks them. */
class RunningInstances {
  readonly #instanceIds = new Map<string, string>();
  readonly #actionKeys = new Map<string, string>();

  /** Replaces the scenarios in step outcomes by their instances and adds the action keys. */
  resolveOutcomes(turn: Turn): Turn {
    const stepOutcomes = turn.stepOutcomes.map((outcome) => {
      const instanceId = this.#instanceIds.get(outcome.instanceId) ?? outcome.instanceId;
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

/** A UUID that is derived from a text. */
function deriveUuid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
