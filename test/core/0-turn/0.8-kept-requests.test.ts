import type { InstanceRequest, RequestKind, RequestStatus } from '../../../src/core/model/request';
import type { Conversation, ScenarioDraft, StepDraft } from '../../support/conversation';
import { getRequest, listIgnored } from '../../support/requests';
import { startConversation } from '../../support/running';
import { end } from '../../support/sample-scenarios';

const scenario: ScenarioDraft = {
  scenarioId: 's',
  globals: [{ to: 'help', intentLabel: 'help' }],
  steps: [
    { stepId: 'ask', collectsProfileFields: ['x'], to: ['pay'] },
    { stepId: 'pay', isRequiredAction: true, requiresConfirmation: false, toolIds: ['pay'], to: ['note'] },
    { stepId: 'note', toolIds: ['note'], to: ['end'] },
    { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: [{ returns: true, intentLabel: 'ok' }] },
    end,
  ],
};

/** Requests of earlier visits, in the order of their keys: `<first>`, `<first + 1>`, and so on. */
interface Earlier {
  readonly kind: RequestKind;
  readonly status: RequestStatus;
  readonly stepId?: string;
  readonly visitNumber?: number;
  readonly count: number;
}

/** A conversation whose instance asks for `x` in visit 1, and has the earlier requests in its session. */
function startWith(...earlier: readonly Earlier[]): Conversation {
  const conversation = startConversation([scenario]);
  const ask = getRequest(conversation.instance('s'), 'ASK');
  const requests: InstanceRequest[] = [];
  for (const { count, ...given } of earlier) {
    for (let index = 0; index < count; index += 1) {
      requests.push({ ...ask, stepId: 'note', visitNumber: 0, ...given, actionKey: `${requests.length}` });
    }
  }
  const instances = [{ ...conversation.instance('s'), requests: [...requests, ask] }];
  conversation.session = { ...conversation.session, instances };
  return conversation;
}

/** The keys of the earlier requests that the instance still has after a turn. */
function listKept(conversation: Conversation): readonly string[] {
  conversation.turn();
  return conversation
    .instance('s')
    .requests.map(({ actionKey }) => actionKey)
    .filter((key) => key !== '');
}

const range = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from }, (_, index) => `${from + index}`);

test('0.8: the latest 20 closed requests of earlier visits are kept', () => {
  expect(listKept(startWith({ kind: 'CONFIRM', status: 'LEFT', count: 20 }))).toEqual(range(0, 20));
  expect(listKept(startWith({ kind: 'CONFIRM', status: 'LEFT', count: 22 }))).toEqual(range(2, 22));
});

test('0.8: an open ACTION of an earlier visit is kept among the latest 100 requests', () => {
  const actions = startWith(
    { kind: 'ACTION', status: 'OPEN', count: 2 },
    { kind: 'CONFIRM', status: 'LEFT', count: 60 },
    { kind: 'ACTION', status: 'OPEN', count: 39 },
  );
  // Of 102 requests, 0 and 1 are not among the latest 100.
  expect(listKept(actions)).toEqual([...range(42, 62), ...range(62, 101)]);
});

test('0.8: the open ACTION of a required action is always kept', () => {
  const actions = startWith(
    { kind: 'ACTION', status: 'OPEN', stepId: 'pay', count: 1 },
    { kind: 'ACTION', status: 'ANSWERED', stepId: 'pay', count: 1 },
    { kind: 'ACTION', status: 'OPEN', stepId: 'removed', count: 1 },
    { kind: 'CONFIRM', status: 'LEFT', count: 100 },
  );
  expect(listKept(actions)).toEqual(['0', ...range(83, 103)]);
});

test('0.8: of the current visit, the open requests and the latest of each kind are kept', () => {
  const requests = startWith(
    { kind: 'CONFIRM', status: 'VOID', visitNumber: 1, count: 2 },
    { kind: 'ACTION', status: 'OPEN', visitNumber: 1, count: 2 },
    { kind: 'CONFIRM', status: 'LEFT', count: 25 },
  );
  expect(listKept(requests)).toEqual(['1', '2', '3', ...range(9, 29)]);
});

test('0.8: the keys of agreements of the visit that are not kept stay used, also while the visit is suspended', () => {
  const trimmed: readonly Earlier[] = [
    { kind: 'CONFIRM', status: 'VOID', visitNumber: 1, count: 4 },
    { kind: 'ACTION', status: 'VOID', visitNumber: 1, count: 4 },
    { kind: 'CONFIRM', status: 'VOID', count: 4 },
    { kind: 'CONFIRM', status: 'LEFT', count: 20 },
  ];
  const conversation = startWith(...trimmed);
  conversation.turn();
  // The latest CONFIRM of the visit is kept.
  expect(conversation.instance('s').visit.supersededKeys).toBe(3);

  const suspended = startWith(...trimmed);
  suspended.turn({ intent: 'help' });
  expect(suspended.instance('s').visit).toMatchObject({
    number: 2,
    supersededKeys: 0,
    returnTo: { stepId: 'ask', visit: { number: 1, supersededKeys: 3 } },
  });
});

test('0.6: a late outcome of an action that is not kept is ignored (NO_OPEN_REQUEST)', () => {
  const act: StepDraft = { stepId: 'note', toolIds: ['note'], to: [{ to: 'ask', intentLabel: 'again' }] };
  const ask: StepDraft = { stepId: 'ask', collectsProfileFields: ['x'], to: ['end'] };
  const conversation = startConversation([{ scenarioId: 's', steps: [act, ask, end] }]);
  const action = getRequest(conversation.instance('s'), 'ACTION');
  const requests = Array.from(
    { length: 30 },
    (_, index): InstanceRequest => ({
      ...action,
      actionKey: `${index}`,
      visitNumber: 0,
      status: 'LEFT',
    }),
  );
  const instances = [{ ...conversation.instance('s'), requests: [...requests, action] }];
  conversation.session = { ...conversation.session, instances };
  conversation.turn({ intent: 'again' });
  const report = (actionKey: string) =>
    listIgnored(conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey }] }));
  expect(report('0')).toEqual(['ACTION_SUCCEEDED NO_OPEN_REQUEST']);
  expect(report('29')).toEqual(['s#1 ACTION_SUCCEEDED OTHER_VISIT']);
});
