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
