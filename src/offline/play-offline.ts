import { FileProblemsError } from '../adapters/files';
import type { Conversation } from '../conversation/conversation';
import type { ConversationRun } from '../conversation/conversation-run';
import { type PlayedTurn, playConversation } from '../conversation/play-conversation';
import { OrchestratorError } from '../domain/orchestrator-error';
import { type CheckedScenarios, checkScenarios } from './checked-scenarios';
import { rulesInProcess } from './rules-in-process';

/** Always the same, so that what is decided is the same, too. */
const owner = {
  tenantId: '00000000-0000-4000-8000-000000000001',
  agentId: '00000000-0000-4000-8000-000000000002',
  sessionId: '00000000-0000-4000-8000-000000000003',
  startAt: new Date('2026-01-01T09:00:00Z'),
};

/** A conversation as the rules decide it, with the scenarios that it was played with. */
export interface OfflineRun {
  readonly run: ConversationRun;
  readonly checked: CheckedScenarios;
}

/** Plays a conversation in process. Throws FileProblemsError where one of its scenarios would be refused. */
export async function playOffline(conversation: Conversation): Promise<OfflineRun> {
  const checked = checkScenarios({ ...conversation.scenarios, problems: [] });
  const errors = checked.problems.filter(({ severity }) => severity === 'ERROR');
  if (errors.length > 0) throw new FileProblemsError(errors);
  const played: PlayedTurn[] = [];
  const settings = { ...owner, onTurn: (turn: PlayedTurn) => played.push(turn) };
  try {
    await playConversation(rulesInProcess(checked), conversation, settings);
    return { run: { conversation, played, failure: '' }, checked };
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return { run: { conversation, played, failure: error.message }, checked };
  }
}
