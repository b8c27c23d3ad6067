import type { Conversation, StepDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { asking } from '../../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);
const booking = asking('booking', ['date']);

/** Moves the instance to a step that its scenario does not contain. */
function removeCurrentStep(conversation: Conversation, scenarioId: string): void {
  const instances = conversation.session.instances.map((each) =>
    each.scenarioId === scenarioId ? { ...each, currentStepId: 'gone' } : each,
  );
  conversation.session = { ...conversation.session, instances };
}

const help: StepDraft = {
  stepId: 'help',
  reachableFromAnywhere: true,
  collectsProfileFields: ['topic'],
  to: ['end'],
};

const recoverable = { ...refund, steps: [...refund.steps, help] };

test('2.2: an instance whose step is missing is canceled if there is no recovery step', () => {
  const conversation = startConversation([refund]);
  removeCurrentStep(conversation, 'refund');
  expect(conversation.turn().actions).toEqual(['refund CANCEL STEP_NOT_FOUND']);
});

test('2.2: an instance whose step is missing continues at a recovery step', () => {
  const conversation = startConversation([recoverable]);
  removeCurrentStep(conversation, 'refund');
  const played = conversation.turn();
  expect(played.actions).toEqual(['refund CONTINUE RELOCALIZED']);
  expect(played.transition('refund')).toMatchObject({
    wasRelocalized: true,
    originalStepId: 'gone',
    targetStepId: 'help',
  });
  expect(played.plan).toEqual(['refund ASK topic']);
});

test('2.2: the rule precedes COMPLETE, CANCEL and PAUSE signals', () => {
  const conversation = startConversation([recoverable]);
  removeCurrentStep(conversation, 'refund');
  expect(conversation.turn({ signals: ['CANCEL', 'PAUSE', 'COMPLETE'] }).actions).toEqual([
    'refund CONTINUE RELOCALIZED',
  ]);
});

test('2.2: the rule applies on a turn that addresses another instance', () => {
  const conversation = startConversation([recoverable, booking]);
  removeCurrentStep(conversation, 'refund');
  expect(conversation.turn({ variables: { date: 'May' } }).actions).toEqual([
    'refund CONTINUE RELOCALIZED',
    'booking CONTINUE GOES_ON',
  ]);
});

test('2.2: a paused instance whose step is missing continues at a recovery step when it resumes, or is canceled', () => {
  const resume = (scenario: typeof refund) => {
    const conversation = startConversation([scenario]);
    conversation.turn({ signals: ['PAUSE'] });
    removeCurrentStep(conversation, 'refund');
    return conversation.turn({ signals: [['CONTINUE', 'refund']] });
  };
  const recovered = resume(recoverable);
  expect(recovered.lifecycle('refund')).toMatchObject({ action: 'CONTINUE', reason: 'RELOCALIZED', resumed: true });
  expect(recovered.plan).toEqual(['refund ASK topic']);
  expect(resume(refund).actions).toEqual(['refund CANCEL STEP_NOT_FOUND']);
});
