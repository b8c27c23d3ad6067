import { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Turn } from '../../../gen/focal/orchestration/v1/turn';
import { formatTurn } from '../../../src/cli/output/format-turn';
import type { DeepPartial } from '../../server/codec/partial-message';

const names: Readonly<Record<string, string>> = { t: 'Transfer', b: 'Booking' };
const minutes = (count: number) => new Date(count * 60_000);

function format(response: DeepPartial<ProcessTurnResponse>, turn: DeepPartial<Turn> = {}): readonly string[] {
  return formatTurn(
    { width: 100, hasColor: false },
    {
      title: 'turn',
      turn: Turn.fromPartial({ occurredAt: minutes(10), ...turn }),
      response: ProcessTurnResponse.fromPartial(response),
    },
    (scenarioId) => names[scenarioId] ?? scenarioId,
  );
}

const [NONE, CONFIRM, INFORM] = [1, 3, 5];

test('a plan is shown with lead-ins, reminders, waits and the reason of a choice', () => {
  const contributions = [
    { scenarioId: 't', type: INFORM, templateIds: ['done'], leadInTemplateIds: ['hello'], isReprompt: true },
    {
      scenarioId: 't',
      type: CONFIRM,
      actionToConfirm: 'Pay',
      actionKey: 't/pay/1',
      isReprompt: true,
      isReminder: true,
    },
    { type: CONFIRM, confirmKind: 2, choiceReason: 2, choices: [{ scenarioName: 'Booking' }] },
    { scenarioId: 'b', type: NONE, waitsFor: 4 },
    { scenarioId: 't', type: NONE, waitsFor: 6 },
  ];
  const lines = format({ plan: { contributions } });
  expect(lines.slice(lines.findIndex((line) => line.startsWith('plan')))).toEqual([
    'plan    1  Transfer  INFORM       done (repeated) (after hello)',
    '        2  Transfer  CONFIRM      Pay (reminder)',
    '           key t/pay/1',
    '        3            CONFIRM      Booking (NEEDS_CONSENT)',
    '        4  Booking   NONE         (waits for an event)',
    '        5  Transfer  NONE',
    '',
  ]);
});

test('0.8, 2.11, 14: open requests that the plan does not put, offers and the next timer follow the plan', () => {
  const lines = format({
    plan: {
      openRequests: [
        { scenarioId: 't', request: { kind: 1, fields: ['amount'], putCount: 1, firstPut: { at: minutes(10) } } },
        {
          scenarioId: 'b',
          request: {
            kind: 2,
            values: { date: 'today' },
            actionKey: 'b/ask/1',
            putCount: 1,
            firstPut: { at: minutes(5) },
          },
        },
        { scenarioId: 't', request: { kind: 2, lastPut: { revision: 7 } } },
      ],
      offers: [{ scenarioName: 'Booking', stepId: 'date', missingFields: ['date'], pausedTurns: 4 }],
    },
    revision: 7,
    nextTimerAt: minutes(12),
  });
  expect(lines.slice(-7)).toEqual([
    'plan       no contributions',
    'open       Transfer  ASK          amount (new)',
    '           Booking   CONFIRM      date="today" (open for 5 min)',
    '           key b/ask/1',
    'offers     Booking, paused at date for 4 messages, missing date',
    'timer      1970-01-01T00:12:00.000Z',
    '',
  ]);
});

test('an end is shown with its ending and the actions that are under way', () => {
  const decision = { scenarioId: 't', action: 4, reason: 9, reasoning: 'A signal asks for it.' };
  expect(format({ lifecycleDecisions: [{ ...decision, ending: 2, actionsUnderWay: ['t/pay/1'] }] })).toEqual(
    expect.arrayContaining([
      'COMPLETE   Transfer  USER_REQUEST (failed): A signal asks for it.',
      '                     action under way: t/pay/1',
    ]),
  );
  expect(format({ lifecycleDecisions: [{ ...decision, ending: 1 }] })).toContain(
    'COMPLETE   Transfer  USER_REQUEST: A signal asks for it.',
  );
});

test('0.1: variables are shown with their operation, deliveries with their target', () => {
  const lines = format(
    { revision: 7, lifecycleDecisions: [{ scenarioId: 'b', instanceId: 'i' }] },
    {
      supersedesTurnId: 'turn-1',
      situation: {
        candidateVariables: [
          { name: 'seats', value: 2 },
          { name: 'extras', value: 'breakfast', operation: 2 },
          { name: 'pets', value: 'cat', operation: 3 },
          { name: 'voucher', declined: true },
        ],
      },
      deliveries: [
        { instanceId: 'i', contributionType: INFORM, status: 3 },
        { actionKey: 'i/pay/1', status: 2 },
        { contributionType: CONFIRM, status: 1 },
      ],
    },
  );
  expect(lines).toEqual(
    expect.arrayContaining([
      'values     seats=2 · extras+="breakfast" · pets-="cat" · voucher declined',
      'delivered  INFORM of Booking not said · i/pay/1 cut off · CHOICE delivered',
      'replaces   revision 6, turn turn-1',
    ]),
  );
});
