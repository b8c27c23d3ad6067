import { createEmptySession } from '../../../src/core/model/session';
import { defaultSettings } from '../../../src/core/model/settings';
import { createEmptyResult } from '../../../src/server/application/decide-loaded-turn';
import { aRelationship, aTurn, Conversation, ids } from '../../support/conversation';
import { asking } from '../../support/sample-scenarios';

const a = asking('a', ['a_field']);
const b = asking('b', ['b_field']);

describe('enable_multi_scenario', () => {
  const settings = { enableMultiScenario: false };

  test('2.16: with enable_multi_scenario off, one of two candidates starts', () => {
    const played = new Conversation([a, b], { settings }).turn({ candidates: { a: 0.8, b: 0.9 } });
    expect([played.actions, played.rejections]).toEqual([['b START CANDIDATE'], ['a MULTI_SCENARIO_DISABLED']]);
  });

  test('2.16: with enable_multi_scenario off, no scenario starts while an instance is active, and the start is pending', () => {
    const conversation = new Conversation([a, b], { settings });
    conversation.turn({ candidates: { a: 0.9 } });
    expect(conversation.turn({ candidates: { b: 0.9 } }).rejections).toEqual(['b MULTI_SCENARIO_DISABLED']);
    expect(conversation.turn({ signals: ['CANCEL'] }).actions).toEqual(['a CANCEL USER_REQUEST', 'b START PENDING']);
  });

  test('2.16: with enable_multi_scenario off, a start that would displace the active instance is rejected', () => {
    const conversation = new Conversation([a, { ...b, priority: 9 }], {
      settings,
      relationships: [aRelationship('a', 'EXCLUDES', 'b')],
    });
    conversation.turn({ candidates: { a: 0.9 } });
    const played = conversation.turn({ candidates: { b: 0.9 } });
    expect([played.actions, played.rejections]).toEqual([['a CONTINUE GOES_ON'], ['b MULTI_SCENARIO_DISABLED']]);
  });

  test('2.16: with enable_multi_scenario off, a scenario starts if the active instance ends or pauses on this turn', () => {
    for (const signal of ['CANCEL', 'PAUSE'] as const) {
      const conversation = new Conversation([a, b], { settings });
      conversation.turn({ candidates: { a: 0.9 } });
      expect(conversation.turn({ signals: [signal], candidates: { b: 0.9 } }).actions).toEqual([
        `a ${signal} USER_REQUEST`,
        'b START CANDIDATE',
      ]);
    }
  });

  test('2.16: switching enable_multi_scenario off does not stop active instances', () => {
    const conversation = new Conversation([a, b]);
    conversation.turn({ candidates: { a: 0.9, b: 0.8 } });
    const restricted = new Conversation([a, b], { settings });
    restricted.session = conversation.session;
    expect(restricted.turn().actions).toEqual(['a CONTINUE GOES_ON', 'b CONTINUE GOES_ON']);
  });

  test('2.16: several instances are active by default', () => {
    expect(defaultSettings.enableMultiScenario).toBe(true);
    expect(new Conversation([a, b]).turn({ candidates: { a: 0.8, b: 0.9 } }).actions).toEqual([
      'b START CANDIDATE',
      'a START CANDIDATE',
    ]);
  });
});

test('2.16: with scenario_orchestration off, every phase returns an empty result and the session is unchanged', () => {
  const session = { ...createEmptySession(ids), revision: 7, turnCount: 4 };
  const result = createEmptyResult(aTurn({ candidates: { a: 0.9 } }, 'turn-8', 0), session, false);
  expect(result).toMatchObject({
    revision: 7,
    turnCount: 4,
    lifecycleDecisions: [],
    rejectedCandidates: [],
    transitionDecisions: [],
    ignoredOutcomes: [],
  });
  expect(result.plan).toMatchObject({ contributions: [], primaryScenarioId: '', activeScenarioIds: [], offers: [] });
  expect(result.context).toMatchObject({
    candidates: [],
    instances: [],
    relationships: [],
    addressedInstanceIds: [],
    changedFields: [],
  });
});

describe('scenario_filtering', () => {
  const settings = { filteringEnabled: false };

  test.each(['candidate', 'START', 'rule'])(
    '2.16: with scenario_filtering off, no scenario starts from a %s',
    (origin) => {
      const conversation = new Conversation([a], {
        settings,
        relationships: [aRelationship('vip', 'IMPLIES', 'a', 'RULE')],
      });
      const played = conversation.turn({
        ...(origin === 'candidate' ? { candidates: { a: 0.9 } } : {}),
        ...(origin === 'START' ? { signals: [['START', 'a']] } : {}),
        ...(origin === 'rule' ? { rules: [{ ruleId: 'vip' }] } : {}),
      });
      expect([played.actions, played.rejections]).toEqual([[], ['a FILTERING_DISABLED']]);
    },
  );

  test('2.16: with scenario_filtering off, instances continue and resume', () => {
    const conversation = new Conversation([a, b]);
    conversation.turn({ candidates: { a: 0.9, b: 0.8 } });
    conversation.turn({ signals: [['PAUSE', 'a']] });
    const filteringOff = new Conversation([a, b], { settings });
    filteringOff.session = conversation.session;
    expect(filteringOff.turn({ candidates: { a: 0.9 } }).actions).toEqual(['a CONTINUE RESUMED', 'b CONTINUE QUIET']);
    expect(filteringOff.turn({ variables: { a_field: 1 } }).transition('a').targetStepId).toBe('end');
  });
});
