import { Conversation, type StepDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { asking, end } from '../../support/sample-scenarios';

const ask = (field: string): StepDraft => ({
  stepId: `ask_${field}`,
  collectsProfileFields: [field],
  to: ['end'],
});
const help: StepDraft = { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['end'] };
const twoSteps = asking('s', ['x', 'y']);

describe('the fields of a transition decision', () => {
  const decision = {
    scenarioId: 's',
    instanceId: 's#1',
    sourceStepId: 'ask_x',
    targetStepId: 'ask_x',
    wasSkipped: false,
    skippedSteps: [],
    wasRelocalized: false,
    originalStepId: '',
    transitionsTaken: [],
    alternatives: [],
    reasoning: expect.any(String),
    confidence: 1,
    blockedByCheckpoint: '',
    correctedFields: [],
    clearedFields: [],
    missingFields: [],
    visitNumber: 1,
    conditionErrors: [],
    omittedAlternatives: 0,
    omittedConditionErrors: 0,
  };

  test('3: a start has the reason ENTERED', () => {
    expect(new Conversation([twoSteps]).turn({ candidates: { s: 0.9 } }).transition('s')).toEqual({
      ...decision,
      reason: 'ENTERED',
    });
  });

  test('3: an instance that stays has the reason of its stage', () => {
    expect(startConversation([twoSteps]).turn().transition('s')).toEqual({ ...decision, reason: 'AWAITS_FIELDS' });
  });

  test('3: a quiet instance has the reason NOT_ADDRESSED', () => {
    const conversation = startConversation([twoSteps, asking('t', ['z', 'more'])]);
    expect(conversation.turn({ variables: { z: 1 } }).transition('s')).toEqual({
      ...decision,
      reason: 'NOT_ADDRESSED',
    });
  });

  test('3: an instance that moves has the reason ADVANCED and lists its transitions', () => {
    expect(
      startConversation([twoSteps])
        .turn({ variables: { x: 1 } })
        .transition('s'),
    ).toEqual({
      ...decision,
      reason: 'ADVANCED',
      targetStepId: 'ask_y',
      transitionsTaken: ['ask_x/1'],
      visitNumber: 2,
      alternatives: [
        {
          transitionId: 'ask_x/1',
          sourceStepId: 'ask_x',
          targetStepId: 'ask_y',
          truth: 'TRUE',
          missingFields: [],
          taken: true,
          notTakenBecause: '',
        },
      ],
    });
  });

  test('3: a relocalized instance has the reason RELOCALIZED and its original step', () => {
    const conversation = startConversation([{ scenarioId: 's', steps: [ask('x'), help, end] }], {}, { maxAttempts: 1 });
    conversation.turn();
    expect(conversation.turn().transition('s')).toEqual({
      ...decision,
      reason: 'RELOCALIZED',
      targetStepId: 'help',
      wasRelocalized: true,
      originalStepId: 'ask_x',
      visitNumber: 2,
    });
  });
});
