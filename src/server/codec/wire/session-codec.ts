import {
  type ScenarioCounter as CounterMessage,
  Session as SessionMessage,
  type SessionVariable as VariableMessage,
} from '../../../../gen/focal/orchestration/v1/session';
import type {
  OpenContribution,
  PendingStart,
  ScenarioCounter,
  ScenarioInstance,
  Session,
  SessionVariable,
} from '../../../core/model/session';
import { encodeMessage } from '../stored/encode-message';
import { decodeStoredBytes } from '../stored/stored-bytes';
import { contributionType, rejectionReason, variableScope } from './enums';
import { endedInstanceFromProto, endedInstanceToProto, instanceFromProto, instanceToProto } from './instance-codec';
import { jsonFromProto, jsonToProto } from './json-value';
import { sortKeys } from './map-field';
import { validateSessionInput } from './session-input';
import { timeFromProto, timeToProto } from './time';

/** A session as callers see it: with its focus (0.3) and the fields of the older single-scenario format (section 8). */
export function sessionToProto(session: Session, focusInstanceId: string): SessionMessage {
  const firstActive = session.instances.find((instance) => instance.status === 'ACTIVE');
  const message = stateToProto(session);
  message.focusInstanceId = focusInstanceId;
  message.activeScenarioId = firstActive?.scenarioId ?? '';
  message.currentStepId = firstActive?.currentStepId ?? '';
  return message;
}

/** Where a session stands in a request, for errors, and the time of the turn that it is sent with. */
export interface SessionInputContext {
  readonly path: string;
  readonly occurredAt: number;
}

/**
 * A session that a caller sent to a stateless phase. What follows from the rest is not read: focus, active scenario, current
 * step. Instances may be minimal: one without status is ACTIVE, without a visit has just entered its step, without times started
 * and was active with the turn, without a start number started after all that have one, in the order of the list. Takes the
 * message's lists over: it must not change after. Throws INVALID_REQUEST for what no turns lead to.
 */
export function sessionFromProto(message: SessionMessage, { path, occurredAt }: SessionInputContext): Session {
  validateSessionInput(message, path);
  const session = stateFromProto(message);
  let lastStartNumber = session.lastStartNumber;
  for (const { startNumber } of session.instances) lastStartNumber = Math.max(lastStartNumber, startNumber);
  const instances = session.instances.map((instance, index): ScenarioInstance => {
    const sent = message.instances[index];
    if (instance.startNumber === 0) lastStartNumber += 1;
    return {
      ...instance,
      startNumber: instance.startNumber || lastStartNumber,
      startedAt: sent?.startedAt === undefined ? occurredAt : instance.startedAt,
      lastActiveAt: sent?.lastActiveAt === undefined ? occurredAt : instance.lastActiveAt,
      lastVisitNumber: Math.max(instance.lastVisitNumber, instance.visit.number),
      lastPathSequence: Math.max(instance.lastPathSequence, instance.path.at(-1)?.sequence ?? 0),
    };
  });
  instances.sort((a, b) => a.startNumber - b.startNumber);
  return { ...session, instances, lastStartNumber };
}

/** The state as the stores keep it, without what follows from it; equal sessions give equal bytes. */
export function encodeSession(session: Session): Uint8Array {
  return encodeMessage(SessionMessage, stateToProto(session));
}

/** The inverse of `encodeSession`. */
export function decodeSession(bytes: Uint8Array): Session {
  return decodeStoredBytes('session', bytes, SessionMessage.decode, stateFromProto);
}

function stateToProto(session: Session): SessionMessage {
  return {
    tenantId: session.tenantId,
    agentId: session.agentId,
    sessionId: session.sessionId,
    revision: session.revision,
    turnCount: session.turnCount,
    instances: session.instances.map(instanceToProto),
    endedInstances: session.endedInstances.map(endedInstanceToProto),
    variables: variablesToProto(session.variables),
    pendingStarts: session.pendingStarts.map((pending) => ({
      scenarioId: pending.scenarioId,
      score: pending.score,
      reason: rejectionReason.toProto[pending.reason],
      turnsLeft: pending.turnsLeft,
    })),
    scenarioCounters: countersToProto(session.scenarioCounters),
    openContributions: session.openContributions.map((open) => ({
      instanceId: open.instanceId,
      type: contributionType.toProto[open.type],
    })),
    offeredChoiceScenarioIds: session.offeredChoiceScenarioIds.slice(),
    createdAt: timeToProto(session.createdAt),
    updatedAt: timeToProto(session.updatedAt),
    lastTurnId: session.lastTurnId,
    focusInstanceId: '',
    lastStartNumber: session.lastStartNumber,
    activeScenarioId: '',
    currentStepId: '',
    importedFrom: session.importedFrom,
  };
}

function stateFromProto(message: SessionMessage): Session {
  return {
    tenantId: message.tenantId,
    agentId: message.agentId,
    sessionId: message.sessionId,
    revision: message.revision,
    turnCount: message.turnCount,
    instances: message.instances.map((instance) => instanceFromProto(instance, message.revision)),
    endedInstances: message.endedInstances.map(endedInstanceFromProto),
    variables: variablesFromProto(message.variables),
    pendingStarts: message.pendingStarts.map(
      (pending): PendingStart => ({
        scenarioId: pending.scenarioId,
        score: pending.score,
        reason: rejectionReason.fromProto(pending.reason),
        turnsLeft: pending.turnsLeft,
      }),
    ),
    scenarioCounters: countersFromProto(message.scenarioCounters),
    openContributions: message.openContributions.map(
      (open): OpenContribution => ({
        instanceId: open.instanceId,
        type: contributionType.fromProto(open.type),
      }),
    ),
    offeredChoiceScenarioIds: message.offeredChoiceScenarioIds,
    createdAt: timeFromProto(message.createdAt),
    updatedAt: timeFromProto(message.updatedAt),
    lastTurnId: message.lastTurnId,
    lastStartNumber: message.lastStartNumber,
    importedFrom: message.importedFrom,
  };
}

function variablesToProto(variables: ReadonlyMap<string, SessionVariable>): VariableMessage[] {
  const messages: VariableMessage[] = [];
  for (const name of sortKeys(variables)) {
    const variable = variables.get(name);
    if (variable === undefined) continue;
    messages.push({
      name,
      value: jsonToProto(variable.value, 'session.variables.value'),
      scope: variableScope.toProto[variable.scope],
    });
  }
  return messages;
}

/** The last one of a name counts; an absent value is null. */
function variablesFromProto(messages: readonly VariableMessage[]): Map<string, SessionVariable> {
  const variables = new Map<string, SessionVariable>();
  for (const message of messages) {
    variables.set(message.name, {
      value: jsonFromProto(message.value ?? null, 'session.variables.value'),
      scope: variableScope.fromProto(message.scope),
    });
  }
  return variables;
}

function countersToProto(counters: ReadonlyMap<string, ScenarioCounter>): CounterMessage[] {
  const messages: CounterMessage[] = [];
  for (const scenarioId of sortKeys(counters)) {
    const counter = counters.get(scenarioId);
    if (counter === undefined) continue;
    messages.push({ scenarioId, starts: counter.starts, completions: counter.completions });
  }
  return messages;
}

function countersFromProto(messages: readonly CounterMessage[]): Map<string, ScenarioCounter> {
  const counters = new Map<string, ScenarioCounter>();
  for (const { scenarioId, starts, completions } of messages) counters.set(scenarioId, { starts, completions });
  return counters;
}
