import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Conversation } from '../../src/conversation/conversation';
import { type PlayedTurn, playConversation } from '../../src/conversation/play-conversation';
import { demoAgent, examplesFolder, playedLines, readExample } from '../../src/demo/demo';
import { checkScenarios } from '../../src/offline/checked-scenarios';
import { rulesInProcess } from '../../src/offline/rules-in-process';
import type { Paper } from '../../src/terminal/paper';

const names = readdirSync(join(examplesFolder, 'conversations'));
const session = {
  ...demoAgent,
  sessionId: 'd0d0d0d0-0000-4000-8000-000000000003',
  startAt: new Date(1_763_800_000_000),
};

function played(conversation: Conversation): Promise<PlayedTurn[]> {
  const checked = checkScenarios({ ...conversation.scenarios, problems: [] });
  expect(checked.problems).toEqual([]);
  return playConversation(rulesInProcess(checked), conversation, session);
}

function printed(turns: readonly PlayedTurn[], paper: Paper, conversation: Conversation): readonly string[] {
  return turns.flatMap((turn) => playedLines(paper, conversation, turn));
}

test.each(names)('%s is decided as it expects', async (name) => {
  const unmet = (await played(readExample(name))).flatMap((turn) =>
    turn.unmet.map(({ key }) => `${turn.number} ${key}`),
  );
  expect(unmet).toEqual([]);
});

test.each(names)('%s is decided the same twice', async (name) => {
  const [first, second] = [await played(readExample(name)), await played(readExample(name))];
  expect(second.map(({ response }) => response)).toEqual(first.map(({ response }) => response));
});

test.each(names)('%s is printed within the paper, and without colours where there are none', async (name) => {
  const conversation = readExample(name);
  const turns = await played(conversation);
  for (const width of [80, 100]) {
    const lines = printed(turns, { width, colours: false }, conversation);
    expect(lines.filter((line) => line.length > width)).toEqual([]);
    expect(lines.join('')).not.toContain('\u001b');
  }
});

test('colours change nothing but the colours', async () => {
  const conversation = readExample();
  const turns = await played(conversation);
  const coloured = printed(turns, { width: 100, colours: true }, conversation);
  const escapes = new RegExp(`${String.fromCharCode(27)}\\[\\d*m`, 'g');
  expect(coloured.join('\n')).toMatch(escapes);
  expect(coloured.map((line) => line.replaceAll(escapes, '').trimEnd())).toEqual(
    printed(turns, { width: 100, colours: false }, conversation),
  );
});

test('the demo shows what it promises', async () => {
  const turns = (await played(readExample())).map(({ happened }) => happened);
  const some = (holds: (turn: PlayedTurn['happened']) => boolean): boolean => turns.some(holds);
  const any = (value: object): boolean => Object.keys(value).length > 0;
  expect(some((turn) => turn.started.length === 2)).toBe(true); // two wishes in one message
  expect(some((turn) => turn.started.some((name) => name in turn.skipped))).toBe(true); // a skip over known data
  expect(some((turn) => any(turn.paused)) && some((turn) => any(turn.resumed))).toBe(true); // a pause and return
  expect(some((turn) => any(turn.irreversible_done))).toBe(true); // a checkpoint
  expect(some((turn) => any(turn.completed) && any(turn.at))).toBe(true); // a completion while the other goes on
});

test('a turn that is not as expected is told with where, with what happened, and why', async () => {
  const conversation = readExample();
  const [first] = conversation.turns;
  if (first === undefined) throw new Error('the demo has no turn');
  const wrong = { ...first, expected: { ...first.expected, started: ['Refund'], asks: {} } };
  const script = { ...conversation, turns: [wrong] };
  const [turn] = await played(script);
  expect(turn?.unmet).toEqual([
    { key: 'started', scenario: '', expected: ['Refund'], actual: ['Order status', 'Account closing'] },
    { key: 'asks', scenario: 'Account closing', expected: undefined, actual: ['closing_reason'] },
  ]);
  const lines = printed(turn === undefined ? [] : [turn], { width: 100, colours: false }, script);
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
