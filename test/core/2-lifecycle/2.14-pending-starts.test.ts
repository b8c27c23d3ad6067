import type { OrchestrationSettings } from '../../../src/core/model/settings';
import { aRelationship, Conversation, type PlayedTurn, type TurnDraft } from '../../support/conversation';
import { createLinkedConversation, getStartedScenarioIds } from '../../support/linked-scenarios';
import { asking, confirming, type Variation } from '../../support/sample-scenarios';

const needsCustomer = { requires: { customer_no: 'HARD' } } as const;

/** Each rejected candidate in one line. */
function describeRejections({ result }: PlayedTurn): readonly string[] {
  return result.rejectedCandidates.map(
    ({ scenarioId, reason, origin, score }) => `${scenarioId} ${reason} ${origin} ${score}`,
  );
}

/** Scenario b requires the field customer_no. */
function startConversation(settings: Partial<OrchestrationSettings> = {}, variation: Variation = {}): Conversation {
  return new Conversation(
    [asking('a', ['a_field']), asking('b', ['b_field'], { requires: { customer_no: 'HARD' }, ...variation })],
    {
      settings,
      relationships: [aRelationship('a', 'EXCLUDES', 'b'), aRelationship('rule', 'EXCLUDES', 'b', 'RULE')],
    },
  );
}

const namesB: TurnDraft = { candidates: { b: 0.7 } };
const givesCustomerNo: TurnDraft = { variables: { customer_no: '7' } };

/** Describes the result for scenario b: the origin, reason and remaining turns of its rejection, or its lifecycle decision. */
function describeB(played: PlayedTurn): string {
  const rejected = played.result.rejectedCandidates.find(({ scenarioId }) => scenarioId === 'b');
  if (rejected) return `${rejected.origin} ${rejected.reason} ${rejected.pendingTurnsLeft}`;
  return played.actions.find((action) => action.startsWith('b ')) ?? '';
}

const play = (conversation: Conversation, ...drafts: readonly TurnDraft[]): readonly string[] =>
  drafts.map((draft) => describeB(conversation.turn(draft)));

test('2.14: a pending start is not tried on a turn without a message because an instance stays paused', () => {
  const conversation = startConversation();
  conversation.turn({ candidates: { a: 0.9 } });
  conversation.turn({ signals: [['PAUSE', 'a']] });
  expect(play(conversation, namesB)).toEqual(['CANDIDATE MISSING_HARD_FIELDS 3']);
  expect(play(conversation, { trigger: 'TOOL_RESULTS', patch: { customer_no: '7' } }, {})).toEqual([
    '',
    'b START PENDING',
  ]);
});

describe('rejections that become pending', () => {
  test('2.14: a start with missing HARD fields is pending', () => {
    expect(play(startConversation(), namesB)).toEqual(['CANDIDATE MISSING_HARD_FIELDS 3']);
  });

  test('2.14: a start with an unmet dependency is pending and starts when the dependency completes', () => {
    const conversation = new Conversation([asking('a', ['a_field']), asking('b', ['b_field'])], {
      relationships: [aRelationship('b', 'DEPENDS_ON', 'a')],
    });
    conversation.turn({ candidates: { a: 0.9 } });
    expect(play(conversation, namesB, { signals: [['COMPLETE', 'a']] })).toEqual([
      'CANDIDATE DEPENDENCY 3',
      'b START PENDING',
    ]);
  });

  test('2.14: a start without capacity is pending and starts when capacity is free', () => {
    const conversation = new Conversation([asking('a', ['a_field'], { priority: 5 }), asking('b', ['b_field'])], {
      settings: { maxSimultaneousScenarios: 1 },
    });
    conversation.turn({ candidates: { a: 0.9 } });
    expect(play(conversation, namesB, { signals: [['CANCEL', 'a']] })).toEqual([
      'CANDIDATE CAPACITY 3',
      'b START PENDING',
    ]);
  });

  test('2.14: a blocked start is pending, so that the second request of a message is not lost', () => {
    const blocking = {
      ...confirming('a'),
      steps: confirming('a').steps.map((step) => ({ ...step, blocksStarts: step.stepId === 'confirm' })),
    };
    const startBlocking = (): Conversation => {
      const conversation = new Conversation([blocking, asking('b', ['b_field'])]);
      conversation.turn({ candidates: { a: 0.9 } });
      return conversation;
    };
    const confirms: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
    expect(play(startBlocking(), namesB, {}, confirms, {})).toEqual([
      'CANDIDATE START_BLOCKED 3',
      'PENDING START_BLOCKED 3',
      'PENDING START_BLOCKED 3',
      'b START PENDING',
    ]);
    // The turn answers the request of the blocking instance, so the name is a slip of the reader.
    expect(play(startBlocking(), { ...namesB, ...confirms }, {})).toEqual(['CANDIDATE START_BLOCKED 0', '']);
    expect(play(startBlocking(), { signals: [['START', 'b']], ...confirms }, {})).toEqual([
      'AIMED START_BLOCKED 3',
      'b START PENDING',
    ]);
  });

  test('2.14: a start that an exclusive instance excludes is pending until that instance ends', () => {
    const conversation = new Conversation([asking('a', ['a_field'], { exclusive: true }), asking('b', ['b_field'])]);
    expect(
      play(conversation, { candidates: { a: 0.9, b: 0.8 } }, {}, { trigger: 'TOOL_RESULTS', signals: ['CANCEL'] }),
    ).toEqual(['CANDIDATE EXCLUDED 3', 'PENDING EXCLUDED 3', 'b START PENDING']);
  });

  test('2.14: a start that another candidate excludes by a relationship is not pending, unless a START is aimed at it', () => {
    expect(play(startConversation(), { candidates: { a: 0.9, b: 0.8 }, patch: { customer_no: 7 } }, {})).toEqual([
      'CANDIDATE EXCLUDED 0',
      '',
    ]);
    const aimed: TurnDraft = { signals: [['START', 'a', 'b']], candidates: { a: 0.9 }, patch: { customer_no: 7 } };
    expect(play(startConversation(), aimed, {})).toEqual(['AIMED EXCLUDED 3', 'PENDING EXCLUDED 3']);
  });

  test('2.14: a start that a running instance excludes by a relationship is pending', () => {
    const conversation = startConversation();
    conversation.turn({ candidates: { a: 0.9 }, patch: { customer_no: 7 } });
    expect(play(conversation, namesB, { signals: [['CANCEL', 'a']] })).toEqual([
      'CANDIDATE EXCLUDED 3',
      'b START PENDING',
    ]);
  });

  test('2.14: a pending start is tried on any turn after an instance has ended or been paused', () => {
    const startAtLimit = (): Conversation => {
      const conversation = new Conversation([asking('a', ['a_field'], { priority: 5 }), asking('b', ['b_field'])], {
        settings: { maxSimultaneousScenarios: 1 },
      });
      conversation.turn({ candidates: { a: 0.9 } });
      conversation.turn(namesB);
      return conversation;
    };
    expect(play(startAtLimit(), { trigger: 'TIMER' }, { trigger: 'TIMER', signals: ['PAUSE'] })).toEqual([
      '',
      'b START PENDING',
    ]);
    expect(play(startAtLimit(), { trigger: 'TOOL_RESULTS', signals: ['CANCEL'] })).toEqual(['b START PENDING']);
  });

  test('2.14: a start that was rejected on this turn still starts on it when a walk ends the blocking instance', () => {
    const last = { stepId: 'last', isTerminal: true };
    const brief = {
      scenarioId: 'a',
      steps: [{ stepId: 'ask', collectsProfileFields: ['a_field'], to: ['last'] }, last],
    };
    const conversation = new Conversation([brief, asking('b', ['b_field'])], {
      settings: { enableMultiScenario: false },
    });
    conversation.turn({ candidates: { a: 0.9 } });
    const played = conversation.turn({ ...namesB, variables: { a_field: 1 } });
    expect(played.actions).toEqual(['a COMPLETE TERMINAL', 'b START CANDIDATE']);
    expect([played.rejections, played.plan]).toEqual([[], ['b ASK b_field']]);
  });

  test.each<[string, Conversation, TurnDraft]>([
    ['ENTRY_CONDITION', startConversation({}, { entryCondition: 'false' }), namesB],
    ['BELOW_THRESHOLD', startConversation(), { candidates: { b: 0.1 } }],
    ['DISABLED', startConversation({}, { enabled: false }), namesB],
  ])('2.14: a start rejected with %s is not pending', (reason, conversation, draft) => {
    expect(play(conversation, draft, {})).toEqual([`CANDIDATE ${reason} 0`, '']);
    expect(conversation.session.pendingStarts).toEqual([]);
  });

  test('2.14: starts that are aimed or implied become pending', () => {
    expect(play(startConversation(), { signals: [['START', 'b']] }, givesCustomerNo)).toEqual([
      'AIMED MISSING_HARD_FIELDS 3',
      'b START PENDING',
    ]);
  });
});

describe('the number of turns', () => {
  const refund = asking('refund', ['order_id'], { name: 'Refund' });
  const booking = asking('booking', ['date'], { name: 'Booking' });

  test('2.14: a pending start is tried on three messages after the turn of the rejection, and reported on each', () => {
    expect(play(startConversation(), namesB, {}, {}, {}, {})).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 3',
      'PENDING MISSING_HARD_FIELDS 2',
      'PENDING MISSING_HARD_FIELDS 1',
      'PENDING MISSING_HARD_FIELDS 0',
      '',
    ]);
  });

  test('2.14: the third message can start the scenario with its original score', () => {
    const conversation = startConversation();
    expect(play(conversation, namesB, {}, {}).at(-1)).toBe('PENDING MISSING_HARD_FIELDS 1');
    const played = conversation.turn(givesCustomerNo);
    expect(played.lifecycle('b')).toMatchObject({ action: 'START', reason: 'PENDING', confidence: 0.7 });
    expect(conversation.session.pendingStarts).toEqual([]);
  });

  test('2.14: a pending start is dropped after three messages', () => {
    expect(play(startConversation(), namesB, {}, {}, {}, givesCustomerNo).at(-1)).toBe('');
  });

  test('2.14: a turn without a message on which nothing ends or pauses neither tries a pending start nor counts', () => {
    const conversation = startConversation();
    expect(play(conversation, namesB, { trigger: 'TIMER', ...givesCustomerNo }, { trigger: 'TOOL_RESULTS' })).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 3',
      '',
      '',
    ]);
    conversation.turn({ trigger: 'TOOL_RESULTS', candidates: { b: 0.2 } });
    expect(conversation.session.pendingStarts).toMatchObject([{ scenarioId: 'b', turnsLeft: 3 }]);
    expect(play(conversation, {})).toEqual(['b START PENDING']);
  });

  test('2.14: pending_start_turns is configurable, and 0 disables pending starts', () => {
    expect(play(startConversation({ pendingStartTurns: 1 }), namesB, {}, {})).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 1',
      'PENDING MISSING_HARD_FIELDS 0',
      '',
    ]);
    expect(play(startConversation({ pendingStartTurns: 0 }), namesB, givesCustomerNo)).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 0',
      '',
    ]);
  });

  test('2.14: a candidate that names the scenario again restarts the count with the new score', () => {
    const conversation = startConversation();
    expect(play(conversation, namesB, {}, {}, { candidates: { b: 0.8 } }, {})).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 3',
      'PENDING MISSING_HARD_FIELDS 2',
      'PENDING MISSING_HARD_FIELDS 1',
      'CANDIDATE MISSING_HARD_FIELDS 3',
      'PENDING MISSING_HARD_FIELDS 2',
    ]);
    expect(conversation.session.pendingStarts).toMatchObject([{ score: 0.8 }]);
  });

  test('2.14: a candidate that names the scenario again restarts the count for any rejection reason', () => {
    expect(play(startConversation(), namesB, {}, { ...namesB, rules: [{ ruleId: 'rule' }] }, {})).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 3',
      'PENDING MISSING_HARD_FIELDS 2',
      'CANDIDATE EXCLUDED 3',
      'PENDING MISSING_HARD_FIELDS 2',
    ]);
  });

  test('2.14: a candidate with exactly the threshold as score restarts the count', () => {
    const conversation = createLinkedConversation([], { a: needsCustomer });
    conversation.turn({ candidates: { a: 0.9 } });
    conversation.turn();
    const played = conversation.turn({ candidates: { a: 0.5 } });
    expect(describeRejections(played)).toEqual(['a MISSING_HARD_FIELDS CANDIDATE 0.5']);
    expect(played.result.rejectedCandidates[0]?.pendingTurnsLeft).toBe(3);
  });

  test('2.14: a candidate below the threshold does not restart the count', () => {
    expect(
      play(startConversation(), namesB, { candidates: { b: 0.2 } }, { ...givesCustomerNo, candidates: { b: 0.2 } }),
    ).toEqual(['CANDIDATE MISSING_HARD_FIELDS 3', 'PENDING MISSING_HARD_FIELDS 2', 'b START PENDING']);
  });

  test('2.14: a rejection for another reason also counts as a turn', () => {
    expect(play(startConversation(), namesB, { rules: [{ ruleId: 'rule' }] }, givesCustomerNo)).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 3',
      'PENDING EXCLUDED 2',
      'b START PENDING',
    ]);
  });

  test('2.14: each pending start has its own number of turns', () => {
    const needs = { requires: { customer_no: 'HARD' } } as const;
    const conversation = new Conversation([
      { ...refund, ...needs },
      { ...booking, ...needs },
    ]);
    conversation.turn({ candidates: { refund: 0.9 } });
    const { rejectedCandidates } = conversation.turn({ candidates: { booking: 0.9 } }).result;
    expect(rejectedCandidates.map(({ scenarioId, pendingTurnsLeft }) => [scenarioId, pendingTurnsLeft])).toEqual([
      ['booking', 3],
      ['refund', 2],
    ]);
  });
});

describe('dropped pending starts', () => {
  test('2.14: a CANCEL aimed at the scenario drops the pending start', () => {
    const conversation = startConversation();
    expect(play(conversation, namesB, { signals: [['CANCEL', 'b']] }, givesCustomerNo)).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 3',
      '',
      '',
    ]);
  });

  test('2.14: a CANCEL drops the pending start even if the same message names the scenario and it could start', () => {
    const conversation = startConversation();
    expect(play(conversation, namesB, { ...namesB, ...givesCustomerNo, signals: [['CANCEL', 'b']] }, {})).toEqual([
      'CANDIDATE MISSING_HARD_FIELDS 3',
      'CANDIDATE JUST_ENDED 0',
      '',
    ]);
  });

  test('2.14: a CANCEL together with a START starts the scenario', () => {
    expect(
      play(startConversation(), namesB, {
        ...givesCustomerNo,
        signals: [
          ['CANCEL', 'b'],
          ['START', 'b'],
        ],
      }).at(-1),
    ).toBe('b START AIMED');
  });

  test('2.14: a CANCEL of all instances drops the pending start, but an unaimed CANCEL does not', () => {
    expect(play(startConversation(), namesB, { signals: [['CANCEL', '*']] }, givesCustomerNo).at(-1)).toBe('');
    expect(play(startConversation(), namesB, { signals: [['CANCEL', 'a']] }, givesCustomerNo).at(-1)).toBe(
      'b START PENDING',
    );
    expect(play(startConversation(), namesB, { signals: ['CANCEL'] }, givesCustomerNo).at(-1)).toBe('b START PENDING');
  });

  test('2.14: a CANCEL of all instances keeps the pending start if a CONTINUE is aimed at the scenario', () => {
    expect(
      play(
        startConversation(),
        namesB,
        {
          signals: [
            ['CANCEL', '*'],
            ['CONTINUE', 'b'],
          ],
        },
        givesCustomerNo,
      ).at(-1),
    ).toBe('b START PENDING');
  });

  test('2.14: a CANCEL does not affect a candidate that was not pending', () => {
    const conversation = createLinkedConversation([], { a: needsCustomer });
    conversation.turn({ candidates: { a: 0.9 } });
    expect(getStartedScenarioIds(conversation.turn({ candidates: { b: 0.9 }, signals: [['CANCEL', 'b']] }))).toEqual([
      'b',
    ]);
  });

  test('2.14: a start removes the pending start', () => {
    const conversation = createLinkedConversation([], { a: needsCustomer });
    conversation.turn({ candidates: { a: 0.9 } });
    expect(conversation.turn({ patch: { customer_no: 7 } }).session.pendingStarts).toEqual([]);
    expect(
      createLinkedConversation([], { a: { enabled: false } }).turn({ candidates: { a: 0.9 } }).session.pendingStarts,
    ).toEqual([]);
  });

  test('2.14: the pending start of a removed or disabled scenario is dropped', () => {
    const conversation = startConversation();
    conversation.turn(namesB);
    conversation.remove('b');
    expect(play(conversation, {}, {})).toEqual(['PENDING NOT_FOUND 0', '']);
  });
});

test('2.14: pending starts take their place in start order', () => {
  const conversation = startConversation();
  conversation.turn(namesB);
  const played = conversation.turn({ ...givesCustomerNo, candidates: { a: 0.6 } });
  expect([played.actions, played.rejections]).toEqual([['b START PENDING'], ['a EXCLUDED']]);
});
