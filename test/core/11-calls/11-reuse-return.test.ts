import { Conversation, type ScenarioDraft } from '../../support/conversation';
import { callStep, end, givesStreet, startRegister } from './calling-scenarios';

/** Registers with what Address finds, or found on an earlier run. */
const reusing: ScenarioDraft = {
  scenarioId: 'register',
  steps: [
    { stepId: 'name', collectsProfileFields: ['name'], to: ['call'] },
    callStep({ scenarioId: 'address', returns: ['zone'], reuseCompleted: true }),
    { stepId: 'agree', isCheckpoint: true, confirmsFields: ['name', 'zone'], to: ['end'] },
    end,
  ],
};
const findZone: ScenarioDraft = {
  scenarioId: 'address',
  steps: [
    { stepId: 'ask', collectsProfileFields: ['street'], to: ['find'] },
    {
      stepId: 'find',
      toolBindings: [
        { toolId: 'find_zone', timing: 'DURING_STEP', dependsOn: [], variableNames: ['zone'], effect: 'READ' },
      ],
      to: [{ to: 'end', condition: 'has(data.zone)' }],
    },
    { stepId: 'end', isTerminal: true },
  ],
};
const found = {
  trigger: 'TOOL_RESULTS',
  outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'find_zone', results: { zone: 'Z4' } }],
} as const;

describe('11: a call with reuse_completed that runs', () => {
  test('11: returns the results of its tools to the caller', () => {
    const conversation = new Conversation([reusing, findZone]);
    conversation.turn(startRegister);
    conversation.turn(givesStreet);
    const played = conversation.turn(found);
    expect(played.actions).toContain('address COMPLETE RETURNED');
    expect(played.plan).toEqual(['register CONFIRM name=Ada,zone=Z4']);
  });

  test('11: returns them if a completion condition ends the called scenario', () => {
    const completing = { ...findZone, completionCondition: 'has(data.zone)' };
    const conversation = new Conversation([reusing, completing]);
    conversation.turn(startRegister);
    conversation.turn(givesStreet);
    const played = conversation.turn(found);
    expect(played.actions).toContain('address COMPLETE RETURNED');
    expect(played.plan).toEqual(['register CONFIRM name=Ada,zone=Z4']);
  });
});
