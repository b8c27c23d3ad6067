import fc from 'fast-check';
import type {
  EndedInstance,
  IrreversibleStep,
  PathEntry,
  ScenarioInstance,
  Session,
  StepVisit,
} from '../../../src/core/model/session';
import * as enums from '../../../src/server/codec/wire/enums';
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

export const contributionTypes = anyName(enums.contributionType);

export const rejectionReason = anyName(enums.rejectionReason);

const pauseReason = anyName(enums.pauseReason);

const visit: fc.Arbitrary<StepVisit> = fc.record({
  number: uint32,
  enteredRevision: uint32,
  contributedTypes: shortArray(contributionTypes),
  askedFields: names,
  openType: optional(anyName(enums.openType)),
  openAskFields: names,
  shownValues: fields,
  confirmed: boolean,
  outcome: optional(outcomeKind),
  acted: boolean,
  attempts: uint32,
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
  pathSequence: uint32,
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
  pausedAt: optional(time),
  pauseReason: optional(pauseReason),
  pausedAtTurnCount: uint32,
  displacedByInstanceIds: names,
  currentStepId: text,
  visit,
  path: shortArray(pathEntry),
  irreversibleDone: shortArray(irreversibleStep),
  stepsBeforeCheckpoint: names,
  stepsTrimmedFromPath: names,
  loopCounts: stringMap(uint32),
  lastVisitNumber: uint32,
  lastPathSequence: uint32,
  variables: fields,
  variableTimes: stringMap(time),
  relocalizationCount: uint32,
  globalTransitionGuards: stringMap(text),
});

const endedInstance: fc.Arbitrary<EndedInstance> = fc.record({
  instanceId: text,
  scenarioId: text,
  scenarioVersion: uint32,
  status: anyName(enums.endedStatus),
  reason: anyName(enums.lifecycleReason),
  startNumber: uint32,
  startedAt: time,
  endedAt: time,
  lastStepId: text,
  irreversibleDone: shortArray(irreversibleStep),
});

/** Any session, including those that no sequence of turns can produce. */
export const session: fc.Arbitrary<Session> = fc.record({
  tenantId: text,
  agentId: text,
  sessionId: text,
  revision: uint32,
  turnCount: uint32,
  instances: shortArray(instance),
  endedInstances: shortArray(endedInstance),
  variables: stringMap(fc.record({ value: json, scope, storedAt: optional(time) })),
  pendingStarts: shortArray(fc.record({ scenarioId: text, score, reason: rejectionReason, turnsLeft: uint32 })),
  scenarioCounters: stringMap(fc.record({ starts: uint32, completions: uint32 })),
  openContributions: shortArray(fc.record({ instanceId: text, type: contributionTypes })),
  offeredChoiceScenarioIds: names,
  createdAt: time,
  updatedAt: time,
  lastTurnId: text,
  lastStartNumber: uint32,
  importedFrom: text,
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
    lastVisitNumber: Math.max(one.lastVisitNumber, one.visit.number),
    lastPathSequence: Math.max(one.lastPathSequence, one.path.at(-1)?.sequence ?? 0),
  })),
  endedInstances: any.endedInstances.map((one, index) => ({ ...one, instanceId: `ended ${index}` })),
  pendingStarts: any.pendingStarts.map((one, index) => ({ ...one, scenarioId: `pending ${index}` })),
  lastStartNumber: Math.max(any.lastStartNumber, any.instances.length),
}));
