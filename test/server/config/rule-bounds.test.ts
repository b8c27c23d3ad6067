import { loadConfig, toSettings } from '../../../src/server/config';

/** The settings with one key of the rules set, or the refusal's text. */
function settingsWith(key: string, value: string) {
  return toSettings(loadConfig({ [`ORCHESTRATOR__PIPELINE__SCENARIO_ORCHESTRATION__${key}`]: value }));
}

describe('what the rules allow a setting to be', () => {
  test.each([
    ['1', 1],
    ['20', 20],
  ])('2.15 max_simultaneous_scenarios may be %s', (text, value) => {
    expect(settingsWith('MAX_SIMULTANEOUS_SCENARIOS', text).maxSimultaneousScenarios).toBe(value);
  });

  test.each(['0', '21', '-1', '2.5'])('2.15 max_simultaneous_scenarios may not be %s', (text) => {
    expect(() => settingsWith('MAX_SIMULTANEOUS_SCENARIOS', text)).toThrow(/max_simultaneous_scenarios/);
  });

  test.each([
    ['2.12 start_threshold', 'START_THRESHOLD', ['0', '1'], ['-0.1', '1.1']],
    ['2.8 max_attempts, of which 0 is no limit', 'MAX_ATTEMPTS', ['0'], ['-1', '1.5']],
    ['2.14 pending_start_turns', 'PENDING_START_TURNS', ['0'], ['-1']],
    ['4.2 max_confirms_per_turn', 'MAX_CONFIRMS_PER_TURN', ['1'], ['-1']],
    ['4.2 max_fields_to_ask_per_turn, of which 0 is no limit', 'MAX_FIELDS_TO_ASK_PER_TURN', ['0'], ['-1']],
  ])('%s', (_rule, key, allowed, refused) => {
    for (const value of allowed) expect(() => settingsWith(key, value)).not.toThrow();
    for (const value of refused) expect(() => settingsWith(key, value)).toThrow(new RegExp(key.toLowerCase()));
  });
});
