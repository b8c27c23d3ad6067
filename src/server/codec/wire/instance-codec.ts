import type {
  EndedInstance as EndedInstanceMessage,
  ScenarioInstance as InstanceMessage,
} from '../../../../gen/focal/orchestration/v1/session';
import { createVisit, type EndedInstance, type ScenarioInstance, type StepVisit } from '../../../core/model/session';
import { endedStatus, lifecycleReason, liveStatus, pauseReason } from './enums';
import { fieldsFromProto, fieldsToProto } from './json-value';
import { mapFromProto, mapToProto } from './map-field';
import { optionalTimeFromProto, optionalTimeToProto, timeFromProto, timeToProto } from './time';
import { visitFromProto, visitToProto } from './visit-codec';

/** An active or paused instance as the contract has it. */
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
    relocalizationCount: instance.relocalizationCount,
    globalTransitionGuards: mapToProto(instance.globalTransitionGuards, 'instance.global_transition_guards'),
  };
}

/** The inverse of `instanceToProto`. An absent visit opens at `revision`; an absent status is ACTIVE. */
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
    visit: message.visit === undefined ? nextVisit(message, revision) : visitFromProto(message.visit),
    path: message.path,
    irreversibleDone: message.irreversibleDone,
    stepsBeforeCheckpoint: message.stepsBeforeCheckpoint,
    stepsTrimmedFromPath: message.stepsTrimmedFromPath,
    loopCounts: mapFromProto(message.loopCounts),
    lastVisitNumber: message.lastVisitNumber,
    lastPathSequence: message.lastPathSequence,
    variables: fieldsFromProto(message.variables, 'instance.variables'),
    relocalizationCount: message.relocalizationCount,
    globalTransitionGuards: mapFromProto(message.globalTransitionGuards),
  };
}

/** The visit of an instance that says nothing of it: it has just entered its step. */
function nextVisit(message: InstanceMessage, revision: number): StepVisit {
  return createVisit(Math.max(1, message.lastVisitNumber), revision);
}

/** An instance that ended as the contract has it. */
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

/** The inverse of `endedInstanceToProto`. */
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
