import fc from 'fast-check';
import { Sha256ContentHasher } from '../../../../src/server/runtime/system';
import {
  InvalidLegacySessionError,
  parseLegacySession,
} from '../../../../src/server/stores/redis/legacy-session-record';
import { aLegacySession } from '../../../support/legacy-session';
import { uuid } from '../../../support/session-builder';

const parse = (record: object) => parseLegacySession(JSON.stringify(record));

/** What is said to be wrong with a record. */
function problemOf(json: string): string {
  try {
    parseLegacySession(json);
  } catch (error) {
    if (error instanceof InvalidLegacySessionError) return error.message;
    throw error;
  }
  return 'nothing';
}

describe('a record of the older format', () => {
  it('is read field by field, and what is unknown is passed over', () => {
    const json = `{
      "agent_id": "${uuid(2)}", "active_scenario_id": "${uuid(11)}", "active_scenario_version": 3,
      "current_step_id": "reason", "visited_steps": {"order": 2, "constructor": 1}, "last_action": "pause",
      "variables": {"order_id": "A-7", "basket": {"lines": [1, null]}}, "turn_count": 12,
      "last_active_at": "2026-01-31T10:00:00.5+02:00", "written_by": "somebody"
    }`;
    expect(parseLegacySession(json)).toEqual({
      agentId: uuid(2),
      activeScenarioId: uuid(11),
      activeScenarioVersion: 3,
      currentStepId: 'reason',
      visitedSteps: new Map([
        ['order', 2],
        ['constructor', 1],
      ]),
      variables: new Map<string, unknown>([
        ['basket', { lines: [1, null] }],
        ['order_id', 'A-7'],
      ]),
      lastAction: 'PAUSE',
      turnCount: 12,
      lastActiveAt: Date.UTC(2026, 0, 31, 8, 0, 0, 500),
    });
  });

  it('may tell nothing, by leaving out or by null', () => {
    const names = ['agent_id', 'active_scenario_id', 'active_scenario_version', 'current_step_id', 'visited_steps'];
    const more = ['variables', 'last_action', 'turn_count', 'last_active_at'];
    const nulls = Object.fromEntries([...names, ...more].map((name) => [name, null]));
    expect(parse({})).toEqual(aLegacySession());
    expect(parse(nulls)).toEqual(aLegacySession());
  });

  it.each([
    ['EXIT', 'CANCEL'],
    ['relocalize', 'RELOCALIZE'],
    ['Complete', 'COMPLETE'],
  ])('has %s read as %s', (written, read) => {
    expect(parse({ last_action: written }).lastAction).toBe(read);
  });

  it.each([
    ['[1]', 'the record must be an object'],
    ['"text"', 'the record must be an object'],
    ['{"a": secret', 'the record is not JSON'],
    ['{"active_scenario_id": 7}', 'active_scenario_id must be text of at most 128 characters'],
    ['{"agent_id": "me"}', 'agent_id must be a UUID'],
    ['{"visited_steps": ["order"]}', 'visited_steps must be an object of whole numbers, 0..4294967295'],
    ['{"visited_steps": {"order": -1}}', 'visited_steps must be an object of whole numbers, 0..4294967295'],
    ['{"visited_steps": {"__proto__": 1}}', 'visited_steps must not have the key __proto__'],
    ['{"variables": {"__proto__": 1}}', 'variables must not have the key __proto__'],
    ['{"variables": {"": 1}}', 'variables must have names of 1 to 128 characters'],
    [
      '{"variables": {"a": {"__proto__": 1}}}',
      'variables must hold finite numbers, at most 30 levels, and no key __proto__',
    ],
    ['{"variables": {"a": 1e999}}', 'variables must hold finite numbers, at most 30 levels, and no key __proto__'],
    ['{"last_action": "jump"}', 'last_action must be a name of ScenarioAction without its prefix'],
    ['{"last_active_at": "yesterday"}', 'last_active_at must be a time as in RFC 3339'],
    ['{"last_active_at": "1812-01-01T00:00:00Z"}', 'last_active_at must be after 1970'],
    [
      '{"turn_count": 4e9, "current_step_id": 1}',
      'current_step_id must be text of at most 128 characters; turn_count must be a whole number, 0..1000000000',
    ],
  ])('that is %s cannot be read, and is told why', (json, problem) => {
    expect(problemOf(json)).toBe(problem);
  });

  it('is one that can be told apart by its hash, or is refused in words, whatever it is', () => {
    const hash = new Sha256ContentHasher();
    const names = ['active_scenario_id', 'active_scenario_version', 'current_step_id', 'last_action', 'turn_count'];
    const record = fc.dictionary(
      fc.constantFrom(...names, 'visited_steps', 'variables', 'last_active_at'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          record.map((value) => JSON.stringify(value)),
        ),
        (json) => {
          const problem = problemOf(json);
          if (problem !== 'nothing') expect(problem).not.toBe('');
          else expect(hash.hashLegacySession(parseLegacySession(json))).toMatch(/^[0-9a-f]{64}$/);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the hash of a record', () => {
  const hash = new Sha256ContentHasher();

  it('is the same whatever the order of its maps, and whoever is its agent', () => {
    const one = aLegacySession({
      visitedSteps: new Map([
        ['a', 1],
        ['b', 2],
      ]),
      variables: new Map([
        ['x', 1],
        ['y', 2],
      ]),
    });
    const other = aLegacySession({
      visitedSteps: new Map([
        ['b', 2],
        ['a', 1],
      ]),
      variables: new Map([
        ['y', 2],
        ['x', 1],
      ]),
    });
    expect(hash.hashLegacySession({ ...other, agentId: uuid(2) })).toBe(hash.hashLegacySession(one));
  });

  it.each([
    { activeScenarioId: uuid(11) },
    { activeScenarioVersion: 1 },
    { currentStepId: 'a' },
    { visitedSteps: new Map([['a', 1]]) },
    { variables: new Map([['a', null]]) },
    { lastAction: 'NONE' as const },
    { turnCount: 1 },
    { lastActiveAt: 1 },
  ])('is another one with %o', (parts) => {
    expect(hash.hashLegacySession(aLegacySession(parts))).not.toBe(hash.hashLegacySession(aLegacySession()));
  });
});
