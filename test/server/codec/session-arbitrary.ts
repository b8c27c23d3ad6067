import fc from 'fast-check';
import type { InstanceRequest, Putting } from '../../../src/core/model/request';
import type { EndedInstance, ScenarioChoiceRequest, ScenarioInstance, Session } from '../../../src/core/model/session';
import type { IrreversibleStep, PathEntry, RouteEntry, StepVisit, SuspendedVisit } from '../../../src/core/model/visit';
import * as decisions from '../../../src/server/codec/wire/decision-enums';
import { ending, visitOutcome } from '../../../src/server/codec/wire/enums';
import * as enums from '../../../src/server/codec/wire/session-enums';
import {
  anyName,
  boolean,
  fields,
  json,
  names,
  optional,
  outcomeKind,
  scope,
  score,
  shortArray,
  stringMap,
  text,
  time,
  uint32,
} from './arbitraries';

export const rejectionReason = anyName(decisions.rejectionReason);

const putting: fc.Arbitrary<Putting> = fc.record({ revision: uint32, at: time, position: uint32 });

export const request: fc.Arbitrary<InstanceRequest> = fc.record({
  kind: anyName(enums.requestKind),
  actionKey: text,
  stepId: text,
  visitNumber: uint32,
  fields: names,
  values: fields,
  tools: shortArray(fc.record({ toolId: text, outcome: optional(anyName(enums.toolOutcome)) })),
  status: anyName(enums.requestStatus),
  hasAnswer: boolean,
  outcome: optional(outcomeKind),
  firstPut: putting,
  lastPut: putting,
  previousPut: optional(putting),
  putCount: uint32,
  attempts: uint32,
  reminders: uint32,
});

const plainVisit: fc.Arbitrary<StepVisit> = fc.record({
  number: uint32,
  enteredRevision: uint32,
  openedAt: time,
  outcome: optional(anyName(visitOutcome)),
  informedRevision: uint32,
  wasAskedBefore: boolean,
  mustAsk: boolean,
  supersededKeys: uint32,
  returnTo: fc.constant(undefined),
});

const suspendedVisit = fc.record({ stepId: text, visit: plainVisit, attempts: uint32 });

/** A visit with suspended visits, each of which suspends the next one. */
const visit: fc.Arbitrary<StepVisit> = fc.tuple(plainVisit, shortArray(suspendedVisit)).map(([current, suspended]) => ({
  ...current,
  returnTo: suspended.reduceRight<SuspendedVisit | undefined>(
    (returnTo, each) => ({ ...each, visit: { ...each.visit, returnTo } }),
    undefined,
  ),
}));

const routeEntry: fc.Arbitrary<RouteEntry> = fc.record({
  stepId: text,
  visitNumber: uint32,
  transitionId: text,
  asked: boolean,
  canGoBackTo: boolean,
  declined: boolean,
  readFields: names,
  confirmedFields: names,
});

const pathEntry: fc.Arbitrary<PathEntry> = fc.record({
  sequence: uint32,
  stepId: text,
  visitNumber: uint32,
  transitionId: text,
  asked: boolean,
  leftRevision: uint32,
});

const irreversibleStep: fc.Arbitrary<IrreversibleStep> = fc.record({
  stepId: text,
  description: text,
  visitNumber: uint32,
  revision: uint32,
  passed: boolean,
});

const instance: fc.Arbitrary<ScenarioInstance> = fc.record({
  instanceId: text,
  scenarioId: text,
  scenarioVersion: uint32,
  status: anyName(enums.liveStatus),
  startNumber: uint32,
  startedAt: time,
  lastActiveAt: time,
  activeSince: time,
  pausedAt: optional(time),
  pauseReason: optional(anyName(enums.pauseReason)),
  pausedAtTurnCount: uint32,
  resumePolicy: optional(anyName(enums.resumePolicy)),
  isResumeOffered: boolean,
  displacedByInstanceIds: names,
  currentStepId: text,
  visit,
  requests: shortArray(request),
  route: shortArray(routeEntry),
  path: shortArray(pathEntry),
  irreversibleDone: shortArray(irreversibleStep),
  stepsBeforeCheckpoint: names,
  leftSteps: names,
  loopCounts: stringMap(uint32),
  attempts: uint32,
  attemptsTotal: uint32,
  lastVisitNumber: uint32,
  lastPathSequence: uint32,
  variables: fields,
  variableTimes: stringMap(time),
  settledFields: stringMap(anyName(enums.settledWithout)),
  heldValues: fields,
  pendingCorrections: stringMap(json),
  relocalizationCount: uint32,
  globalTransitionGuards: stringMap(text),
  call: optional(fc.record({ scenarioId: text, instanceId: text, hasStarted: boolean, pendingTurnsLeft: uint32 })),
  leadInTemplateIds: names,
  lastPlan: optional(fc.record({ revision: uint32, leadInTemplateIds: names })),
  deferredBehindScenarioId: text,
  waitsFor: anyName(enums.waitsFor),
});

const endedInstance: fc.Arbitrary<EndedInstance> = fc.record({
  instanceId: text,
  scenarioId: text,
  scenarioVersion: uint32,
  status: anyName(enums.endedStatus),
  reason: anyName(decisions.lifecycleReason),
  ending: optional(anyName(ending)),
  startNumber: uint32,
  startedAt: time,
  endedAt: time,
  lastStepId: text,
  irreversibleDone: shortArray(irreversibleStep),
});

const choice: fc.Arbitrary<ScenarioChoiceRequest> = fc
  .tuple(
    fc.record({
      reason: anyName(decisions.choiceReason),
      status: anyName(enums.choiceStatus),
      firstPut: optional(putting),
      lastPut: optional(putting),
      previousPut: optional(putting),
      putCount: uint32,
      attempts: uint32,
    }),
    stringMap(fc.record({ score, values: fields })),
  )
  .map(([rest, options]) => ({
    ...rest,
    scenarioIds: [...options.keys()],
    scores: [...options.values()].map((option) => option.score),
    // A scenario without values has no entry.
    localValues: new Map(
      [...options].filter(([, { values }]) => values.size > 0).map(([scenarioId, { values }]) => [scenarioId, values]),
    ),
  }));

/** Any session, including those that no sequence of turns can produce. */
export const session: fc.Arbitrary<Session> = fc.record({
  tenantId: text,
  agentId: text,
  sessionId: text,
  revision: uint32,
  turnCount: uint32,
  instances: shortArray(instance),
  endedInstances: shortArray(endedInstance),
  variables: stringMap(fc.record({ value: json, scope, storedAt: optional(time), isPersistedResult: boolean })),
  declinedFields: names,
  pendingStarts: shortArray(
    fc.record({ scenarioId: text, score, reason: rejectionReason, turnsLeft: uint32, localValues: fields }),
  ),
  scenarioCounters: stringMap(
    fc.record({ starts: uint32, completions: uint32, lastEnding: optional(anyName(ending)), lastValues: fields }),
  ),
  choices: shortArray(choice),
  exchangeRevision: uint32,
  lastMessageAt: time,
  lastContributorId: text,
  nextTimerAt: optional(time),
  createdAt: time,
  updatedAt: time,
  lastTurnId: text,
  lastStartNumber: uint32,
  importedFrom: text,
  customerId: text,
});

/** A session that a sequence of turns can produce, as `sessionFromProto` requires. */
export const coherentSession: fc.Arbitrary<Session> = session.map((any) => ({
  ...any,
  instances: any.instances.map((one, index) => ({
    ...one,
    instanceId: `instance ${index}`,
    scenarioId: `scenario ${index}`,
    status: one.pauseReason === undefined ? 'ACTIVE' : 'PAUSED',
    pausedAtTurnCount: Math.min(one.pausedAtTurnCount, any.turnCount),
    startNumber: index + 1,
    requests: one.requests.map((each, number) => ({ ...each, actionKey: `key ${number}` })),
    call: one.call && { ...one.call, instanceId: 'instance 0' },
    lastVisitNumber: Math.max(one.lastVisitNumber, one.visit.number),
    lastPathSequence: Math.max(one.lastPathSequence, one.path.at(-1)?.sequence ?? 0),
  })),
  endedInstances: any.endedInstances.map((one, index) => ({ ...one, instanceId: `ended ${index}` })),
  pendingStarts: any.pendingStarts.map((one, index) => ({ ...one, scenarioId: `pending ${index}` })),
  choices: any.choices.map((one, index) => ({ ...one, status: index === 0 ? one.status : 'CLOSED' })),
  lastStartNumber: Math.max(any.lastStartNumber, any.instances.length),
}));
