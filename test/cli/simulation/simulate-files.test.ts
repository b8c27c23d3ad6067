import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { SimulateTurnsResponse } from '../../../gen/focal/orchestration/v1/scenario_service';
import { readConversationSource } from '../../../src/cli/simulation/conversation-source';
import { getKindName } from '../../../src/cli/simulation/fail-on';
import { readFileDefinitions, toDefinitionUpdate } from '../../../src/cli/simulation/file-definitions';
import { listSourceFiles, type Source } from '../../../src/cli/simulation/recorded-sources';
import { SourceSimulator } from '../../../src/cli/simulation/simulate-sources';

const examples = join(__dirname, '..', '..', '..', 'examples');
const retail = join(examples, 'policies', 'retail');
let folder: string;
let sources: readonly Source[];

beforeAll(async () => {
  const { conversations } = listSourceFiles([join(retail, 'conversations')]);
  const chosen = conversations.filter((file) => /\/(c\d|t2|r3|a1)-/.test(file));
  const read: Source[] = [];
  for (const file of chosen) read.push(await readConversationSource(file));
  sources = read;
}, 120_000);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulation-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Copies the scenarios of the retail policy, with changes of the text of its files. */
function copyPolicy(changes: Readonly<Record<string, (text: string) => string>>): void {
  cpSync(join(retail, 'scenarios'), folder, { recursive: true });
  for (const [name, change] of Object.entries(changes)) {
    const file = join(folder, name);
    const text = readFileSync(file, 'utf8');
    const changed = change(text);
    if (changed === text) throw new Error(`${name} is unchanged`);
    writeFileSync(file, changed);
  }
}

function simulate(isComplete = true): SimulateTurnsResponse {
  const simulator = new SourceSimulator(toDefinitionUpdate(readFileDefinitions([folder]), isComplete));
  for (const source of sources) simulator.add(source);
  return simulator.getResponse();
}

test('comments, the order of keys and of definitions, and descriptions make no difference', () => {
  const reorder = (text: string): string =>
    text
      .replace(/^(name: .*)\n(description: .*)\n/m, '$2\n# A comment.\n$1\n')
      .replace(/^trigger_description: .*$/m, 'trigger_description: Something else.')
      .replaceAll(/^( +)- step_id: (\S+)\n( +)name: (.*)$/gm, '$1- name: $4\n$3step_id: $2 # a step');
  copyPolicy(
    Object.fromEntries(
      readdirSync(join(retail, 'scenarios'))
        .filter((name) => /-(items|order|agent)\.yaml$/.test(name))
        .map((name) => [name, reorder]),
    ),
  );
  const { groups, turnCount } = simulate();
  expect(groups).toEqual([]);
  expect(turnCount).toBeGreaterThan(30);
});

test('three changes of the retail policy are distinguished', () => {
  copyPolicy({
    'return-items.yaml': (text) => text.replace(/ \|\|\n *data\.user\.payment_methods.*"gift_card"\)/, ')'),
    'human-agent.yaml': (text) => text.replace('requires_confirmation: false', 'requires_confirmation: true'),
    'cancel-order.yaml': (text) =>
      text.replace('is_required_action: true', 'is_required_action: true\n    requires_confirmation: false'),
  });
  const found = simulate()
    .groups.filter(({ turnCount }) => turnCount > 0)
    .map(({ kind, cause }) => `${getKindName(kind)}: ${cause?.scenarioName} ${cause?.stepId} ${cause?.property}`);
  expect(found).toEqual([
    'skip: Cancel order cancel requires_confirmation',
    'confirm: Cancel order cancel requires_confirmation',
    'confirm: Human agent transfer requires_confirmation',
    'confirm: Return items check_payment condition',
    'hint: Cancel order cancel requires_confirmation',
    'hint: Human agent transfer requires_confirmation',
    'step: Return items check_payment condition',
  ]);
});

test('without --replace, definitions that the files do not have stay', () => {
  copyPolicy({});
  for (const name of readdirSync(folder))
    if (name !== 'cancel-order.yaml' && name !== 'authentication.yaml') rmSync(join(folder, name));
  expect(simulate(false).groups).toEqual([]);
  expect(simulate(true).groups).not.toEqual([]);
});

test('a conversation that imports a session is simulated from it, and one that changes the catalogue is not simulated', async () => {
  const imported = await readConversationSource(join(examples, 'conversations', 'refund-under-way.yaml'));
  if (!('session' in imported)) throw new Error('The conversation is not simulated.');
  expect(imported.session.start?.instances).toHaveLength(1);
  const file = join(folder, 'changing.yaml');
  const scenario = relative(folder, join(examples, 'scenarios', 'callback.yaml'));
  const turns = 'turns:\n  - message: Hello\n    catalogue: {disable: [Callback]}\n';
  writeFileSync(file, `name: changing\ngiven: {scenarios: [${JSON.stringify(scenario)}]}\n${turns}`);
  const changing = await readConversationSource(file);
  expect(changing).toEqual({
    sessionId: file,
    problem: { reason: 'CATALOGUE_CHANGES', turnId: '', text: 'The conversation changes the catalogue while it runs.' },
  });
});
