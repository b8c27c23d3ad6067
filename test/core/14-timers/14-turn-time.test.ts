import { startConversation } from '../../support/running';
import { asking, silent } from '../../support/sample-scenarios';

const minute = 60_000;
const start = { occurredAt: 10 * minute };

test('14: a time earlier than that of the last turn counts as that time', () => {
  const conversation = startConversation([asking('s', ['x', 'y'])], start);
  conversation.turn({ variables: { x: 1 }, occurredAt: 4 * minute });
  expect(conversation.session).toMatchObject({ updatedAt: 10 * minute, lastMessageAt: 10 * minute });
  expect(conversation.session.variables.get('x')?.storedAt).toBe(10 * minute);
  expect(conversation.instance('s')).toMatchObject({
    lastActiveAt: 10 * minute,
    visit: { openedAt: 10 * minute },
    requests: [{ status: 'LEFT' }, { lastPut: { at: 10 * minute } }],
  });
});

test('14: the same time and a later time are not changed', () => {
  const conversation = startConversation([asking('s', ['x'])], start);
  for (const occurredAt of [10 * minute, 10 * minute + 1]) {
    expect(conversation.turn({ occurredAt }).session.updatedAt).toBe(occurredAt);
  }
});

test('14: a TIMER turn that is sent with an earlier time is not earlier than the last turn', () => {
  const conversation = startConversation([silent('s', { idleTimeoutMs: 5 * minute })], start);
  conversation.turn({ trigger: 'TOOL_RESULTS', occurredAt: 15 * minute + 1 });
  expect(conversation.session.instances[0]?.status).toBe('PAUSED');
  const active = startConversation([silent('s', { idleTimeoutMs: 5 * minute })], start);
  active.turn({ trigger: 'TIMER', occurredAt: 15 * minute });
  expect(active.turn({ trigger: 'TIMER', occurredAt: minute }).actions).toEqual(['s CONTINUE QUIET']);
  expect(active.session.updatedAt).toBe(15 * minute);
});

test('14: the session has the next timer of the response', () => {
  const conversation = startConversation([silent('s', { idleTimeoutMs: 5 * minute })], start);
  expect(conversation.session.nextTimerAt).toBe(15 * minute + 1);
  const paused = conversation.turn({ signals: ['PAUSE'] });
  expect([paused.result.nextTimerAt, conversation.session.nextTimerAt]).toEqual([undefined, undefined]);
});
