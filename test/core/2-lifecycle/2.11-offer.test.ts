import { aRelationship, Conversation, type PlayedTurn, type TurnDraft } from '../../support/conversation';
import { pauseRefund, startRefundAndBooking } from '../../support/paused-refund';
import { asking } from '../../support/sample-scenarios';

const yes: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const no: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };

/** Booking has displaced refund, whose scenario has resume: OFFER. */
const startDisplaced = (): Conversation => {
  const conversation = new Conversation(
    [
      asking('refund', ['order_id'], { resume: 'OFFER' }),
      asking('booking', ['date'], { priority: 1 }),
      asking('other', ['x']),
    ],
    { relationships: [aRelationship('refund', 'EXCLUDES', 'booking')] },
  );
  conversation.turn({ candidates: { refund: 0.9 } });
  conversation.turn({ candidates: { booking: 0.9 } });
  return conversation;
};
const endBooking: TurnDraft = { signals: [['CANCEL', 'booking']] };

const getReason = (played: PlayedTurn): string => played.lifecycle('refund').reason;

describe('resume: OFFER', () => {
  test('2.11: the plan offers to resume when the pause would end automatically', () => {
    const conversation = startDisplaced();
    const played = conversation.turn(endBooking);
    expect([getReason(played), played.plan]).toEqual(['STAYS_PAUSED', ['CHOICE refund']]);
    expect(played.result.plan.contributions[0]).toMatchObject({ choiceReason: 'OFFER' });
    expect(conversation.instance('refund').isResumeOffered).toBe(true);
  });

  test('2.11: CONFIRMED resumes the instance', () => {
    const conversation = startDisplaced();
    conversation.turn(endBooking);
    const played = conversation.turn(yes);
    expect([getReason(played), played.plan]).toEqual(['RESUMED', ['refund ASK order_id']]);
    expect([played.session.choices, conversation.instance('refund').isResumeOffered]).toEqual([[], false]);
  });

  test('2.11: DECLINED leaves the instance paused, and the offer is not repeated', () => {
    const conversation = startDisplaced();
    conversation.turn(endBooking);
    const declined = conversation.turn(no);
    expect([getReason(declined), declined.plan, declined.session.choices]).toEqual(['STAYS_PAUSED', [], []]);
    expect(conversation.turn().plan).toEqual([]);
  });

  test('0.8: an offer closes when its instance ends, also on a turn without a message', () => {
    const conversation = startDisplaced();
    conversation.turn(endBooking);
    expect(conversation.session.choices).toHaveLength(1);
    conversation.turn({ trigger: 'TOOL_RESULTS', signals: [['CANCEL', 'refund']] });
    expect(conversation.session.choices).toEqual([]);
  });

  test('2.11: an offer is made once for each pause, answered or not', () => {
    const conversation = startDisplaced();
    conversation.turn(endBooking);
    expect(conversation.turn().plan).toEqual([]);
    expect(conversation.session.choices).toEqual([]);
    conversation.turn({ candidates: { refund: 0.9 } });
    conversation.turn({ candidates: { booking: 0.9 } });
    expect(conversation.turn(endBooking).plan).toEqual(['CHOICE refund']);
  });

  test('2.11: what ends every pause ends it without an offer', () => {
    const conversation = startDisplaced();
    const played = conversation.turn({ ...endBooking, candidates: { refund: 0.9 } });
    expect([getReason(played), played.plan]).toEqual(['RESUMED', ['refund ASK order_id']]);
  });

  test('2.11: the offer waits while the instance could not become active', () => {
    const conversation = startDisplaced();
    conversation.store(asking('other', ['x'], { exclusive: true, priority: 9 }));
    const played = conversation.turn({
      signals: [
        ['CANCEL', 'booking'],
        ['START', 'other'],
      ],
    });
    expect([getReason(played), played.plan]).toEqual(['STAYS_PAUSED', ['other ASK x']]);
    expect(conversation.turn({ signals: [['CANCEL', 'other']] }).plan).toEqual(['CHOICE refund']);
  });

  test('2.11: two offers are made one after the other, in start order', () => {
    const conversation = startRefundAndBooking({}, { resume: 'OFFER' }, { resume: 'OFFER', priority: 1 });
    pauseRefund(conversation, 'IDLE', { pausedAt: 10 });
    const instances = conversation.session.instances.map((each) =>
      each.scenarioId === 'booking'
        ? { ...each, status: 'PAUSED' as const, pauseReason: 'IDLE' as const, pausedAt: 20 }
        : each,
    );
    conversation.session = { ...conversation.session, instances };
    expect(conversation.turn().plan).toEqual(['CHOICE booking']);
    expect(conversation.turn(no).plan).toEqual(['CHOICE refund']);
  });

  test.each(['LOOP', 'NEEDS_MIGRATION', 'USER_REQUEST'] as const)(
    '2.11: a %s pause is not offered automatically',
    (reason) => {
      const conversation = pauseRefund(startRefundAndBooking({}, { resume: 'OFFER' }), reason);
      expect(conversation.turn({ signals: [['CANCEL', 'booking']] }).plan).toEqual([]);
    },
  );
});
