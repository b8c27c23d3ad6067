import type { ScenarioDraft } from '../../support/conversation';

/** A small scenario with every kind of step and transition that drawings distinguish. */
export const orderScenario = {
  scenarioId: 'Order',
  steps: [
    { stepId: 'ask', collectsProfileFields: ['order'], to: ['sure'] },
    { stepId: 'sure', isCheckpoint: true, to: [{ to: 'ask', outcomes: ['DECLINED'] as const }, 'done'] },
    { stepId: 'done', templateIds: ['done'], isTerminal: true },
    { stepId: 'help', templateIds: ['help'], isTerminal: true, reachableFromAnywhere: true },
  ],
  globals: [{ to: 'help', intentLabel: 'say "help"' }],
};

/** A scenario with a call and with a transition that returns. */
export const registerScenario: ScenarioDraft = {
  scenarioId: 'Register',
  steps: [
    { stepId: 'where', calls: { scenarioId: 'address', reuseCompleted: false, returns: [] }, to: ['done'] },
    { stepId: 'done', isTerminal: true },
    { stepId: 'why', templateIds: ['why'], reachableFromAnywhere: true, to: [{ returns: true }] },
  ],
  globals: [{ to: 'why', intentLabel: 'why' }],
};
