import { Conversation, type PlayedTurn, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { asking, end, silent } from '../../support/sample-scenarios';

const booking = asking('booking', ['date', 'seats']);
const getAddressed = (played: PlayedTurn): readonly string[] => played.result.context.addressedInstanceIds;

/** Starts booking, pauses it while it asks for a date, and starts the other scenario. */
function startBeside(other: ScenarioDraft, settings = {}): Conversation {
  const conversation = new Conversation([booking, other], { settings });
  conversation.turn({ candidates: { booking: 0.9 } });
  conversation.turn({ signals: [['PAUSE', 'booking']], candidates: { [other.scenarioId]: 0.9 } });
  expect(conversation.instance('booking').status).toBe('PAUSED');
  return conversation;
}
const date: TurnDraft = { variables: { date: 'May' } };
const answered = 'booking CONTINUE RESUMED';
const notAnswered = 'booking PAUSE STAYS_PAUSED';

test.each<[string, ScenarioDraft, TurnDraft, string]>([
  ['waits for nothing', silent('other'), date, answered],
  ['waits for another field', asking('other', ['city']), date, answered],
  [
    'waits for another field that is given too',
    asking('other', ['city']),
    { variables: { date: 'May', city: 'Rome' } },
    answered,
  ],
  ['asks for the same field', asking('other', ['date']), date, notAnswered],
  [
    'asks for the same field, which only its transition reads',
    {
      scenarioId: 'other',
      requires: { date: 'SOFT' },
      steps: [{ stepId: 'wait', to: [{ to: 'end', conditionFields: ['date'] }] }, end],
    },
    date,
    notAnswered,
  ],
])('2.11: whether a value answers a paused instance while an active one %s', (_case, other, draft, decision) => {
  expect(startBeside(other).turn(draft).actions[0]).toBe(decision);
});

test('2.11: a value that an active instance misses at its step does not answer the paused one, also if its ASK is deferred', () => {
  const conversation = startConversation([booking], {}, { maxFieldsToAskPerTurn: 1 });
  conversation.store(asking('first', ['city'], { priority: 9 }));
  conversation.store(asking('other', ['date']));
  conversation.turn({ signals: [['PAUSE', 'booking']], candidates: { first: 0.9, other: 0.8 } });
  expect(conversation.instance('other').requests).toEqual([]);
  const played = conversation.turn(date);
  expect(played.actions[0]).toBe(notAnswered);
  expect(getAddressed(played)).toEqual(['other#2']);
});

test('0.5: a paused instance is not addressed by a value that an active instance waits for', () => {
  const conversation = startBeside(asking('other', ['date', 'city']));
  expect(getAddressed(conversation.turn(date))).toEqual(['other#2']);
});

test('2.11: the value that the profile has already answers a paused instance only if its ASK showed known values', () => {
  const known = { customer: { date: 'May' } };
  expect(startBeside(silent('other')).turn({ ...known, ...date }).actions[0]).toBe(notAnswered);

  const shown = startConversation(
    [{ ...booking, steps: booking.steps.map((step) => ({ ...step, canSkip: false })) }],
    known,
  );
  expect(shown.instance('booking').requests[0]?.values).toEqual(new Map([['date', 'May']]));
  shown.store(silent('other'));
  shown.turn({ ...known, signals: [['PAUSE', 'booking']], candidates: { other: 0.9 } });
  expect(shown.turn({ ...known, ...date }).actions[0]).toBe(answered);
});

test('0.8: the message that resumes an idle instance is no attempt at its question', () => {
  const conversation = startConversation([{ ...booking, idleTimeoutMs: 60_000 }]);
  expect(conversation.turn({ trigger: 'TIMER', occurredAt: 10 * 60_000 }).actions).toEqual(['booking PAUSE IDLE']);
  const resumed = conversation.turn();
  expect([resumed.actions, resumed.plan]).toEqual([[answered], ['booking ASK date']]);
  expect(conversation.instance('booking')).toMatchObject({ attempts: 0, attemptsTotal: 0 });
  expect(conversation.turn().actions).toEqual(['booking CONTINUE GOES_ON']);
  expect(conversation.instance('booking')).toMatchObject({ attempts: 1, attemptsTotal: 1 });
});
