import type {
  EndedInstance as EndedInstanceMessage,
  ScenarioInstance as InstanceMessage,
} from '../../../../gen/focal/orchestration/v1/session';
import type { EndedInstance, ScenarioInstance } from '../../../core/model/session';
import { createVisit } from '../../../core/model/visit';
import { lifecycleReason } from './decision-enums';
import { ending } from './enums';
import { fieldsFromProto, fieldsToProto } from './json-value';
import { emptyMapField, mapFromProto, mapToProto } from './map-field';
import { requestFromProto, requestToProto } from './request-codec';
import { endedStatus, liveStatus, pauseReason, resumePolicy, settledWithout, waitsFor } from './session-enums';
import { optionalTimeFromProto, optionalTimeToProto, timeFromProto, timeToProto } from './time';
import { routeEntryToProto, visitFromProto, visitToProto } from './visit-codec';

export function instanceToProto(instance: ScenarioInstance): InstanceMessage {
  return {
    instanceId: instance.instanceId,
    scenarioId: instance.scenarioId,
    scenarioVersion: instance.scenarioVersion,
    status: liveStatus.toProto[instance.status],
    startNumber: instance.startNumber,
    startedAt: new Date(instance.startedAt),
    lastActiveAt: new Date(instance.lastActiveAt),
    activeSince: new Date(instance.activeSince),
    pausedAt: optionalTimeToProto(instance.pausedAt),
    pauseReason: pauseReason.optionalToProto(instance.pauseReason),
    pausedAtTurnCount: instance.pausedAtTurnCount,
    resumePolicy: resumePolicy.optionalToProto(instance.resumePolicy),
    resumeOffered: instance.isResumeOffered,
    displacedByInstanceIds: instance.displacedByInstanceIds.slice(),
    currentStepId: instance.currentStepId,
    visit: visitToProto(instance.visit),
    requests: instance.requests.map(requestToProto),
    route: instance.route.map(routeEntryToProto),
    path: instance.path.slice(),
    irreversibleDone: instance.irreversibleDone.slice(),
    stepsBeforeCheckpoint: instance.stepsBeforeCheckpoint.slice(),
    leftSteps: instance.leftSteps.slice(),
    loopCounts: mapToProto(instance.loopCounts, 'instance.loop_counts'),
    attempts: instance.attempts,
    attemptsTotal: instance.attemptsTotal,
    lastVisitNumber: instance.lastVisitNumber,
    lastPathSequence: instance.lastPathSequence,
    variables: fieldsToProto(instance.variables, 'instance.variables'),
    variableTimes: mapToProto(instance.variableTimes, 'instance.variable_times'),
    settledFields: settledFieldsToProto(instance.settledFields),
    heldValues: fieldsToProto(instance.heldValues, 'instance.held_values'),
    pendingCorrections: fieldsToProto(instance.pendingCorrections, 'instance.pending_corrections'),
    relocalizationCount: instance.relocalizationCount,
    globalTransitionGuards: mapToProto(instance.globalTransitionGuards, 'instance.global_transition_guards'),
    call: instance.call,
    leadInTemplateIds: instance.leadInTemplateIds.slice(),
    lastPlan: instance.lastPlan && {
      revision: instance.lastPlan.revision,
      leadInTemplateIds: instance.lastPlan.leadInTemplateIds.slice(),
    },
    deferredBehindScenarioId: instance.deferredBehindScenarioId,
    waitsFor: waitsFor.toProto[instance.waitsFor],
    // Fields of releases up to 0.2, which are only read.
    stepsTrimmedFromPath: [],
  };
}

/**
 * The inverse of `instanceToProto`. Defaults: the status is ACTIVE, a missing visit started at `revision`, and the instance has been active
 * since `last_active_at`.
 */
export function instanceFromProto(message: InstanceMessage, revision: number): ScenarioInstance {
  const lastActiveAt = timeFromProto(message.lastActiveAt);
  return {
    instanceId: message.instanceId,
    scenarioId: message.scenarioId,
    scenarioVersion: message.scenarioVersion,
    status: liveStatus.fromProto(message.status),
    startNumber: message.startNumber,
    startedAt: timeFromProto(message.startedAt),
    lastActiveAt,
    activeSince: optionalTimeFromProto(message.activeSince) ?? lastActiveAt,
    pausedAt: optionalTimeFromProto(message.pausedAt),
    pauseReason: pauseReason.optionalFromProto(message.pauseReason),
    pausedAtTurnCount: message.pausedAtTurnCount,
    resumePolicy: resumePolicy.optionalFromProto(message.resumePolicy),
    isResumeOffered: message.resumeOffered,
    displacedByInstanceIds: message.displacedByInstanceIds,
    currentStepId: message.currentStepId,
    visit: message.visit
      ? visitFromProto(message.visit, lastActiveAt)
      : createVisit(Math.max(1, message.lastVisitNumber), revision, lastActiveAt),
    requests: message.requests.map(requestFromProto),
    route: message.route,
    path: message.path,
    irreversibleDone: message.irreversibleDone,
    stepsBeforeCheckpoint: message.stepsBeforeCheckpoint,
    leftSteps: message.leftSteps,
    loopCounts: mapFromProto(message.loopCounts),
    attempts: message.attempts,
    attemptsTotal: message.attemptsTotal,
    lastVisitNumber: message.lastVisitNumber,
    lastPathSequence: message.lastPathSequence,
    variables: fieldsFromProto(message.variables, 'instance.variables'),
    variableTimes: mapFromProto(message.variableTimes),
    settledFields: settledFieldsFromProto(message.settledFields),
    heldValues: fieldsFromProto(message.heldValues, 'instance.held_values'),
    pendingCorrections: fieldsFromProto(message.pendingCorrections, 'instance.pending_corrections'),
    relocalizationCount: message.relocalizationCount,
    globalTransitionGuards: mapFromProto(message.globalTransitionGuards),
    call: message.call,
    leadInTemplateIds: message.leadInTemplateIds,
    lastPlan: message.lastPlan,
    deferredBehindScenarioId: message.deferredBehindScenarioId,
    waitsFor: waitsFor.fromProto(message.waitsFor),
  };
}

function settledFieldsToProto(fields: ScenarioInstance['settledFields']): InstanceMessage['settledFields'] {
  if (fields.size === 0) return emptyMapField;
  const messages = new Map([...fields].map(([field, reason]) => [field, settledWithout.toProto[reason]]));
  return mapToProto(messages, 'instance.settled_fields');
}

function settledFieldsFromProto(message: InstanceMessage['settledFields']): ScenarioInstance['settledFields'] {
  return new Map([...mapFromProto(message)].map(([field, reason]) => [field, settledWithout.fromProto(reason)]));
}

export function endedInstanceToProto(ended: EndedInstance): EndedInstanceMessage {
  return {
    instanceId: ended.instanceId,
    scenarioId: ended.scenarioId,
    scenarioVersion: ended.scenarioVersion,
    status: endedStatus.toProto[ended.status],
    reason: lifecycleReason.toProto[ended.reason],
    ending: ending.optionalToProto(ended.ending),
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
    ending: ending.optionalFromProto(message.ending),
    startNumber: message.startNumber,
    startedAt: timeFromProto(message.startedAt),
    endedAt: timeFromProto(message.endedAt),
    lastStepId: message.lastStepId,
    irreversibleDone: message.irreversibleDone,
  };
}
