import {
  type CandidateVariable as CandidateVariableMessage,
  type SignalAim as SignalAimMessage,
  Situation as SituationMessage,
} from '../../../../gen/focal/orchestration/v1/turn';
import type { CandidateVariable, SignalAim, Situation } from '../../../core/model/turn';
import { frustrationLevel, scenarioSignal, urgency, variableScope } from './enums';
import { fieldsFromProto, fieldsToProto, jsonFromProto, jsonToProto } from './json-value';

/** The reading of a message as the contract has it. The numbers of the embedding are rounded to 32 bits when encoded. */
export function situationToProto(situation: Situation): SituationMessage {
  return {
    message: situation.message,
    language: situation.language,
    signals: situation.signals.map(signalAimToProto),
    intent: situation.intent,
    canonicalIntentLabel: situation.canonicalIntentLabel,
    canonicalIntentScore: situation.canonicalIntentScore,
    previousIntent: situation.previousIntent,
    intentChanged: situation.intentChanged,
    topicChanged: situation.topicChanged,
    tone: situation.tone,
    sentiment: situation.sentiment,
    frustrationLevel: frustrationLevel.toProto[situation.frustrationLevel],
    urgency: urgency.toProto[situation.urgency],
    facts: fieldsToProto(situation.facts, 'turn.situation.facts'),
    requestedFields: situation.requestedFields.slice(),
    candidateVariables: situation.candidateVariables.map(candidateVariableToProto),
    embedding: situation.embedding.slice(),
  };
}

/**
 * The inverse of `situationToProto`. An absent situation is one in which nothing was read. Candidate variables stay as they
 * came, doubles included: that the last one of a name counts is a rule of the domain (0.4).
 */
export function situationFromProto(message: SituationMessage = SituationMessage.create()): Situation {
  return {
    message: message.message,
    language: message.language,
    signals: message.signals.map(signalAimFromProto),
    intent: message.intent,
    canonicalIntentLabel: message.canonicalIntentLabel,
    canonicalIntentScore: message.canonicalIntentScore,
    previousIntent: message.previousIntent,
    intentChanged: message.intentChanged,
    topicChanged: message.topicChanged,
    tone: message.tone,
    sentiment: message.sentiment,
    frustrationLevel: frustrationLevel.fromProto(message.frustrationLevel),
    urgency: urgency.fromProto(message.urgency),
    facts: fieldsFromProto(message.facts, 'turn.situation.facts'),
    requestedFields: message.requestedFields,
    candidateVariables: message.candidateVariables.map(candidateVariableFromProto),
    embedding: message.embedding,
  };
}

function signalAimToProto(aim: SignalAim): SignalAimMessage {
  return {
    signal: scenarioSignal.toProto[aim.signal],
    scenarioIds: aim.scenarioIds.slice(),
    allInstances: aim.allInstances,
  };
}

function signalAimFromProto(message: SignalAimMessage): SignalAim {
  return {
    signal: scenarioSignal.fromProto(message.signal),
    scenarioIds: message.scenarioIds,
    allInstances: message.allInstances,
  };
}

function candidateVariableToProto(variable: CandidateVariable, index: number): CandidateVariableMessage {
  return {
    name: variable.name,
    value: jsonToProto(variable.value, `turn.situation.candidate_variables[${index}].value`),
    scope: variableScope.toProto[variable.scope],
  };
}

/** An absent value is null, "not known any more". */
function candidateVariableFromProto(message: CandidateVariableMessage, index: number): CandidateVariable {
  return {
    name: message.name,
    value: jsonFromProto(message.value ?? null, `turn.situation.candidate_variables[${index}].value`),
    scope: variableScope.fromProto(message.scope),
  };
}
