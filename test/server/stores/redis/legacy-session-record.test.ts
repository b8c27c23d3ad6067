import fc from 'fast-check';
import type { LegacySession } from '../../../../src/core/model/legacy-session';
import { encodeCanonicalLegacySession } from '../../../../src/server/codec/stored/canonical-bytes';
import {
  InvalidLegacySessionError,
  parseLegacySession,
} from '../../../../src/server/stores/redis/legacy-session-record';
import { buildLegacySession } from '../../../support/legacy-session';
import { uuid } from '../../../support/session-builder';

const parse = (record: object): LegacySession => parseLegacySession(JSON.stringify(record));

/** Returns the message of the error for an invalid record; "" if the record is valid. */
function findProblem(json: string): string {
  try {
    parseLegacySession(json);
  } catch (error) {
    if (error instanceof InvalidLegacySessionError) return error.message;
    throw error;
  }
  return '';
}

describe('a legacy session record', () => {
  it('is parsed field by field, and unknown fields are ignored', () => {
    const json = `{
      "agent_id": "${uuid(2)}", "active_scenario_id": "${uuid(11)}", "active_scenario_version": 3,
      "current_step_id": "reason", "visited_steps": {"order": 2, "constructor": 1}, "last_action": "pause",
      "variables": {"order_id": "A-7", "basket": {"lines": [1, null]}}, "turn_count": 12,
      "last_active_at": "2026-01-31T10:00:00.5+02:00", "written_by": "legacy service"
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

  it('may have missing fields and null fields', () => {
    const names = [
      ...['agent_id', 'active_scenario_id', 'active_scenario_version', 'current_step_id', 'visited_steps'],
      ...['variables', 'last_action', 'turn_count', 'last_active_at'],
    ];
    expect(parse({})).toEqual(buildLegacySession());
    expect(parse(Object.fromEntries(names.map((name) => [name, null])))).toEqual(buildLegacySession());
  });

  it.each([
    ['EXIT', 'CANCEL'],
    ['relocalize', 'RELOCALIZE'],
    ['Complete', 'COMPLETE'],
  ])('has its action %s parsed as %s', (action, expected) => {
    expect(parse({ last_action: action }).lastAction).toBe(expected);
  });

  it.each([
    ['[1]', 'the record must be an object'],
    ['"text"', 'the record must be an object'],
    ['{"a": secret', 'the record is not JSON'],
    ['{"active_scenario_id": 7}', 'active_scenario_id must be a string of at most 128 characters'],
    ['{"agent_id": "me"}', 'agent_id must be a UUID'],
    ['{"visited_steps": ["order"]}', 'visited_steps must be an object of integers from 0 to 4294967295'],
    ['{"visited_steps": {"order": -1}}', 'visited_steps must be an object of integers from 0 to 4294967295'],
    ['{"visited_steps": {"__proto__": 1}}', 'visited_steps must not have the key __proto__'],
    ['{"variables": {"__proto__": 1}}', 'variables must not have the key __proto__'],
    ['{"variables": {"": 1}}', 'variables must have names of 1 to 128 characters'],
    [
      '{"variables": {"a": {"__proto__": 1}}}',
      'variables must have finite numbers only, at most 30 levels, and no key __proto__',
    ],
    ['{"variables": {"a": 1e999}}', 'variables must have finite numbers only, at most 30 levels, and no key __proto__'],
    ['{"last_action": "jump"}', 'last_action must be a name of ScenarioAction without its prefix'],
    ['{"last_active_at": "yesterday"}', 'last_active_at must be an RFC 3339 time'],
    ['{"last_active_at": "1812-01-01T00:00:00Z"}', 'last_active_at must be later than 1970-01-01T00:00:00Z'],
    [
      '{"turn_count": 4e9, "current_step_id": 1}',
      'current_step_id must be a string of at most 128 characters; turn_count must be an integer from 0 to 1000000000',
    ],
  ])('is rejected if it is %s', (json, problem) => {
    expect(findProblem(json)).toBe(problem);
  });

  const createEntries = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, 1]));

  it.each<[string, (size: number) => object, number]>([
    ['characters in active_scenario_id', (size) => ({ active_scenario_id: 'x'.repeat(size) }), 128],
    ['characters in current_step_id', (size) => ({ current_step_id: 'x'.repeat(size) }), 128],
    ['characters in the name of a variable', (size) => ({ variables: { ['x'.repeat(size)]: 1 } }), 128],
    ['variables', (size) => ({ variables: createEntries(size) }), 500],
    ['visited steps', (size) => ({ visited_steps: createEntries(size) }), 10_000],
    ['the count of a visited step', (size) => ({ visited_steps: { order: size } }), 4_294_967_295],
    ['active_scenario_version', (size) => ({ active_scenario_version: size }), 4_294_967_295],
    ['turn_count', (size) => ({ turn_count: size }), 1_000_000_000],
  ])('has a limit for %s', (_, createRecord, max) => {
    expect(findProblem(JSON.stringify(createRecord(max)))).toBe('');
    expect(findProblem(JSON.stringify(createRecord(max + 1)))).not.toBe('');
  });

  it('is either parsed and encoded, or rejected with a message', () => {
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
          if (findProblem(json) === '') expect(encodeCanonicalLegacySession(parseLegacySession(json))).toBeDefined();
        },
      ),
      { numRuns: 500 },
    );
  });
});
