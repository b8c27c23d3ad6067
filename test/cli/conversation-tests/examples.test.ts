import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { demoAgent, examplesFolder, readExampleConversation } from '../../../src/cli/commands/demo';
import type { Conversation, ConversationTurnResult } from '../../../src/cli/conversation-tests/conversation';
import { runConversation } from '../../../src/cli/conversation-tests/run-conversation';
import { createInProcessTarget } from '../../../src/cli/conversation-tests/run-in-process';
import { checkScenarios } from '../../../src/cli/files';

const names = readdirSync(join(examplesFolder, 'conversations'));
const settings = {
  ...demoAgent,
  sessionId: 'd0d0d0d0-0000-4000-8000-000000000003',
  startAt: new Date(1_763_800_000_000),
};

function runWithRules(conversation: Conversation): Promise<ConversationTurnResult[]> {
  const checked = checkScenarios({ ...conversation.scenarios, problems: [] });
  expect(checked.problems.filter(({ severity }) => severity !== 'INFO')).toEqual([]);
  return runConversation(createInProcessTarget(checked), conversation, settings);
}

test.each(names)('the turns of %s are decided as expected', async (name) => {
  const results = await runWithRules(readExampleConversation(name));
  const differences = results.flatMap((result) => result.differences.map(({ key }) => `${result.number} ${key}`));
  expect(differences).toEqual([]);
});

test.each(names)('%s has the same responses in every run', async (name) => {
  const first = await runWithRules(readExampleConversation(name));
  const second = await runWithRules(readExampleConversation(name));
  expect(second.map(({ response }) => response)).toEqual(first.map(({ response }) => response));
});

describe('the demo conversation shows', () => {
  let turns: readonly ConversationTurnResult['actual'][];
  beforeAll(async () => {
    turns = (await runWithRules(readExampleConversation('demo.yaml'))).map(({ actual }) => actual);
  });
  const isEmpty = (value: object): boolean => Object.keys(value).length === 0;

  test.each<[string, (turn: ConversationTurnResult['actual']) => boolean]>([
    ['two scenarios that start in one turn', (turn) => turn.started.length === 2],
    ['a step that is skipped because its data is known', (turn) => turn.started.some((name) => name in turn.skipped)],
    ['a pause', (turn) => !isEmpty(turn.paused)],
    ['a scenario that resumes', (turn) => !isEmpty(turn.resumed)],
    ['an irreversible action', (turn) => !isEmpty(turn.irreversible_done)],
    ['a completion while another scenario continues', (turn) => !isEmpty(turn.completed) && !isEmpty(turn.at)],
  ])('%s', (_feature, isShown) => {
    expect(turns.some(isShown)).toBe(true);
  });
});
