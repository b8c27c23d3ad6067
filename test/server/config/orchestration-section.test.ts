import { loadConfig, toSettings } from '../../../src/server/config';

/** Loads the settings with one key set to a value. Throws if the value is invalid. */
function loadSettingsWith(key: string, value: string) {
  return toSettings(loadConfig({ [`ORCHESTRATOR__PIPELINE__SCENARIO_ORCHESTRATION__${key}`]: value }));
}

describe('[pipeline.scenario_orchestration]', () => {
  test.each([
    ['1', 1],
    ['20', 20],
  ])('2.15: max_simultaneous_scenarios accepts %s', (text, value) => {
    expect(loadSettingsWith('MAX_SIMULTANEOUS_SCENARIOS', text).maxSimultaneousScenarios).toBe(value);
  });

  test.each(['0', '21', '-1', '2.5'])('2.15: max_simultaneous_scenarios does not accept %s', (text) => {
    expect(() => loadSettingsWith('MAX_SIMULTANEOUS_SCENARIOS', text)).toThrow(/max_simultaneous_scenarios/);
  });

  test.each([
    ['2.12: start_threshold', 'START_THRESHOLD', ['0', '1'], ['-0.1', '1.1']],
    ['2.3: restart_threshold', 'RESTART_THRESHOLD', ['0', '1'], ['-0.1', '1.1']],
    ['2.8: max_attempts (0 is unlimited)', 'MAX_ATTEMPTS', ['0'], ['-1', '1.5']],
    ['2.14: pending_start_turns', 'PENDING_START_TURNS', ['0'], ['-1']],
    ['4.2: max_confirms_per_turn', 'MAX_CONFIRMS_PER_TURN', ['1'], ['-1']],
    ['4.2: max_fields_to_ask_per_turn (0 is unlimited)', 'MAX_FIELDS_TO_ASK_PER_TURN', ['0'], ['-1']],
  ])('%s accepts only values in its range', (_rule, key, valid, invalid) => {
    for (const value of valid) expect(() => loadSettingsWith(key, value)).not.toThrow();
    for (const value of invalid) expect(() => loadSettingsWith(key, value)).toThrow(new RegExp(key.toLowerCase()));
  });
});
