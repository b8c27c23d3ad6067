import type { WaitsFor } from '../../../src/core/model/request';
import { Conversation, type ScenarioDraft, type StepDraft } from '../../support/conversation';
import { startScenarios } from '../../support/play-turns';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, silent } from '../../support/sample-scenarios';

const at = (step: Omit<StepDraft, 'stepId'>): ScenarioDraft => ({
  scenarioId: 's',
  steps: [{ stepId: 'step', to: ['end'], ...step }, end],
});

test.each<[string, WaitsFor, ScenarioDraft]>([
  ['an ASK', 'ANSWER', asking('s', ['x'])],
  ['a CONFIRM', 'ANSWER', confirming('s')],
  ['a required action', 'ACTION', acting('s')],
  [
    'an action whose result a transition reads',
    'ACTION',
    at({ toolIds: ['t'], to: [{ to: 'end', outcomes: ['ACTION_SUCCEEDED'] }] }),
  ],
  ['an action whose result nothing reads', 'NOTHING', at({ toolIds: ['t'] })],
  ['a value from outside', 'EVENT', at({ to: [{ to: 'end', condition: 'data.paid == true' }] })],
  ['a transition with after', 'TIMER', at({ to: [{ to: 'end', afterMs: 60_000 }] })],
  [
    'two transitions with after, one of which has elapsed',
    'TIMER',
    at({
      to: [
        { to: 'end', afterMs: 60_000 },
        { to: 'end', afterMs: 0, condition: 'false' },
      ],
    }),
  ],
  ['an INFORM', 'NOTHING', { scenarioId: 's', steps: [end] }],
  ['an INFORM before a transition with after', 'TIMER', at({ templateIds: ['hold'], to: [{ to: 'end', afterMs: 1 }] })],
  [
    'an action whose result nothing reads before a transition with after',
    'TIMER',
    at({ toolIds: ['t'], to: [{ to: 'end', afterMs: 1 }] }),
  ],
  ['another intent', 'NOTHING', silent('s')],
])('0.8: an instance with %s waits for %s', (_case, waitsFor, scenario) => {
  expect(startScenarios([scenario]).conversation.instance('s').waitsFor).toBe(waitsFor);
});

test('0.8: an instance that calls another scenario waits for the CALL', () => {
  const caller = at({ calls: { scenarioId: 't', reuseCompleted: false, returns: [] } });
  const conversation = new Conversation([caller, asking('t', ['x'])]);
  const first = conversation.turn({ candidates: { s: 0.9 } });
  expect(conversation.instance('s').waitsFor).toBe('CALL');
  expect(first.contribution('s')).toMatchObject({ type: 'NONE', waitsFor: 'CALL' });
});

test('0.8: a quiet instance reports what it waited for before', () => {
  const conversation = startConversation([asking('s', ['x']), asking('t', ['y', 'z'])]);
  const turn = conversation.turn({ variables: { y: 1 } });
  expect(turn.contribution('s')).toMatchObject({ type: 'NONE', waitsFor: 'ANSWER' });
  expect(conversation.instance('s').waitsFor).toBe('ANSWER');
});

test.each<[WaitsFor, ScenarioDraft]>([
  ['TIMER', at({ to: [{ to: 'end', afterMs: 3_600_000 }] })],
  ['EVENT', at({ to: [{ to: 'end', condition: 'data.paid == true' }] })],
])('0.8: a quiet instance without a request still waits for %s', (waitsFor, scenario) => {
  const conversation = startConversation([scenario, asking('t', ['y', 'z'])]);
  const turn = conversation.turn({ variables: { y: 1 } });
  expect([turn.lifecycle('s').reason, turn.contribution('s')]).toMatchObject(['QUIET', { waitsFor }]);
  expect(conversation.instance('s').waitsFor).toBe(waitsFor);
});

test('0.8: a quiet instance whose only question is deferred still waits for the ANSWER', () => {
  const [pay, sign] = [confirming('pay', { priority: 2 }), confirming('sign')];
  const conversation = startConversation([pay, sign, asking('t', ['y', 'z'])]);
  expect(conversation.instance('sign')).toMatchObject({ requests: [], deferredBehindScenarioId: 'pay' });
  const turn = conversation.turn({ variables: { y: 1 } });
  expect(turn.contribution('sign')).toMatchObject({ type: 'NONE', waitsFor: 'ANSWER' });
});

test('0.8: a paused instance waits for its answer, and for nothing after its action has a result', () => {
  const conversation = startConversation([acting('s'), asking('t', ['y'])]);
  conversation.turn({ signals: [['PAUSE', '*']] });
  expect(conversation.session.instances.map(({ waitsFor }) => waitsFor)).toEqual(['ACTION', 'ANSWER']);
  conversation.turn({
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: 's#1/act/1', toolId: 's_tool' }],
  });
  expect(conversation.session.instances.map(({ status, waitsFor }) => [status, waitsFor])).toEqual([
    ['PAUSED', 'NOTHING'],
    ['PAUSED', 'ANSWER'],
  ]);
});

test('3.2: a message starts the time again', () => {
  const step = at({ to: [{ to: 'end', afterMs: 60_000, condition: 'data.x == 1.0' }], collectsProfileFields: ['x'] });
  const { conversation } = startScenarios([step], { variables: { x: 2 }, occurredAt: 0 });
  conversation.turn({ occurredAt: 60_000 });
  expect(conversation.instance('s').waitsFor).toBe('TIMER');
});

test('3.2: an instance waits for the TIMER only until the time has elapsed', () => {
  const step = at({ to: [{ to: 'end', afterMs: 60_000, condition: 'data.x == 1.0' }], collectsProfileFields: ['x'] });
  const { conversation } = startScenarios([step], { variables: { x: 2 } });
  expect(conversation.instance('s').waitsFor).toBe('TIMER');
  conversation.turn({ trigger: 'TIMER' });
  expect(conversation.instance('s').waitsFor).toBe('NOTHING');
});
