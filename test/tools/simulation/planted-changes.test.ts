import { join } from 'node:path';
import type { DefinitionSet } from '../../../src/core/simulation/definitions';
import { diffDefinitions } from '../../../src/core/simulation/diff-definitions';
import { toValueText } from '../../../src/core/simulation/value-text';
import { addUsage, findPlace, findPlanted, simulateAll, type UsedReplay } from '../../../tools/simulation/find-planted';
import { plantedChanges } from '../../../tools/simulation/planted-changes';
import { recordReplay } from '../../../tools/simulation/recorded-replay';

const folder = join(__dirname, '..', '..', '..', 'examples', 'replay');
const files = ['sgd_interleave', 'sgd_parallel', 'star_single'];
let replays: readonly UsedReplay[];

beforeAll(async () => {
  const recorded: UsedReplay[] = [];
  for (const file of files) recorded.push(addUsage(await recordReplay(join(folder, `${file}.jsonl`))));
  replays = recorded;
});

test.each(plantedChanges)('a planted change is found, classified and attributed: $name', (change) => {
  const found = findPlanted(change, replays);
  const kinds = found?.result.groups.filter(({ turnCount }) => turnCount > 0).map(({ kind }) => kind) ?? [];
  expect(kinds.some((kind) => change.kinds.includes(kind))).toBe(true);
  expect(found?.wrongCauses).toEqual([]);
});

test.each(plantedChanges)('taking all changes back gives the recorded definitions: $name', (change) => {
  const place = findPlace(change, replays);
  if (place === undefined) throw new Error('The recorded turns have no place for the change.');
  const { before, after } = place;
  const changes = diffDefinitions(before, after);
  expect(changes).not.toEqual([]);
  const reverted = changes.reduce((set, { revert }) => revert(set), after);
  expect(toText(reverted)).toBe(toText(before));
});

test('definitions without a change, in other objects, give no difference', () => {
  for (const { sessions, definitions } of replays) {
    const copy = structuredClone(definitions);
    const { groups, turnCount, incomplete } = simulateAll(sessions, definitions, copy);
    expect({ groups, incomplete }).toEqual({ groups: [], incomplete: [] });
    expect(turnCount).toBeGreaterThan(50);
  }
});

function toText({ scenarios, relationships, fields }: DefinitionSet): string {
  return toValueText([scenarios, relationships, fields]);
}
