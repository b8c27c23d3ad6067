import type { OrchestrationSettings } from '../../src/core/model/settings';
import { aRelationship, Conversation, type Played, type TurnDraft } from '../support/conversation';
import { asking, confirming, type Variation } from '../support/sample-scenarios';

/** b waits for the field customer_no. */
function aTalk(settings: Partial<OrchestrationSettings> = {}, ofB: Variation = {}): Conversation {
  return new Conversation(
    [asking('a', ['a_field']), asking('b', ['b_field'], { requires: { customer_no: 'HARD' }, ...ofB })],
    {
      settings,
      relationships: [aRelationship('a', 'EXCLUDES', 'b'), aRelationship('rule', 'EXCLUDES', 'b', 'RULE')],
    },
  );
}
const wish: TurnDraft = { candidates: { b: 0.7 } };
const given: TurnDraft = { variables: { customer_no: '7' } };
/** What is told of b: reason, origin and turns left, or that it started. */
function told(played: Played): string {
  const rejected = played.result.rejectedCandidates.find(({ scenarioId }) => scenarioId === 'b');
  if (rejected) return `${rejected.origin} ${rejected.reason} ${rejected.pendingTurnsLeft}`;
  return played.actions.find((action) => action.startsWith('b ')) ?? '';
}
const play = (talk: Conversation, ...drafts: readonly TurnDraft[]): readonly string[] =>
  drafts.map((draft) => told(talk.turn(draft)));

describe('2.14 which refusals stay pending', () => {
  test('2.14 MISSING_HARD_FIELDS', () => {
    expect(play(aTalk(), wish)).toEqual(['CANDIDATE MISSING_HARD_FIELDS 3']);
  });

  test('2.14 DEPENDENCY, and it starts in the turn in which the other completes', () => {
    const talk = new Conversation([asking('a', ['a_field']), asking('b', ['b_field'])], {
      relationships: [aRelationship('b', 'DEPENDS_ON', 'a')],
    });
    talk.turn({ candidates: { a: 0.9 } });
    expect(play(talk, wish, { signals: [['COMPLETE', 'a']] })).toEqual(['CANDIDATE DEPENDENCY 3', 'b START PENDING']);
  });

  test('2.14 CAPACITY, and it starts when there is room', () => {
    const talk = new Conversation([asking('a', ['a_field'], { priority: 5 }), asking('b', ['b_field'])], {
      settings: { maxSimultaneousScenarios: 1 },
    });
    talk.turn({ candidates: { a: 0.9 } });
    expect(play(talk, wish, { signals: [['CANCEL', 'a']] })).toEqual(['CANDIDATE CAPACITY 3', 'b START PENDING']);
  });

  test('2.14 START_BLOCKED, so that the second wish of a message with two wishes is not lost', () => {
    const blocking = {
      ...confirming('a'),
      steps: confirming('a').steps.map((step) => ({ ...step, blocksStarts: step.stepId === 'confirm' })),
    };
    const talk = new Conversation([blocking, asking('b', ['b_field'])]);
    talk.turn({ candidates: { a: 0.9 } });
    expect(play(talk, { ...wish, outcomes: [{ kind: 'CONFIRMED' }] }, {})).toEqual([
      'CANDIDATE START_BLOCKED 3',
      'b START PENDING',
    ]);
  });

  test.each<[string, Conversation, TurnDraft]>([
    ['ENTRY_CONDITION', aTalk({}, { entryCondition: 'false' }), wish],
    ['EXCLUDED', aTalk(), { ...wish, rules: [{ ruleId: 'rule' }] }],
    ['BELOW_THRESHOLD', aTalk(), { candidates: { b: 0.1 } }],
    ['DISABLED', aTalk({}, { enabled: false }), wish],
  ])('2.14 %s does not', (reason, talk, draft) => {
    expect(play(talk, draft, {})).toEqual([`CANDIDATE ${reason} 0`, '']);
    expect(talk.session.pendingStarts).toEqual([]);
  });

  test('2.14 a START that is aimed and one that is implied stay pending as well', () => {
    expect(play(aTalk(), { signals: [['START', 'b']] }, given)).toEqual([
      'AIMED MISSING_HARD_FIELDS 3',
      'b START PENDING',
    ]);
  });
});

describe('2.14 how long', () => {
  test('2.14 it is tried on three messages, and reported on each with the turns left; the turn of the refusal does not count', () => {
    expect(play(aTalk(), wish, {}, {}, {}, {})).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 3',
      'PENDING MISSING_HARD_FIELDS 2',
      'PENDING MISSING_HARD_FIELDS 1',
      'PENDING MISSING_HARD_FIELDS 0',
      '',
    ]);
  });

  test('2.14 the last of the three messages may still start it, with the score that it had', () => {
    const talk = aTalk();
    expect(play(talk, wish, {}, {}).at(-1)).toBe('PENDING MISSING_HARD_FIELDS 1');
    const played = talk.turn(given);
    expect(played.lifecycle('b')).toMatchObject({ action: 'START', reason: 'PENDING', confidence: 0.7 });
    expect(talk.session.pendingStarts).toEqual([]);
  });

  test('2.14 after them it is forgotten', () => {
    expect(play(aTalk(), wish, {}, {}, {}, given).at(-1)).toBe('');
  });

  test('2.14 turns without a message neither try it nor count', () => {
    const talk = aTalk();
    expect(play(talk, wish, { trigger: 'TIMER', ...given }, { trigger: 'TOOL_RESULTS' })).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 3',
      '',
      '',
    ]);
    talk.turn({ trigger: 'TOOL_RESULTS', candidates: { b: 0.2 } });
    expect(talk.session.pendingStarts).toMatchObject([{ scenarioId: 'b', turnsLeft: 3 }]);
    expect(play(talk, {})).toEqual(['b START PENDING']);
  });

  test('2.14 pending_start_turns is a setting, 0 keeps nothing', () => {
    expect(play(aTalk({ pendingStartTurns: 1 }), wish, {}, {})).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 1',
      'PENDING MISSING_HARD_FIELDS 0',
      '',
    ]);
    expect(play(aTalk({ pendingStartTurns: 0 }), wish, given)).toEqual(['CANDIDATE MISSING_HARD_FIELDS 0', '']);
  });

  test('2.14 being named again starts the count anew, with the new score', () => {
    const talk = aTalk();
    expect(play(talk, wish, {}, {}, { candidates: { b: 0.8 } }, {})).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 3',
      'PENDING MISSING_HARD_FIELDS 2',
      'PENDING MISSING_HARD_FIELDS 1',
      'CANDIDATE MISSING_HARD_FIELDS 3',
      'PENDING MISSING_HARD_FIELDS 2',
    ]);
    expect(talk.session.pendingStarts).toMatchObject([{ score: 0.8 }]);
  });

  test('2.14 being named again starts the count anew whatever keeps it from starting now', () => {
    expect(play(aTalk(), wish, {}, { ...wish, rules: [{ ruleId: 'rule' }] }, {})).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 3',
      'PENDING MISSING_HARD_FIELDS 2',
      'CANDIDATE EXCLUDED 3',
      'PENDING MISSING_HARD_FIELDS 2',
    ]);
  });

  test('2.14 a candidate below the threshold does not name it: it is tried as the pending one', () => {
    expect(play(aTalk(), wish, { candidates: { b: 0.2 } }, { ...given, candidates: { b: 0.2 } })).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 3',
      'PENDING MISSING_HARD_FIELDS 2',
      'b START PENDING',
    ]);
  });

  test('2.14 while it waits another refusal takes a turn as well', () => {
    expect(play(aTalk(), wish, { rules: [{ ruleId: 'rule' }] }, given)).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 3',
      'PENDING EXCLUDED 2',
      'b START PENDING',
    ]);
  });
});

describe('2.14 what drops it', () => {
  test('2.14 a CANCEL aimed at the scenario drops it, and the field that comes later starts nothing', () => {
    const talk = aTalk();
    expect(play(talk, wish, { signals: [['CANCEL', 'b']] }, given)).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 3',
      '',
      '',
    ]);
  });

  test('2.14 a CANCEL aimed at it drops it although the same message names it and all is there now', () => {
    const talk = aTalk();
    expect(play(talk, wish, { ...wish, ...given, signals: [['CANCEL', 'b']] }, {})).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 3',
      'CANDIDATE JUST_ENDED 0',
      '',
    ]);
  });

  test('2.14 a CANCEL with a START aimed at it starts it', () => {
    expect(
      play(aTalk(), wish, {
        ...given,
        signals: [
          ['CANCEL', 'b'],
          ['START', 'b'],
        ],
      }).at(-1),
    ).toBe('b START AIMED');
  });

  test('2.14 a CANCEL of everything drops it too, one aimed at another or at nobody does not', () => {
    expect(play(aTalk(), wish, { signals: [['CANCEL', '*']] }, given).at(-1)).toBe('');
    expect(play(aTalk(), wish, { signals: [['CANCEL', 'a']] }, given).at(-1)).toBe('b START PENDING');
    expect(play(aTalk(), wish, { signals: ['CANCEL'] }, given).at(-1)).toBe('b START PENDING');
  });

  test('2.14 a CANCEL of everything that carries on with it keeps it', () => {
    expect(
      play(
        aTalk(),
        wish,
        {
          signals: [
            ['CANCEL', '*'],
            ['CONTINUE', 'b'],
          ],
        },
        given,
      ).at(-1),
    ).toBe('b START PENDING');
  });

  test('2.14 a scenario that is gone or disabled is no longer tried', () => {
    const talk = aTalk();
    talk.turn(wish);
    talk.remove('b');
    expect(play(talk, {}, {})).toEqual(['PENDING NOT_FOUND 0', '']);
  });
});

test('2.14 pending starts are in start order among the candidates', () => {
  const talk = aTalk();
  talk.turn(wish);
  const played = talk.turn({ ...given, candidates: { a: 0.6 } });
  expect([played.actions, played.rejections]).toEqual([['b START PENDING'], ['a EXCLUDED']]);
});
