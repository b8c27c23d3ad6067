import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import {
  type ScenarioCounter as CounterMessage,
  type PendingStart as PendingStartMessage,
  Session as SessionMessage,
  type SessionVariable as VariableMessage,
} from '../../../../gen/focal/orchestration/v1/session';
import type { ImportSessionRequest } from '../../../../gen/focal/orchestration/v1/session_service';
import type { LegacySession } from '../../../core/model/legacy-session';
import type {
  PendingStart,
  ScenarioCounter,
  ScenarioInstance,
  Session,
  SessionVariable,
} from '../../../core/model/session';
import { choiceFromProto, writeChoice } from './choice-codec';
import { rejectionReason } from './decision-enums';
import { convertEarlierSession } from './earlier-session';
import { encodeWith } from './encode-message';
import { ending, variableScope } from './enums';
import { endedInstanceFromProto, instanceFromProto, writeEndedInstance, writeInstance } from './instance-codec';
import { NewerContractError } from './invalid-field-error';
import { fieldsFromProto, jsonFromProto } from './json-value';
import { mapFromProto, sortKeys } from './map-field';
import { scenarioAction } from './session-enums';
import { validateSessionInput } from './session-input';
import { optionalTimeFromProto, timeFromProto } from './time';
import {
  startMessage,
  writeDouble,
  writeFlag,
  writeMessages,
  writeNumber,
  writeOptionalTime,
  writeSetTime,
  writeText,
  writeTexts,
  writeValue,
  writeValues,
} from './write-field';

/** The version of the format that this release writes. Releases up to 0.2 wrote none. */
const currentFormat = 2;

/** Converts a session for a caller: with its focus (0.3) and the fields of the single-scenario format (section 8). */
export function sessionToProto(session: Session, focusInstanceId: string): SessionMessage {
  const firstActive = session.instances.find((instance) => instance.status === 'ACTIVE');
  const message = SessionMessage.decode(encodeWith(writeSession, session));
  message.focusInstanceId = focusInstanceId;
  message.activeScenarioId = firstActive?.scenarioId ?? '';
  message.currentStepId = firstActive?.currentStepId ?? '';
  return message;
}

export interface SessionInputContext {
  /** The path of the session in the request, for errors. */
  readonly path: string;
  /** The time of the turn in the same request, in milliseconds since 1970. */
  readonly occurredAt: number;
}

/**
 * Converts a session in the request of a stateless phase. Derived fields are ignored: focus, active scenario, current step.
 *
 * Instances may be minimal. Defaults: the status is ACTIVE, the visit has just begun, all times are the time of the turn, and
 * start numbers continue after the highest one, in the order of the list.
 *
 * The session shares the lists of the message, so the caller must not change the message afterwards. Throws INVALID_REQUEST for
 * a session that no sequence of turns can produce.
 */
export function sessionFromProto(message: SessionMessage, { path, occurredAt }: SessionInputContext): Session {
  validateSessionInput(message, path);
  const now = new Date(occurredAt);
  const session = sessionStateFromProto({
    ...message,
    instances: message.instances.map((instance) => ({
      ...instance,
      startedAt: instance.startedAt ?? now,
      lastActiveAt: instance.lastActiveAt ?? now,
    })),
  });
  let lastStartNumber = session.lastStartNumber;
  for (const { startNumber } of session.instances) lastStartNumber = Math.max(lastStartNumber, startNumber);
  const instances = session.instances.map((instance): ScenarioInstance => {
    if (instance.startNumber === 0) lastStartNumber += 1;
    return {
      ...instance,
      startNumber: instance.startNumber || lastStartNumber,
      lastVisitNumber: Math.max(instance.lastVisitNumber, instance.visit.number),
      lastPathSequence: Math.max(instance.lastPathSequence, instance.path.at(-1)?.sequence ?? 0),
    };
  });
  instances.sort((a, b) => a.startNumber - b.startNumber);
  return { ...session, instances, lastStartNumber };
}

/** Writes the Session that is stored, without focus, active scenario and current step, which are derived from the instances. */
export function writeSession(writer: BinaryWriter, session: Session): void {
  writeText(writer, 1, session.tenantId);
  writeText(writer, 2, session.agentId);
  writeText(writer, 3, session.sessionId);
  writeNumber(writer, 4, session.revision);
  writeNumber(writer, 5, session.turnCount);
  writeMessages(writer, 6, session.instances, writeInstance);
  writeMessages(writer, 7, session.endedInstances, writeEndedInstance);
  writeVariables(writer, session.variables);
  writeMessages(writer, 9, session.pendingStarts, writePendingStart);
  writeCounters(writer, session.scenarioCounters);
  writeSetTime(writer, 13, session.createdAt);
  writeSetTime(writer, 14, session.updatedAt);
  writeText(writer, 15, session.lastTurnId);
  writeNumber(writer, 17, session.lastStartNumber);
  writeText(writer, 20, session.importedFrom);
  writeNumber(writer, 21, currentFormat);
  writeTexts(writer, 22, session.declinedFields);
  writeMessages(writer, 23, session.choices, writeChoice);
  writeNumber(writer, 24, session.exchangeRevision);
  writeSetTime(writer, 25, session.lastMessageAt);
  writeText(writer, 26, session.lastContributorId);
  writeOptionalTime(writer, 27, session.nextTimerAt);
  writeText(writer, 28, session.customerId);
}

/** The inverse of `writeSession`. Also reads the sessions of releases up to 0.2. */
export function sessionStateFromProto(message: SessionMessage): Session {
  if (message.format > currentFormat) {
    throw new NewerContractError('session.format', `must be at most ${currentFormat}, but is ${message.format}`);
  }
  const session = readSession(message);
  return message.format === 0 ? convertEarlierSession(session, message) : session;
}

function readSession(message: SessionMessage): Session {
  return {
    tenantId: message.tenantId,
    agentId: message.agentId,
    sessionId: message.sessionId,
    revision: message.revision,
    turnCount: message.turnCount,
    instances: message.instances.map((instance) => instanceFromProto(instance, message.revision)),
    endedInstances: message.endedInstances.map(endedInstanceFromProto),
    variables: variablesFromProto(message.variables),
    declinedFields: message.declinedFields,
    pendingStarts: message.pendingStarts.map(pendingStartFromProto),
    scenarioCounters: countersFromProto(message.scenarioCounters),
    choices: message.choices.map(choiceFromProto),
    exchangeRevision: message.exchangeRevision,
    lastMessageAt: timeFromProto(message.lastMessageAt),
    lastContributorId: message.lastContributorId,
    nextTimerAt: optionalTimeFromProto(message.nextTimerAt),
    createdAt: timeFromProto(message.createdAt),
    updatedAt: timeFromProto(message.updatedAt),
    lastTurnId: message.lastTurnId,
    lastStartNumber: message.lastStartNumber,
    importedFrom: message.importedFrom,
    customerId: message.customerId,
  };
}

function writePendingStart(writer: BinaryWriter, pending: PendingStart): void {
  writeText(writer, 1, pending.scenarioId);
  writeDouble(writer, 2, pending.score);
  writeNumber(writer, 3, rejectionReason.toProto[pending.reason]);
  writeNumber(writer, 4, pending.turnsLeft);
  writeValues(writer, 5, pending.localValues, 'session.pending_starts.local_values');
}

function pendingStartFromProto(message: PendingStartMessage): PendingStart {
  return {
    scenarioId: message.scenarioId,
    score: message.score,
    reason: rejectionReason.fromProto(message.reason),
    turnsLeft: message.turnsLeft,
    localValues: fieldsFromProto(message.localValues, 'session.pending_starts.local_values'),
  };
}

function writeVariables(writer: BinaryWriter, variables: ReadonlyMap<string, SessionVariable>): void {
  for (const name of sortKeys(variables)) {
    const variable = variables.get(name);
    if (variable === undefined) continue;
    startMessage(writer, 8);
    writeText(writer, 1, name);
    writeValue(writer, 2, variable.value, 'session.variables.value');
    writeNumber(writer, 3, variableScope.toProto[variable.scope]);
    writeOptionalTime(writer, 4, variable.storedAt);
    writeFlag(writer, 5, variable.isPersistedResult);
    writer.join();
  }
}

/** If a name occurs more than once, the last variable wins. A missing value is null. */
function variablesFromProto(messages: readonly VariableMessage[]): Map<string, SessionVariable> {
  const variables = new Map<string, SessionVariable>();
  for (const message of messages) {
    variables.set(message.name, {
      value: jsonFromProto(message.value ?? null, 'session.variables.value'),
      scope: variableScope.fromProto(message.scope),
      storedAt: optionalTimeFromProto(message.storedAt),
      isPersistedResult: message.isPersistedResult,
    });
  }
  return variables;
}

function writeCounters(writer: BinaryWriter, counters: ReadonlyMap<string, ScenarioCounter>): void {
  for (const scenarioId of sortKeys(counters)) {
    const counter = counters.get(scenarioId);
    if (counter === undefined) continue;
    startMessage(writer, 10);
    writeText(writer, 1, scenarioId);
    writeNumber(writer, 2, counter.starts);
    writeNumber(writer, 3, counter.completions);
    writeNumber(writer, 4, ending.optionalToProto(counter.lastEnding));
    writeValues(writer, 5, counter.lastValues, 'session.scenario_counters.last_values');
    writer.join();
  }
}

function countersFromProto(messages: readonly CounterMessage[]): Map<string, ScenarioCounter> {
  const counters = new Map<string, ScenarioCounter>();
  for (const message of messages) {
    counters.set(message.scenarioId, {
      starts: message.starts,
      completions: message.completions,
      lastEnding: ending.optionalFromProto(message.lastEnding),
      lastValues: fieldsFromProto(message.lastValues, 'session.scenario_counters.last_values'),
    });
  }
  return counters;
}

/** Reads the legacy session of an import request. Throws INVALID_REQUEST for the values that `jsonFromProto` rejects. */
export function legacySessionFromProto(message: ImportSessionRequest): LegacySession {
  return {
    agentId: message.agentId,
    activeScenarioId: message.activeScenarioId,
    activeScenarioVersion: message.activeScenarioVersion,
    currentStepId: message.currentStepId,
    visitedSteps: mapFromProto(message.visitedSteps),
    variables: fieldsFromProto(message.variables, 'variables'),
    lastAction: scenarioAction.optionalFromProto(message.lastAction),
    turnCount: message.turnCount,
    lastActiveAt: optionalTimeFromProto(message.lastActiveAt),
  };
}
