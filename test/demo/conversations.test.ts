import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { demoAgent, examplesFolder, readDemo } from '../../src/demo/demo';
import type { Paper } from '../../src/demo/paper';
import { type PlayedTurn, playConversation } from '../../src/demo/play-conversation';
import { turnLines } from '../../src/demo/turn-lines';
import { decidedInProcess } from './decided-in-process';

const names = readdirSync(join(examplesFolder, 'conversations'));
const session = {
  ...demoAgent,
  sessionId: 'd0d0d0d0-0000-4000-8000-000000000003',
  startAt: new Date(1_763_800_000_000),
};

async function played(name: string): Promise<PlayedTurn[]> {
  const { files, conversation } = readDemo(name);
  const client = decidedInProcess(files.scenarios.map(({ message }) => message));
  return playConversation(client, conversation, session);
}

function printed(turns: readonly PlayedTurn[], paper: Paper, name: string): readonly string[] {
  const { scenarioNames } = readDemo(name).conversation;
  return turns.flatMap((turn) => turnLines(paper, turn, (id) => scenarioNames.get(id) ?? id));
}

test.each(names)('%s is decided as it expects', async (name) => {
  const unmet = (await played(name)).flatMap(({ number, unmet: lines }) => lines.map((line) => `${number}: ${line}`));
  expect(unmet).toEqual([]);
});

test.each(names)('%s is decided the same twice', async (name) => {
  const [first, second] = [await played(name), await played(name)];
  expect(second.map(({ response }) => response)).toEqual(first.map(({ response }) => response));
});

test.each(names)('%s is printed within the paper, and without colours where there are none', async (name) => {
  const turns = await played(name);
  for (const width of [80, 100]) {
    const lines = printed(turns, { width, colours: false }, name);
    expect(lines.filter((line) => line.length > width)).toEqual([]);
    expect(lines.join('')).not.toContain('\u001b');
  }
});

test('colours change nothing but the colours', async () => {
  const turns = await played('demo.yaml');
  const coloured = printed(turns, { width: 100, colours: true }, 'demo.yaml');
  const escapes = new RegExp(`${String.fromCharCode(27)}\\[\\d*m`, 'g');
  expect(coloured.join('\n')).toMatch(escapes);
  expect(coloured.map((line) => line.replaceAll(escapes, '').trimEnd())).toEqual(
    printed(turns, { width: 100, colours: false }, 'demo.yaml'),
  );
});

test('the demo shows what it promises', async () => {
  const turns = (await played('demo.yaml')).map(({ happened }) => happened);
  const some = (holds: (turn: PlayedTurn['happened']) => boolean): boolean => turns.some(holds);
  const any = (value: object): boolean => Object.keys(value).length > 0;
  expect(some((turn) => turn.started.length === 2)).toBe(true); // two wishes in one message
  expect(some((turn) => turn.started.some((name) => name in turn.skipped))).toBe(true); // a skip over known data
  expect(some((turn) => any(turn.paused)) && some((turn) => any(turn.resumed))).toBe(true); // a pause and return
  expect(some((turn) => any(turn.irreversible_done))).toBe(true); // a checkpoint
  expect(some((turn) => any(turn.completed) && any(turn.at))).toBe(true); // a completion while the other goes on
});

test('a turn that is not as expected is told with what happened', async () => {
  const { files, conversation } = readDemo();
  const [first] = conversation.turns;
  if (first === undefined) throw new Error('the demo has no turn');
  const wrong = { ...first, expected: { ...first.expected, started: ['Refund'], primary: '' } };
  const client = decidedInProcess(files.scenarios.map(({ message }) => message));
  const [turn] = await playConversation(client, { ...conversation, turns: [wrong] }, session);
  expect(turn?.unmet).toEqual([
    'started: expected ["Refund"], but it is ["Order status","Account closing"]',
    'primary: expected "", but it is "Account closing"',
  ]);
  expect(printed(turn === undefined ? [] : [turn], { width: 100, colours: false }, 'demo.yaml').join('\n')).toContain(
    'NOT AS EXPECTED  primary: expected "", but it is "Account closing"',
  );
});
