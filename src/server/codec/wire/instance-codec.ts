import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import {
  type EndedInstance as EndedInstanceMessage,
  InstanceCall,
  type ScenarioInstance as InstanceMessage,
  IrreversibleStep,
  PathEntry,
  RouteEntry,
} from '../../../../gen/focal/orchestration/v1/session';
import type { EndedInstance, LastPlan, ScenarioInstance, SettledWithout } from '../../../core/model/session';
import { createVisit } from '../../../core/model/visit';
import { lifecycleReason } from './decision-enums';
import { ending } from './enums';
import { fieldsFromProto } from './json-value';
import { mapFromProto } from './map-field';
import { requestFromProto, writeRequest } from './request-codec';
import { endedStatus, liveStatus, pauseReason, resumePolicy, settledWithout, waitsFor } from './session-enums';
import { optionalTimeFromProto, timeFromProto } from './time';
import { visitFromProto, writeVisit } from './visit-codec';
import {
  writeEncoded,
  writeFlag,
  writeLong,
  writeMap,
  writeMessage,
  writeMessages,
  writeNumber,
  writeOptionalTime,
  writeSetTime,
  writeText,
  writeTexts,
  writeTime,
  writeValues,
} from './write-field';

/** Writes a ScenarioInstance. */
export function writeInstance(writer: BinaryWriter, instance: ScenarioInstance): void {
  writeText(writer, 1, instance.instanceId);
  writeText(writer, 2, instance.scenarioId);
  writeNumber(writer, 3, instance.scenarioVersion);
  writeNumber(writer, 4, liveStatus.toProto[instance.status]);
  writeNumber(writer, 5, instance.startNumber);
  writeTime(writer, 6, instance.startedAt);
  writeTime(writer, 7, instance.lastActiveAt);
  writeOptionalTime(writer, 8, instance.pausedAt);
  writeNumber(writer, 9, pauseReason.optionalToProto(instance.pauseReason));
  writeNumber(writer, 10, instance.pausedAtTurnCount);
  writeTexts(writer, 11, instance.displacedByInstanceIds);
  writeText(writer, 12, instance.currentStepId);
  writeMessage(writer, 13, instance.visit, writeVisit);
  writeEncoded(writer, 14, instance.path, PathEntry);
  writeEncoded(writer, 15, instance.irreversibleDone, IrreversibleStep);
  writeTexts(writer, 16, instance.stepsBeforeCheckpoint);
  writeMap(writer, 17, instance.loopCounts, 'instance.loop_counts', writeNumber);
  writeNumber(writer, 18, instance.lastVisitNumber);
  writeNumber(writer, 19, instance.lastPathSequence);
  writeValues(writer, 20, instance.variables, 'instance.variables');
  writeNumber(writer, 21, instance.relocalizationCount);
  writeMap(writer, 22, instance.globalTransitionGuards, 'instance.global_transition_guards', writeText);
  writeMap(writer, 24, instance.variableTimes, 'instance.variable_times', writeLong);
  writeTime(writer, 25, instance.activeSince);
  writeNumber(writer, 26, resumePolicy.optionalToProto(instance.resumePolicy));
  writeFlag(writer, 27, instance.isResumeOffered);
  writeMessages(writer, 28, instance.requests, writeRequest);
  writeEncoded(writer, 29, instance.route, RouteEntry);
  writeTexts(writer, 30, instance.leftSteps);
  writeNumber(writer, 31, instance.attempts);
  writeNumber(writer, 32, instance.attemptsTotal);
  writeMap(writer, 33, instance.settledFields, 'instance.settled_fields', writeSettledWithout);
  writeValues(writer, 34, instance.heldValues, 'instance.held_values');
  writeValues(writer, 35, instance.pendingCorrections, 'instance.pending_corrections');
  if (instance.call !== undefined) writeEncoded(writer, 36, [instance.call], InstanceCall);
  writeTexts(writer, 37, instance.leadInTemplateIds);
  writeMessage(writer, 38, instance.lastPlan, writeLastPlan);
  writeText(writer, 39, instance.deferredBehindScenarioId);
  writeNumber(writer, 40, waitsFor.toProto[instance.waitsFor]);
}

function writeSettledWithout(writer: BinaryWriter, field: number, reason: SettledWithout): void {
  writeNumber(writer, field, settledWithout.toProto[reason]);
}

function writeLastPlan(writer: BinaryWriter, { revision, leadInTemplateIds }: LastPlan): void {
  writeNumber(writer, 1, revision);
  writeTexts(writer, 2, leadInTemplateIds);
}

/**
 * The inverse of `writeInstance`. Defaults: the status is ACTIVE, a missing visit started at `revision`, and the instance has been active
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

function settledFieldsFromProto(message: InstanceMessage['settledFields']): ScenarioInstance['settledFields'] {
  return new Map([...mapFromProto(message)].map(([field, reason]) => [field, settledWithout.fromProto(reason)]));
}

/** Writes an EndedInstance. */
export function writeEndedInstance(writer: BinaryWriter, ended: EndedInstance): void {
  writeText(writer, 1, ended.instanceId);
  writeText(writer, 2, ended.scenarioId);
  writeNumber(writer, 3, ended.scenarioVersion);
  writeNumber(writer, 4, endedStatus.toProto[ended.status]);
  writeNumber(writer, 5, lifecycleReason.toProto[ended.reason]);
  writeNumber(writer, 6, ended.startNumber);
  writeSetTime(writer, 7, ended.startedAt);
  writeSetTime(writer, 8, ended.endedAt);
  writeText(writer, 9, ended.lastStepId);
  writeEncoded(writer, 10, ended.irreversibleDone, IrreversibleStep);
  writeNumber(writer, 11, ending.optionalToProto(ended.ending));
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
