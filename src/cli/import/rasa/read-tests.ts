import type { RasaCheck, RasaTest, RasaTestTurn, SlotValue } from './project';
import { readSlotValue } from './read-parts';
import type { ImportReport } from './report';
import type { YamlEntry, YamlValue } from './yaml-value';

// Reads end-to-end tests, both with steps (`user`, `utter`, `slot_was_set`) and with assertions.

/** Reads the tests under the key `test_cases`, with the fixtures of the same file. */
export function readTests(root: YamlValue, report: ImportReport): readonly RasaTest[] {
  const fixtures = readFixtures(root.get('fixtures'));
  return (root.get('test_cases')?.items ?? []).map((test) => {
    const name = test.get('test_case')?.text ?? '';
    for (const { key, at } of test.entries) {
      if (!['test_case', 'steps', 'fixtures', 'metadata'].includes(key)) {
        report.addLoss(at, `test "${name}": ${key}`, 'the import does not know the key', 'decide what it means here');
      }
    }
    const values = (test.get('fixtures')?.items ?? []).flatMap(({ text }) => [...(fixtures.get(text) ?? [])]);
    return {
      name,
      at: test.at,
      fixtures: new Map(values),
      turns: readTurns(name, test.get('steps')?.items ?? [], report),
    };
  });
}

function readFixtures(fixtures: YamlValue | undefined): ReadonlyMap<string, ReadonlyMap<string, SlotValue>> {
  const entries = (fixtures?.items ?? []).flatMap((item) => item.entries);
  return new Map(entries.map(({ key, value }) => [key, new Map(readSlots(value))]));
}

/** Reads a mapping of slots to values, or a list of such mappings. */
function readSlots(value: YamlValue): readonly (readonly [string, SlotValue])[] {
  const entries = value.isList ? value.items.flatMap((item) => item.entries) : value.entries;
  return entries.map((entry) => [entry.key, readSlotValue(entry.value)]);
}

function readTurns(name: string, steps: readonly YamlValue[], report: ImportReport): readonly RasaTestTurn[] {
  const turns: { message: string; at: RasaTestTurn['at']; checks: RasaCheck[] }[] = [];
  for (const step of steps) {
    const user = step.get('user');
    if (user !== undefined) turns.push({ message: user.text, at: step.at, checks: [] });
    const checks = turns.at(-1)?.checks;
    for (const entry of step.entries) {
      if (entry.key === 'user' || entry.key === 'metadata') continue;
      const assertions = entry.key === 'assertions' ? entry.value.items.flatMap((item) => item.entries) : [entry];
      for (const assertion of assertions) {
        const found = readChecks(assertion);
        if (found === undefined || checks === undefined) reportCheck(name, assertion, report);
        else checks.push(...found);
      }
    }
  }
  return turns;
}

function reportCheck(name: string, { key, at }: YamlEntry, report: ImportReport): void {
  report.addLoss(
    at,
    `test "${name}": ${key}`,
    'the expectation is about texts or about what happens before the first message, not about decisions',
    'check it where the reply is written',
  );
}

/** Reads what a step or an assertion expects; undefined if the import does not know it. */
function readChecks({ key, at, value }: YamlEntry): readonly RasaCheck[] | undefined {
  switch (key) {
    case 'utter':
      return [{ kind: 'utter', response: value.text, at }];
    case 'bot_uttered': {
      const name = value.get('utter_name');
      const isOnlyName = name !== undefined && value.entries.length === 1;
      return isOnlyName ? [{ kind: 'utter', response: name.text, at }] : undefined;
    }
    case 'slot_was_set':
      return readSlotChecks(value);
    case 'action_executed':
      return [{ kind: 'action', action: value.text, at }];
    case 'flow_started':
    case 'flow_completed':
    case 'flow_cancelled': {
      const flow = value.isMap ? value.get('flow_id')?.text : value.scalar === undefined ? undefined : value.text;
      return flow === undefined ? undefined : [{ kind: key, flow, at }];
    }
    default:
      return undefined;
  }
}

/** A value is either `name: NAME, value: VALUE`, or `NAME: VALUE`; a name alone gives no value. */
function readSlotChecks(value: YamlValue): readonly RasaCheck[] | undefined {
  const items = value.isList ? value.items : [value];
  const checks = items.map((item): RasaCheck | undefined => {
    const name = item.get('name');
    if (name !== undefined && item.entries.every(({ key }) => key === 'name' || key === 'value')) {
      const given = item.get('value');
      return given && { kind: 'slot', slot: name.text, value: readSlotValue(given), at: item.at };
    }
    const [entry, ...others] = item.entries;
    if (entry === undefined || others.length > 0) return undefined;
    return { kind: 'slot', slot: entry.key, value: readSlotValue(entry.value), at: entry.at };
  });
  return checks.every((check) => check !== undefined) ? checks : undefined;
}
