import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkScenarios } from '../../../src/cli/conversation-tests/checked-scenarios';
import type { Conversation } from '../../../src/cli/conversation-tests/conversation';
import { createInProcessTarget } from '../../../src/cli/conversation-tests/in-process-target';
import { type ConversationTurnResult, runConversation } from '../../../src/cli/conversation-tests/run-conversation';
import { demoAgent, examplesFolder, formatTurnResult, readExampleConversation } from '../../../src/cli/demo/demo';
import type { TerminalOptions } from '../../../src/cli/output/styled-text';

const names = readdirSync(join(examplesFolder, 'conversations'));
const session = {
  ...demoAgent,
  sessionId: 'd0d0d0d0-0000-4000-8000-000000000003',
  startAt: new Date(1_763_800_000_000),
};

function played(conversation: Conversation): Promise<ConversationTurnResult[]> {
  const checked = checkScenarios({ ...conversation.scenarios, problems: [] });
  expect(checked.problems).toEqual([]);
  return runConversation(createInProcessTarget(checked), conversation, session);
}

function printed(
  turns: readonly ConversationTurnResult[],
  paper: TerminalOptions,
  conversation: Conversation,
): readonly string[] {
  return turns.flatMap((turn) => formatTurnResult(paper, conversation, turn));
}

test.each(names)('%s is decided as it expects', async (name) => {
  const unmet = (await played(readExampleConversation(name))).flatMap((turn) =>
    turn.differences.map(({ key }) => `${turn.number} ${key}`),
  );
  expect(unmet).toEqual([]);
});

test.each(names)('%s is decided the same twice', async (name) => {
  const [first, second] = [await played(readExampleConversation(name)), await played(readExampleConversation(name))];
  expect(second.map(({ response }) => response)).toEqual(first.map(({ response }) => response));
});

test.each(names)('%s is printed within the paper, and without colours where there are none', async (name) => {
  const conversation = readExampleConversation(name);
  const turns = await played(conversation);
  for (const width of [80, 100]) {
    const lines = printed(turns, { width, hasColor: false }, conversation);
    expect(lines.filter((line) => line.length > width)).toEqual([]);
    expect(lines.join('')).not.toContain('\u001b');
  }
});

test('colours change nothing but the colours', async () => {
  const conversation = readExampleConversation();
  const turns = await played(conversation);
  const coloured = printed(turns, { width: 100, hasColor: true }, conversation);
  const escapes = new RegExp(`${String.fromCharCode(27)}\\[\\d*m`, 'g');
  expect(coloured.join('\n')).toMatch(escapes);
  expect(coloured.map((line) => line.replaceAll(escapes, '').trimEnd())).toEqual(
    printed(turns, { width: 100, hasColor: false }, conversation),
  );
});

test('the demo shows what it promises', async () => {
  const turns = (await played(readExampleConversation())).map(({ actual: happened }) => happened);
  const some = (holds: (turn: ConversationTurnResult['actual']) => boolean): boolean => turns.some(holds);
  const any = (value: object): boolean => Object.keys(value).length > 0;
  expect(some((turn) => turn.started.length === 2)).toBe(true); // two wishes in one message
  expect(some((turn) => turn.started.some((name) => name in turn.skipped))).toBe(true); // a skip over known data
  expect(some((turn) => any(turn.paused)) && some((turn) => any(turn.resumed))).toBe(true); // a pause and return
  expect(some((turn) => any(turn.irreversible_done))).toBe(true); // a checkpoint
  expect(some((turn) => any(turn.completed) && any(turn.at))).toBe(true); // a completion while the other goes on
});

test('a turn that is not as expected is told with where, with what happened, and why', async () => {
  const conversation = readExampleConversation();
  const [first] = conversation.turns;
  if (first === undefined) throw new Error('the demo has no turn');
  const wrong = { ...first, expected: { ...first.expected, started: ['Refund'], asks: {} } };
  const script = { ...conversation, turns: [wrong] };
  const [turn] = await played(script);
  expect(turn?.differences).toEqual([
    { key: 'started', scenario: '', expected: ['Refund'], actual: ['Order status', 'Account closing'] },
    { key: 'asks', scenario: 'Account closing', expected: undefined, actual: ['closing_reason'] },
  ]);
  const lines = printed(turn === undefined ? [] : [turn], { width: 100, hasColor: false }, script);
  const at = lines.findIndex((line) => /demo\.yaml:\d+:16 started$/.test(line));
  expect(at).toBeGreaterThan(0);
  expect(lines.slice(at + 1)).toEqual([
    '    expected  [Refund]',
    '    got       [Order status, Account closing]',
    expect.stringMatching(/demo\.yaml:\d+:13 asks of Account closing$/),
    '    expected  nothing',
    '    got       [closing_reason]',
    expect.stringMatching(/^ {4}because {3}\S/),
    ...lines.slice(at + 7),
  ]);
});
