import { createEmptySession } from '../../src/core/model/session';
import { defaultSettings } from '../../src/core/model/settings';
import { createEmptyResult } from '../../src/server/application/decide-loaded-turn';
import { aRelationship, aTurn, Conversation, ids } from '../support/conversation';
import { asking } from '../support/sample-scenarios';

const a = asking('a', ['a_field']);
const b = asking('b', ['b_field']);

describe('2.16 enable_multi_scenario = false', () => {
  const settings = { enableMultiScenario: false };

  test('2.16 of two candidates one starts', () => {
    const played = new Conversation([a, b], { settings }).turn({ candidates: { a: 0.8, b: 0.9 } });
    expect([played.actions, played.rejections]).toEqual([['b START CANDIDATE'], ['a MULTI_SCENARIO_DISABLED']]);
  });

  test('2.16 nothing starts while one is active, and this refusal does not stay pending', () => {
    const talk = new Conversation([a, b], { settings });
    talk.turn({ candidates: { a: 0.9 } });
    expect(talk.turn({ candidates: { b: 0.9 } }).rejections).toEqual(['b MULTI_SCENARIO_DISABLED']);
    expect(talk.session.pendingStarts).toEqual([]);
  });

  test('2.16 nothing starts while one is active, not even what would displace it', () => {
    const talk = new Conversation([a, { ...b, priority: 9 }], {
      settings,
      relationships: [aRelationship('a', 'EXCLUDES', 'b')],
    });
    talk.turn({ candidates: { a: 0.9 } });
    const played = talk.turn({ candidates: { b: 0.9 } });
    expect([played.actions, played.rejections]).toEqual([['a CONTINUE GOES_ON'], ['b MULTI_SCENARIO_DISABLED']]);
  });

  test('2.16 another starts where the active one ends or pauses this turn', () => {
    for (const signal of ['CANCEL', 'PAUSE'] as const) {
      const talk = new Conversation([a, b], { settings });
      talk.turn({ candidates: { a: 0.9 } });
      expect(talk.turn({ signals: [signal], candidates: { b: 0.9 } }).actions).toEqual([
        `a ${signal} USER_REQUEST`,
        'b START CANDIDATE',
      ]);
    }
  });

  test('2.16 several that were active before go on', () => {
    const talk = new Conversation([a, b]);
    talk.turn({ candidates: { a: 0.9, b: 0.8 } });
    const narrow = new Conversation([a, b], { settings });
    narrow.session = talk.session;
    expect(narrow.turn().actions).toEqual(['a CONTINUE GOES_ON', 'b CONTINUE GOES_ON']);
  });
});

test('2.16 several are active at once by default', () => {
  expect(defaultSettings.enableMultiScenario).toBe(true);
  expect(new Conversation([a, b]).turn({ candidates: { a: 0.8, b: 0.9 } }).actions).toEqual([
    'b START CANDIDATE',
    'a START CANDIDATE',
  ]);
});

test('2.16 scenario_orchestration enabled = false: every phase answers empty, and the session is untouched', () => {
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
  expect(result.plan).toMatchObject({ contributions: [], primaryScenarioId: '', activeScenarioIds: [], abandoned: [] });
  expect(result.context).toMatchObject({
    candidates: [],
    instances: [],
    relationships: [],
    addressedInstanceIds: [],
    changedFields: [],
  });
});

describe('2.16 scenario_filtering enabled = false', () => {
  const settings = { filteringEnabled: false };

  test.each(['candidate', 'START', 'rule'])('2.16 no candidate starts, wherever it comes from: %s', (origin) => {
    const talk = new Conversation([a], { settings, relationships: [aRelationship('vip', 'IMPLIES', 'a', 'RULE')] });
    const played = talk.turn({
      ...(origin === 'candidate' ? { candidates: { a: 0.9 } } : {}),
      ...(origin === 'START' ? { signals: [['START', 'a']] } : {}),
      ...(origin === 'rule' ? { rules: [{ ruleId: 'vip' }] } : {}),
    });
    expect([played.actions, played.rejections]).toEqual([[], ['a FILTERING_DISABLED']]);
  });

  test('2.16 instances go on, and paused ones resume', () => {
    const talk = new Conversation([a, b]);
    talk.turn({ candidates: { a: 0.9, b: 0.8 } });
    talk.turn({ signals: [['PAUSE', 'a']] });
    const off = new Conversation([a, b], { settings });
    off.session = talk.session;
    expect(off.turn({ candidates: { a: 0.9 } }).actions).toEqual(['a CONTINUE RESUMED', 'b CONTINUE QUIET']);
    expect(off.turn({ variables: { a_field: 1 } }).transition('a').targetStepId).toBe('end');
  });
});
