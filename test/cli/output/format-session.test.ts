import { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Session } from '../../../gen/focal/orchestration/v1/session';
import { formatSession } from '../../../src/cli/output/format-session';
import type { DeepPartial } from '../../server/codec/partial-message';

const names: Readonly<Record<string, string>> = { t: 'Transfer', i: 'Identity', b: 'Booking', c: 'Care' };
const minutes = (count: number) => new Date(count * 60_000);

function format(fields: DeepPartial<Session>, response: DeepPartial<ProcessTurnResponse> = {}): readonly string[] {
  return formatSession({ width: 100, hasColor: false }, Session.fromPartial(fields), {
    lastResponse: ProcessTurnResponse.fromPartial(response),
    now: minutes(10).getTime(),
    getName: (scenarioId) => names[scenarioId] ?? scenarioId,
  });
}

/** Formats a session with one instance of Transfer. */
function formatInstance(fields: NonNullable<DeepPartial<Session>['instances']>[number]): readonly string[] {
  const instance = { instanceId: 'transfer-1', scenarioId: 't', scenarioVersion: 2, status: 1, currentStepId: 'pay' };
  return format({ instances: [{ ...instance, ...fields }] });
}

const [ASK, CONFIRM, ACTION] = [1, 2, 3];
const [OPEN, ANSWERED] = [1, 2];
const [SUCCEEDED, FAILED] = [1, 2];

test('0.8: open requests are shown with kind, content, history and key, answered ones are not', () => {
  const lines = formatInstance({
    waitsFor: 1,
    attempts: 1,
    attemptsTotal: 3,
    requests: [
      { kind: ASK, status: ANSWERED, fields: ['recipient'] },
      { kind: ASK, status: OPEN, fields: ['note', 'voucher'], putCount: 1, firstPut: { at: minutes(10) } },
      {
        kind: CONFIRM,
        status: OPEN,
        values: { amount: 60, recipient: 'Ada' },
        actionKey: 'transfer-1/pay/2',
        putCount: 2,
        attempts: 1,
        reminders: 1,
        firstPut: { at: minutes(7) },
      },
      {
        kind: ACTION,
        status: OPEN,
        tools: [{ toolId: 'pay', outcome: SUCCEEDED }, { toolId: 'notify', outcome: FAILED }, { toolId: 'log' }],
        actionKey: 'transfer-1/pay/2',
        putCount: 1,
        firstPut: { at: minutes(8) },
      },
    ],
  });
  expect(lines.slice(lines.indexOf('  step      pay'))).toEqual([
    '  step      pay',
    '  waits for an answer',
    '  open      ASK note, voucher (new)',
    '  open      CONFIRM amount=60, recipient="Ada" (put 2 times, 1 attempt, 1 reminder, open for 3 min)',
    '            key transfer-1/pay/2',
    '  open      ACTION pay (succeeded), notify (failed), log (open for 2 min)',
    '            key transfer-1/pay/2',
    '  attempts  1 at this step, 3 in all',
    '  instance  transfer-1',
    '',
  ]);
});

test('0.8: an action of an earlier release has no tools', () => {
  expect(formatInstance({ requests: [{ kind: ACTION, status: OPEN, putCount: 2 }] })).toContain(
    '  open      ACTION the tools of the step (put 2 times, open for 0 s)',
  );
});

test('0.8: the text of what an instance waits for names the called scenario, or the one whose contribution comes first', () => {
  expect(formatInstance({ waitsFor: 3, call: { scenarioId: 'i' } })).toContain(
    '  waits for the scenario that it called (call of Identity)',
  );
  expect(formatInstance({ waitsFor: 6, deferredBehindScenarioId: 'b' })).toContain(
    '  waits for nothing (deferred behind Booking)',
  );
  expect(formatInstance({ waitsFor: Number('99') })).toContain('  waits for something unknown');
});

test('0.9: the path is shown only if it differs from the route', () => {
  const route = [
    { stepId: 'recipient', visitNumber: 1 },
    { stepId: 'amount', visitNumber: 0 },
  ];
  expect(formatInstance({ route, path: route })).toContain('  route     recipient → (amount)');
  expect(formatInstance({ route, path: route }).filter((line) => line.startsWith('  path'))).toEqual([]);
  expect(formatInstance({ route, path: [...route, { stepId: 'pay', visitNumber: 2 }] })).toContain(
    '  path      recipient → (amount) → pay',
  );
});

test('3.9: values that an action under way runs with are shown', () => {
  expect(formatInstance({ heldValues: { amount: 50 } })).toContain('  held      amount=50');
});

test('open choices, declined fields, endings and the next timer are shown', () => {
  const lines = format({
    sessionId: 's',
    revision: 4,
    turnCount: 3,
    nextTimerAt: minutes(12),
    choices: [
      { reason: 1, status: 1, options: [{ scenarioId: 'b' }, { scenarioId: 'c' }], attempts: 2 },
      { reason: 2, status: 2, options: [{ scenarioId: 'i' }] },
    ],
    endedInstances: [{ scenarioId: 'i', status: 3, ending: 2, lastStepId: 'failed' }],
    declinedFields: ['phone', 'voucher'],
  });
  expect(lines.slice(1)).toEqual([
    'revision    4, 3 messages',
    'timer       1970-01-01T00:12:00.000Z',
    'instances   none',
    '',
    'ended       Identity completed without success at failed',
    'choice      Booking or Care (AMBIGUOUS, 2 attempts)',
    'declined    phone, voucher',
  ]);
});

test('0.6: an ignored outcome of the last turn is shown with its reason', () => {
  const outcome = { kind: 3, toolId: 'pay' };
  expect(format({}, { ignoredOutcomes: [{ outcome, reason: 2, reasoning: 'It has an outcome.' }] })).toContain(
    'ignored     pay action succeeded: ALREADY_ANSWERED: It has an outcome.',
  );
});
