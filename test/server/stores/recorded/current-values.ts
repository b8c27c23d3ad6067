import type { ContributionPlan } from '../../../../src/core/model/contribution';
import type { JsonValue } from '../../../../src/core/model/json';
import type { InstanceRequest } from '../../../../src/core/model/request';
import { createInstance, type ScenarioInstance, type Session } from '../../../../src/core/model/session';
import type { ExplainedTurnResult } from '../../../../src/core/model/turn-result';
import { earlierResult } from './earlier-values';

// A session and a response of the current format. Every field that releases up to 0.2 did not have is set, so that a change of a field number
// is detected. `current-bytes.ts` contains the encoded bytes. Do not change it once a release has stored sessions in this format.

const confirm: InstanceRequest = {
  kind: 'CONFIRM',
  actionKey: 'instance-1/pay/4/2',
  stepId: 'pay',
  visitNumber: 4,
  fields: [],
  values: new Map<string, JsonValue>([
    ['amount', 60],
    ['recipient', 'Ada'],
  ]),
  tools: [],
  status: 'ANSWERED',
  hasAnswer: false,
  outcome: 'CONFIRMED',
  firstPut: { revision: 5, at: 1_800_000_000_001, position: 1 },
  lastPut: { revision: 7, at: 1_800_000_000_003, position: 2 },
  previousPut: { revision: 6, at: 1_800_000_000_002, position: 3 },
  putCount: 3,
  attempts: 1,
  reminders: 2,
};

const action: InstanceRequest = {
  ...confirm,
  kind: 'ACTION',
  tools: [{ toolId: 'pay', outcome: 'SUCCEEDED' }, { toolId: 'notify', outcome: 'FAILED' }, { toolId: 'log' }],
  status: 'OPEN',
  outcome: undefined,
  previousPut: undefined,
};

const ask: InstanceRequest = {
  ...confirm,
  kind: 'ASK',
  actionKey: '',
  fields: ['note', 'voucher'],
  status: 'OPEN',
  hasAnswer: true,
  outcome: undefined,
};

const fullInstance: ScenarioInstance = {
  ...createInstance(
    { instanceId: 'instance-1', scenarioId: 'transfer', scenarioVersion: 2, startNumber: 1, currentStepId: 'pay' },
    4,
    1_800_000_000_000,
  ),
  status: 'PAUSED',
  lastActiveAt: 1_800_000_000_004,
  activeSince: 1_800_000_000_005,
  pausedAt: 1_800_000_000_006,
  pauseReason: 'USER_REQUEST',
  pausedAtTurnCount: 3,
  resumePolicy: 'explicit',
  isResumeOffered: true,
  visit: {
    number: 4,
    enteredRevision: 5,
    openedAt: 1_800_000_000_007,
    outcome: 'CALL_CANCELLED',
    informedRevision: 6,
    wasAskedBefore: true,
    mustAsk: true,
    supersededKeys: 2,
    returnTo: {
      stepId: 'ask',
      visit: {
        number: 3,
        enteredRevision: 4,
        openedAt: 1_800_000_000_008,
        outcome: 'DECLINED',
        informedRevision: 0,
        wasAskedBefore: false,
        mustAsk: false,
        supersededKeys: 1,
        returnTo: undefined,
      },
      attempts: 2,
    },
  },
  requests: [ask, confirm, action],
  route: [
    {
      stepId: 'ask',
      visitNumber: 3,
      transitionId: 'ask/1',
      asked: true,
      canGoBackTo: true,
      declined: true,
      readFields: ['account'],
      confirmedFields: ['amount'],
    },
  ],
  leftSteps: ['ask', 'greet'],
  attempts: 1,
  attemptsTotal: 5,
  settledFields: new Map([
    ['note', 'LEFT_OUT'],
    ['voucher', 'DECLINED'],
  ]),
  variableTimes: new Map([['balance', 1_800_000_000_009]]),
  heldValues: new Map([['amount', 50]]),
  pendingCorrections: new Map<string, JsonValue>([
    ['amount', 50],
    ['note', null],
  ]),
  call: { scenarioId: 'identity', instanceId: 'instance-2', hasStarted: true, pendingTurnsLeft: 2 },
  leadInTemplateIds: ['hello'],
  lastPlan: { revision: 7, leadInTemplateIds: ['thanks'] },
  deferredBehindScenarioId: 'booking',
  waitsFor: 'CALL',
};

export const currentSession: Session = {
  tenantId: 'tenant',
  agentId: 'agent',
  sessionId: 'session / of {one}',
  revision: 2,
  turnCount: 2,
  instances: [fullInstance],
  endedInstances: [
    {
      instanceId: 'instance-0',
      scenarioId: 'identity',
      scenarioVersion: 1,
      status: 'COMPLETED',
      reason: 'RETURNED',
      ending: 'FAILED',
      startNumber: 3,
      startedAt: 1_800_000_000_010,
      endedAt: 1_800_000_000_011,
      lastStepId: 'failed',
      irreversibleDone: [],
    },
  ],
  variables: new Map([
    ['email', { value: 'a@example.org', scope: 'IDENTITY', storedAt: 1_800_000_000_012, isPersistedResult: true }],
  ]),
  declinedFields: ['phone'],
  pendingStarts: [
    {
      scenarioId: 'booking',
      score: 0.75,
      reason: 'NEEDS_CONSENT',
      turnsLeft: 2,
      localValues: new Map([['date', '2026-12-01']]),
    },
  ],
  scenarioCounters: new Map([
    ['identity', { starts: 2, completions: 1, lastEnding: 'FAILED', lastValues: new Map([['pin_ok', true]]) }],
  ]),
  choices: [
    {
      reason: 'NEEDS_CONSENT',
      scenarioIds: ['booking', 'care'],
      scores: [0.75, 0.5],
      status: 'OPEN',
      firstPut: { revision: 1, at: 1_800_000_000_013, position: 0 },
      lastPut: { revision: 2, at: 1_800_000_000_014, position: 1 },
      previousPut: { revision: 1, at: 1_800_000_000_013, position: 0 },
      putCount: 2,
      attempts: 1,
      localValues: new Map([['booking', new Map([['date', '2026-12-01']])]]),
    },
  ],
  exchangeRevision: 1,
  lastMessageAt: 1_800_000_000_015,
  lastContributorId: 'instance-1',
  nextTimerAt: 1_800_000_000_016,
  createdAt: 1_800_000_000_017,
  updatedAt: 1_800_000_000_018,
  lastTurnId: 'turn 2',
  lastStartNumber: 3,
  importedFrom: 'hash of a record',
  customerId: 'customer / 7',
};

/** The session before the last turn of `currentSession`. */
export const previousSession: Session = {
  ...currentSession,
  revision: 1,
  turnCount: 1,
  lastTurnId: 'turn 1',
};

const position = {
  scenarioId: 'transfer',
  scenarioName: 'Transfer',
  instanceId: 'instance-1',
  stepId: 'pay',
  stepName: 'Pay',
  priority: 7,
  isReprompt: true,
  isReminder: true,
  leadInTemplateIds: ['hello'],
  deferred: false,
  deferredBehindScenarioId: '',
  sharedFields: [],
};

const currentPlan: ContributionPlan = {
  ...earlierResult.plan,
  contributions: [
    { ...position, type: 'NONE', waitsFor: 'EVENT' },
    {
      ...position,
      type: 'CONFIRM',
      confirmKind: 'CHOICE',
      actionToConfirm: '',
      valuesToConfirm: new Map(),
      choices: [{ scenarioId: 'booking', scenarioName: 'Booking', score: 0.75 }],
      choiceReason: 'OFFER',
      actionKey: '',
    },
    {
      ...position,
      type: 'ACTION_HINT',
      tools: [{ toolId: 'pay', timing: 'DURING_STEP', variableNames: [], dependsOn: [], effect: 'READ' }],
      actionKey: 'instance-1/pay/4/2',
    },
  ],
  openRequests: [{ instanceId: 'instance-1', scenarioId: 'transfer', request: ask }],
};

export const currentResult: ExplainedTurnResult = {
  ...earlierResult,
  lifecycleDecisions: earlierResult.lifecycleDecisions.map((decision) => ({
    ...decision,
    action: 'COMPLETE',
    reason: 'RETURNED',
    ending: 'FAILED',
    actionsUnderWay: ['instance-1/pay/4/2'],
  })),
  rejectedCandidates: earlierResult.rejectedCandidates.map((rejected) => ({ ...rejected, origin: 'CONSENTED' })),
  transitionDecisions: earlierResult.transitionDecisions.map((decision) => ({ ...decision, reason: 'WENT_BACK' })),
  plan: currentPlan,
  ignoredOutcomes: earlierResult.ignoredOutcomes.map((ignored) => ({ ...ignored, reason: 'AMBIGUOUS' })),
  nextTimerAt: 1_800_000_000_019,
};
