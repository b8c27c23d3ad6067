import type {
  EndedInstance as EndedInstanceMessage,
  ScenarioInstance as InstanceMessage,
  StepVisit as StepVisitMessage,
} from '../../../../gen/focal/orchestration/v1/session';
import { createVisit, type EndedInstance, type ScenarioInstance, type StepVisit } from '../../../core/model/session';
import {
  contributionType,
  endedStatus,
  lifecycleReason,
  liveStatus,
  openType,
  pauseReason,
  stepOutcomeKind,
} from './enums';
import { fieldsFromProto, fieldsToProto } from './json-value';
import { mapFromProto, mapToProto } from './map-field';
import { optionalTimeFromProto, optionalTimeToProto, timeFromProto, timeToProto } from './time';

export function instanceToProto(instance: ScenarioInstance): InstanceMessage {
  return {
    instanceId: instance.instanceId,
    scenarioId: instance.scenarioId,
    scenarioVersion: instance.scenarioVersion,
    status: liveStatus.toProto[instance.status],
    startNumber: instance.startNumber,
    startedAt: new Date(instance.startedAt),
    lastActiveAt: new Date(instance.lastActiveAt),
    pausedAt: optionalTimeToProto(instance.pausedAt),
    pauseReason: pauseReason.optionalToProto(instance.pauseReason),
    pausedAtTurnCount: instance.pausedAtTurnCount,
    displacedByInstanceIds: instance.displacedByInstanceIds.slice(),
    currentStepId: instance.currentStepId,
    visit: visitToProto(instance.visit),
    path: instance.path.slice(),
    irreversibleDone: instance.irreversibleDone.slice(),
    stepsBeforeCheckpoint: instance.stepsBeforeCheckpoint.slice(),
    stepsTrimmedFromPath: instance.stepsTrimmedFromPath.slice(),
    loopCounts: mapToProto(instance.loopCounts, 'instance.loop_counts'),
    lastVisitNumber: instance.lastVisitNumber,
    lastPathSequence: instance.lastPathSequence,
    variables: fieldsToProto(instance.variables, 'instance.variables'),
    variableTimes: mapToProto(instance.variableTimes, 'instance.variable_times'),
    relocalizationCount: instance.relocalizationCount,
    globalTransitionGuards: mapToProto(instance.globalTransitionGuards, 'instance.global_transition_guards'),
  };
}

/** The inverse of `instanceToProto`. A missing visit starts at `revision`; a missing status is ACTIVE. */
export function instanceFromProto(message: InstanceMessage, revision: number): ScenarioInstance {
  return {
    instanceId: message.instanceId,
    scenarioId: message.scenarioId,
    scenarioVersion: message.scenarioVersion,
    status: liveStatus.fromProto(message.status),
    startNumber: message.startNumber,
    startedAt: timeFromProto(message.startedAt),
    lastActiveAt: timeFromProto(message.lastActiveAt),
    pausedAt: optionalTimeFromProto(message.pausedAt),
    pauseReason: pauseReason.optionalFromProto(message.pauseReason),
    pausedAtTurnCount: message.pausedAtTurnCount,
    displacedByInstanceIds: message.displacedByInstanceIds,
    currentStepId: message.currentStepId,
    visit: message.visit === undefined ? createDefaultVisit(message, revision) : visitFromProto(message.visit),
    path: message.path,
    irreversibleDone: message.irreversibleDone,
    stepsBeforeCheckpoint: message.stepsBeforeCheckpoint,
    stepsTrimmedFromPath: message.stepsTrimmedFromPath,
    loopCounts: mapFromProto(message.loopCounts),
    lastVisitNumber: message.lastVisitNumber,
    lastPathSequence: message.lastPathSequence,
    variables: fieldsFromProto(message.variables, 'instance.variables'),
    variableTimes: mapFromProto(message.variableTimes),
    relocalizationCount: message.relocalizationCount,
    globalTransitionGuards: mapFromProto(message.globalTransitionGuards),
  };
}

/** Creates the visit of an instance in a request that has none. The instance counts as having just entered its step. */
function createDefaultVisit(message: InstanceMessage, revision: number): StepVisit {
  return createVisit(Math.max(1, message.lastVisitNumber), revision);
}

export function endedInstanceToProto(ended: EndedInstance): EndedInstanceMessage {
  return {
    instanceId: ended.instanceId,
    scenarioId: ended.scenarioId,
    scenarioVersion: ended.scenarioVersion,
    status: endedStatus.toProto[ended.status],
    reason: lifecycleReason.toProto[ended.reason],
    startNumber: ended.startNumber,
    startedAt: timeToProto(ended.startedAt),
    endedAt: timeToProto(ended.endedAt),
    lastStepId: ended.lastStepId,
    irreversibleDone: ended.irreversibleDone.slice(),
  };
}

export function endedInstanceFromProto(message: EndedInstanceMessage): EndedInstance {
  return {
    instanceId: message.instanceId,
    scenarioId: message.scenarioId,
    scenarioVersion: message.scenarioVersion,
    status: endedStatus.fromProto(message.status),
    reason: lifecycleReason.fromProto(message.reason),
    startNumber: message.startNumber,
    startedAt: timeFromProto(message.startedAt),
    endedAt: timeFromProto(message.endedAt),
    lastStepId: message.lastStepId,
    irreversibleDone: message.irreversibleDone,
  };
}

function visitToProto(visit: StepVisit): StepVisitMessage {
  return {
    number: visit.number,
    enteredRevision: visit.enteredRevision,
    contributedTypes: visit.contributedTypes.map((type) => contributionType.toProto[type]),
    askedFields: visit.askedFields.slice(),
    openType: openType.optionalToProto(visit.openType),
    openAskFields: visit.openAskFields.slice(),
    shownValues: fieldsToProto(visit.shownValues, 'visit.shown_values'),
    confirmed: visit.confirmed,
    outcome: stepOutcomeKind.optionalToProto(visit.outcome),
    acted: visit.acted,
    attempts: visit.attempts,
  };
}

function visitFromProto(message: StepVisitMessage): StepVisit {
  return {
    number: message.number,
    enteredRevision: message.enteredRevision,
    contributedTypes: message.contributedTypes.map((type) => contributionType.fromProto(type)),
    askedFields: message.askedFields,
    openType: openType.optionalFromProto(message.openType),
    openAskFields: message.openAskFields,
    shownValues: fieldsFromProto(message.shownValues, 'visit.shown_values'),
    confirmed: message.confirmed,
    outcome: stepOutcomeKind.optionalFromProto(message.outcome),
    acted: message.acted,
    attempts: message.attempts,
  };
}
