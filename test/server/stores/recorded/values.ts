import type { LegacySession } from '../../../../src/core/model/legacy-session';
import type { Relationship, Scenario } from '../../../../src/core/model/scenario';

// The scenario, relationship, legacy session and turns that release 0.1.0 encoded and stored. Every field of that release is set, so that a
// change of a field number is detected. `bytes.ts` contains the encoded bytes. Do not change it: deployments have stored data in this format.

export const recordedScenario: Scenario = {
  scenarioId: 'refund',
  name: 'Refund',
  description: 'Returns money',
  triggerDescription: 'wants money back',
  tags: ['billing'],
  enabled: true,
  priority: -5,
  entryStepId: 'ask',
  steps: [
    {
      stepId: 'ask',
      name: 'Ask',
      description: 'Asks for the order',
      collectsProfileFields: ['order_id'],
      optionalFields: [],
      isCheckpoint: true,
      checkpointDescription: 'Order is locked',
      performsAction: true,
      isRequiredAction: true,
      requiresConfirmation: false,
      confirmsFields: ['order_id'],
      confirmsNothing: false,
      toolBindings: [{ toolId: 'lookup', timing: 'BEFORE_STEP', variableNames: ['amount'], dependsOn: ['login'] }],
      toolIds: ['refund'],
      templateIds: ['sorry'],
      speak: 'INFORM',
      canSkip: true,
      isTerminal: false,
      ending: 'SUCCEEDED',
      reachableFromAnywhere: true,
      priority: 7,
      maxLoopCount: 4,
      blocksStarts: true,
      maxReminders: 1,
      transitions: [
        {
          transitionId: 'ask/1',
          targetStepId: 'confirm',
          priority: 3,
          trigger: 'ANYTIME',
          intentLabel: 'refund',
          condition: 'data.amount > 1.0',
          conditionFields: ['amount'],
          outcomes: ['CONFIRMED', 'ACTION_FAILED'],
          conditionText: 'is angry',
          conditionEmbedding: [0.5, -0.25],
          clears: ['amount'],
          returns: false,
          description: 'goes on',
        },
      ],
    },
  ],
  globalTransitions: [],
  requiredFields: [{ fieldName: 'order_id', level: 'SOFT', description: 'Which order' }],
  persistedFields: ['order_id'],
  localFields: [],
  entryCondition: 'true',
  completionCondition: 'false',
  cancelCondition: '',
  exclusive: true,
  askBeforeStart: false,
  maxLoopCount: 5,
  maxStartsPerSession: 6,
  idleTimeoutMs: 90_500,
  idleAction: 'CANCEL',
  whenNotAddressed: 'CONTRIBUTE',
  whenDisplaced: 'PAUSE',
  resume: 'AUTOMATIC',
  migrationPolicy: 'MIGRATE',
  migrationStepMap: new Map([
    ['constructor', 'ask'],
    ['old', 'ask'],
  ]),
};

export const recordedRelationship: Relationship = {
  kind: 'DEPENDS_ON',
  sourceType: 'RULE',
  sourceId: 'rule | one',
  targetScenarioId: 'refund',
  weight: 0.25,
  startDependency: false,
};

export const recordedLegacySession: LegacySession = {
  agentId: 'agent',
  activeScenarioId: 'refund',
  activeScenarioVersion: 3,
  currentStepId: 'ask',
  visitedSteps: new Map([['ask', 2]]),
  variables: new Map([['order_id', 'A-7']]),
  lastAction: 'PAUSE',
  turnCount: 12,
  lastActiveAt: 1_700_000_000_000,
};

export const recordedTurns = [
  {
    revision: 1,
    turnId: 'turn 1',
    occurredAt: 1_700_000_000_009,
    committedAt: 1_700_000_000_010,
    request: Buffer.from('request 1'),
    response: Buffer.from('response 1'),
    traceContext: undefined,
  },
  {
    revision: 2,
    turnId: 'turn 2',
    occurredAt: 1_700_000_000_011,
    committedAt: 1_700_000_000_012,
    request: Buffer.from('request 2'),
    response: Buffer.from('response 2'),
    traceContext: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: '' },
  },
] as const;
