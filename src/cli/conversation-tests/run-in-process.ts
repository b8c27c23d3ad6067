import { OrchestratorError } from '../../core/model/orchestrator-error';
import { FileProblemsError } from '../files';
import { type CheckedScenarios, checkScenarios } from './checked-scenarios';
import type { Conversation } from './conversation';
import type { ConversationRun } from './conversation-run';
import { createInProcessTarget } from './in-process-target';
import { type ConversationTurnResult, runConversation } from './run-conversation';

/** Always the same, so that what is decided is the same, too. */
const owner = {
  tenantId: '00000000-0000-4000-8000-000000000001',
  agentId: '00000000-0000-4000-8000-000000000002',
  sessionId: '00000000-0000-4000-8000-000000000003',
  startAt: new Date('2026-01-01T09:00:00Z'),
};

/** A conversation as the rules decide it, with the scenarios that it was played with. */
export interface InProcessRun {
  readonly run: ConversationRun;
  readonly checked: CheckedScenarios;
}

/** Plays a conversation in process. Throws FileProblemsError where one of its scenarios would be refused. */
export async function runInProcess(conversation: Conversation): Promise<InProcessRun> {
  const checked = checkScenarios({ ...conversation.scenarios, problems: [] });
  const errors = checked.problems.filter(({ severity }) => severity === 'ERROR');
  if (errors.length > 0) throw new FileProblemsError(errors);
  const played: ConversationTurnResult[] = [];
  const settings = { ...owner, onTurn: (turn: ConversationTurnResult) => played.push(turn) };
  try {
    await runConversation(createInProcessTarget(checked), conversation, settings);
    return { run: { conversation, turnResults: played, failure: '' }, checked };
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return { run: { conversation, turnResults: played, failure: error.message }, checked };
  }
}
