import { createHash } from 'node:crypto';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { ImportSessionRequest, ImportSessionResponse } from '../../../gen/focal/orchestration/v1/session_service';
import type { Turn } from '../../../gen/focal/orchestration/v1/turn';
import { type Conversation, type ConversationTurn, createScenarioNameLookup } from './conversation';
import { type Difference, findDifferences } from './expectation';
import { summarizeTurn, type TurnSummary } from './turn-summary';

/** Who talks, and when. The same ids and time give the same decisions, byte for byte. */
export interface ConversationRunSettings {
  readonly tenantId: string;
  readonly agentId: string;
  readonly sessionId: string;
  /** When the conversation begins. */
  readonly startAt: Date;
  /** Told of every turn as soon as it is decided. */
  readonly onTurn?: (played: ConversationTurnResult) => void;
}

/** A turn with its answer. */
export interface ConversationTurnResult {
  /** From 1. */
  readonly number: number;
  readonly scripted: ConversationTurn;
  /** As it was sent. */
  readonly turn: Turn;
  readonly response: ProcessTurnResponse;
  readonly actual: TurnSummary;
  /** What is not as the conversation expects. */
  readonly differences: readonly Difference[];
}

/** What a conversation is played to: a service, or the rules themselves. */
export type ConversationTarget = Pick<OrchestratorClient, 'processTurn' | 'importSession'>;

/** Plays a conversation turn by turn. Its scenarios have to be in the catalogue. Rejects with CallError when a call fails, never for an unmet expectation. */
export async function runConversation(
  decider: ConversationTarget,
  conversation: Conversation,
  settings: ConversationRunSettings,
): Promise<ConversationTurnResult[]> {
  const nameOf = createScenarioNameLookup(conversation.scenarios.scenarios);
  const running = new RunningInstances();
  const played: ConversationTurnResult[] = [];
  let occurredAt = settings.startAt.getTime();
  const { session } = conversation;
  if (session !== undefined) running.resume(await decider.importSession(importOf(session, settings)));
  for (const [index, scripted] of conversation.turns.entries()) {
    occurredAt += scripted.delayMs;
    const turn: Turn = {
      ...running.addressed(scripted.turn),
      tenantId: settings.tenantId,
      agentId: settings.agentId,
      sessionId: settings.sessionId,
      turnId: derivedId(`${settings.sessionId} ${index + 1}`),
      occurredAt: new Date(occurredAt),
    };
    const { response } = await decider.processTurn(ProcessTurnRequest.fromPartial({ turn }));
    running.note(response);
    const happened = summarizeTurn(response, nameOf);
    const unmet = findDifferences(scripted.expected, happened);
    const done = { number: index + 1, scripted, turn, response, actual: happened, differences: unmet };
    played.push(done);
    settings.onTurn?.(done);
  }
  return played;
}

function importOf(session: ImportSessionRequest, settings: ConversationRunSettings): ImportSessionRequest {
  const { tenantId, agentId, sessionId, startAt } = settings;
  return { ...session, tenantId, agentId, sessionId, lastActiveAt: session.lastActiveAt ?? startAt };
}

/** The instances of the session as its turns tell of them, and the keys of their actions: what an executor of tools keeps. */
class RunningInstances {
  readonly #instances = new Map<string, string>();
  readonly #actionKeys = new Map<string, string>();

  /** The turn with scenarios named by outcomes replaced by their instances, and with the keys that came with the actions. */
  addressed(turn: Turn): Turn {
    const stepOutcomes = turn.stepOutcomes.map((outcome) => {
      const instanceId = this.#instances.get(outcome.instanceId) ?? outcome.instanceId;
      return { ...outcome, instanceId, actionKey: outcome.actionKey || (this.#actionKeys.get(instanceId) ?? '') };
    });
    return { ...turn, stepOutcomes };
  }

  /** The instances of a session that was under way. */
  resume({ session }: ImportSessionResponse): void {
    for (const { scenarioId, instanceId } of session?.instances ?? []) this.#instances.set(scenarioId, instanceId);
  }

  note(response: ProcessTurnResponse): void {
    for (const { scenarioId, instanceId } of response.lifecycleDecisions) this.#instances.set(scenarioId, instanceId);
    for (const { instanceId, actionKey } of response.plan?.contributions ?? []) {
      if (actionKey !== '') this.#actionKeys.set(instanceId, actionKey);
    }
  }
}

/** A UUID that follows from a text. */
function derivedId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
