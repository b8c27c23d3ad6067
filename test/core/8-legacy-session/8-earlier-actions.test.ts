import type { InstanceRequest } from '../../../src/core/model/request';
import type { Conversation, ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { getRequest } from '../../support/requests';
import { startConversation } from '../../support/running';
import { confirming, end } from '../../support/sample-scenarios';

const paying: ScenarioDraft = {
  scenarioId: 's',
  steps: [
    { stepId: 'pay', isRequiredAction: true, requiresConfirmation: false, toolIds: ['pay', 'log'], to: ['end'] },
    end,
  ],
};

/** Starts the payment beside another scenario. The session does not record the tools, as in releases up to 0.2. */
function startEarlier(changes: Partial<InstanceRequest> = {}): Conversation {
  const conversation = startConversation([confirming('other'), paying]);
  conversation.session = {
    ...conversation.session,
    instances: conversation.session.instances.map((instance) => ({
      ...instance,
      requests: instance.requests.map((request) =>
        request.kind === 'ACTION' ? { ...request, tools: [], ...changes } : request,
      ),
    })),
  };
  return conversation;
}
const timer: TurnDraft = { trigger: 'TIMER' };

test.each<[string, Partial<InstanceRequest>, string | undefined]>([
  ['open', {}, undefined],
  ['answered with a success', { status: 'ANSWERED', outcome: 'ACTION_SUCCEEDED' }, 'SUCCEEDED'],
  ['answered with a failure', { status: 'ANSWERED', outcome: 'ACTION_FAILED' }, 'FAILED'],
])(
  '8: an action of an earlier release that is %s has the tools of its step, each with the outcome of the action',
  (_status, changes, outcome) => {
    const conversation = startEarlier(changes);
    conversation.turn(timer);
    expect(getRequest(conversation.instance('s'), 'ACTION').tools).toEqual([
      { toolId: 'pay', outcome },
      { toolId: 'log', outcome },
    ]);
    expect(getRequest(conversation.instance('other'), 'CONFIRM').tools).toEqual([]);
  },
);

test('8: an outcome of one of the tools answers its part of the action', () => {
  const conversation = startEarlier();
  conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'pay' }] });
  expect(getRequest(conversation.instance('s'), 'ACTION')).toMatchObject({
    status: 'OPEN',
    tools: [{ toolId: 'pay', outcome: 'SUCCEEDED' }, { toolId: 'log' }],
  });
});

test('8: an action with tools is not changed', () => {
  const tools = [{ toolId: 'old', outcome: 'SUCCEEDED' as const }];
  const conversation = startEarlier({ tools });
  conversation.turn(timer);
  expect(getRequest(conversation.instance('s'), 'ACTION').tools).toEqual(tools);
});

test('8: an action of a step that its scenario does not have has no tools', () => {
  const conversation = startEarlier({ stepId: 'removed' });
  conversation.turn(timer);
  expect(getRequest(conversation.instance('s'), 'ACTION').tools).toEqual([]);
});

test('8: only the action that lacks its tools gets them, among the other requests of its instance', () => {
  const asked: ScenarioDraft = {
    scenarioId: 's',
    steps: [{ stepId: 'ask', collectsProfileFields: ['x'], to: ['first'] }, ...['first', 'second'].map(toStep), end],
  };
  const conversation = startConversation([asked]);
  conversation.turn({ variables: { x: 1 } });
  conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'first_a' }] });
  conversation.turn({ intent: 'skip' });
  const listTools = () => conversation.instance('s').requests.map(({ tools }) => tools);
  const complete = listTools();
  expect(complete).toEqual([
    [],
    [{ toolId: 'first_a', outcome: 'SUCCEEDED' }, { toolId: 'first_b' }],
    [{ toolId: 'second_a' }, { toolId: 'second_b' }],
  ]);
  conversation.session = {
    ...conversation.session,
    instances: conversation.session.instances.map((instance) => ({
      ...instance,
      requests: instance.requests.map((request) => (request.stepId === 'second' ? { ...request, tools: [] } : request)),
    })),
  };
  conversation.turn(timer);
  expect(listTools()).toEqual(complete);
});

/** A step with two tools that the intent "skip" leaves. */
function toStep(stepId: string, index: number): StepDraft {
  return {
    stepId,
    toolIds: [`${stepId}_a`, `${stepId}_b`],
    to: [
      { to: index === 0 ? 'second' : 'end', trigger: 'ANYTIME', intentLabel: 'skip' },
      { to: 'end', outcomes: ['ACTION_SUCCEEDED'] },
    ],
  };
}
