import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { examplesFolder, readExampleConversation } from '../../../src/cli/commands/demo';
import type { Conversation } from '../../../src/cli/conversation-tests/conversation';
import { runInProcess } from '../../../src/cli/conversation-tests/run-in-process';
import { type TerminalOptions, toTerminalText } from '../../../src/cli/output/terminal';
import { formatTurnResult } from '../../../src/cli/output/test-report';

const names = readdirSync(join(examplesFolder, 'conversations'));

async function format(conversation: Conversation, terminal: TerminalOptions): Promise<readonly string[]> {
  const { run } = await runInProcess(conversation);
  return run.turnResults.flatMap((result) => formatTurnResult(terminal, conversation, result));
}

test.each(names)(
  'the turns of %s fit into the width of the terminal and have no color without a terminal',
  async (name) => {
    const conversation = readExampleConversation(name);
    for (const width of [80, 100]) {
      const lines = await format(conversation, { width, hasColor: false });
      expect(lines.filter((line) => line.length > width)).toEqual([]);
      expect(lines.join('')).not.toContain('\u001b');
    }
  },
);

test('color changes only the color of the text', async () => {
  const conversation = readExampleConversation('demo.yaml');
  const colored = (await format(conversation, { width: 100, hasColor: true })).map(toTerminalText);
  const escapeSequences = new RegExp(`${String.fromCharCode(27)}\\[\\d*m`, 'g');
  expect(colored.join('\n')).toMatch(escapeSequences);
  expect(colored.map((line) => line.replaceAll(escapeSequences, '').trimEnd())).toEqual(
    await format(conversation, { width: 100, hasColor: false }),
  );
});

test('differences are formatted with position, expected value, actual value and reasoning', async () => {
  const conversation = readExampleConversation('demo.yaml');
  const [first] = conversation.turns;
  if (first === undefined) throw new Error('The demo has no turn.');
  const changedTurn = { ...first, expected: { ...first.expected, started: ['Refund'], asks: {} } };
  const changed = { ...conversation, turns: [changedTurn] };
  const { run } = await runInProcess(changed);
  expect(run.turnResults[0]?.differences).toEqual([
    { key: 'started', scenario: '', expected: ['Refund'], actual: ['Order status', 'Account closing'] },
    { key: 'asks', scenario: 'Account closing', expected: undefined, actual: ['closing_reason'] },
  ]);
  const lines = await format(changed, { width: 100, hasColor: false });
  const start = lines.findIndex((line) => /demo\.yaml:\d+:16 started$/.test(line));
  expect(start).toBeGreaterThan(0);
  expect(lines.slice(start + 1)).toEqual([
    '    expected  [Refund]',
    '    actual    [Order status, Account closing]',
    expect.stringMatching(/demo\.yaml:\d+:13 asks of Account closing$/),
    '    expected  nothing',
    '    actual    [closing_reason]',
    expect.stringMatching(/^ {4}because {3}\S/),
    ...lines.slice(start + 7),
  ]);
});

test('10: rejected values are shown with their reason, source and text', async () => {
  const lines = await format(readExampleConversation('checked-values.yaml'), { width: 100, hasColor: false });
  expect(lines.filter((line) => line.startsWith('rejected '))).toEqual([
    'rejected   order_id      RULE: "ABC" from customer. An order number has 2 to 8 digits.',
    'rejected   order_status  SOURCE: "delivered" from customer',
  ]);
});

test('0.6: an outcome that is not applied is shown with its results and the reason', async () => {
  const conversation = readExampleConversation('demo.yaml');
  const [first, second] = conversation.turns;
  if (first === undefined || second === undefined) throw new Error('The demo has too few turns.');
  const lines = await format({ ...conversation, turns: [first, second, second] }, { width: 100, hasColor: false });
  const outcome = 'look_up_order action succeeded for Order status (';
  const shown = lines.filter((line) => line.includes('look_up_order action succeeded'));
  expect(shown).toEqual([
    expect.stringContaining(`tools      ${outcome}`),
    expect.stringContaining(`tools      ${outcome}`),
    expect.stringContaining(`ignored    ${outcome}`),
  ]);
});
