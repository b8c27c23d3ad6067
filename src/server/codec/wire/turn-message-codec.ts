import {
  type AppliedRule as AppliedRuleMessage,
  type CandidateVariable as CandidateVariableMessage,
  type Delivery as DeliveryMessage,
  type SignalAim as SignalAimMessage,
  Situation as SituationMessage,
  type StepOutcome as StepOutcomeMessage,
  type Turn as TurnMessage,
} from '../../../../gen/focal/orchestration/v1/turn';
import type {
  AppliedRule,
  CandidateVariable,
  Delivery,
  SignalAim,
  Situation,
  StepOutcome,
  Turn,
} from '../../../core/model/turn';
import { deliveredType } from './decision-enums';
import {
  deliveryStatus,
  frustrationLevel,
  ruleScope,
  scenarioSignal,
  stepOutcomeKind,
  turnTrigger,
  urgency,
  variableOperation,
  variableScope,
} from './enums';
import { createInvalidFieldError } from './invalid-field-error';
import { fieldsFromProto, fieldsToProto, jsonFromProto, jsonToProto } from './json-value';

/** Converts a turn. `occurred_at` is always set. */
export function turnToProto(turn: Turn): TurnMessage {
  return {
    tenantId: turn.tenantId,
    agentId: turn.agentId,
    sessionId: turn.sessionId,
    turnId: turn.turnId,
    occurredAt: new Date(turn.occurredAt),
    trigger: turnTrigger.toProto[turn.trigger],
    situation: situationToProto(turn.situation),
    candidates: turn.candidates.slice(),
    appliedRules: turn.appliedRules.map(appliedRuleToProto),
    customerData: fieldsToProto(turn.customerData, 'turn.customer_data'),
    stepOutcomes: turn.stepOutcomes.map((outcome, index) => stepOutcomeToProto(outcome, getOutcomePath(index))),
    sessionVariables: fieldsToProto(turn.sessionVariables, 'turn.session_variables'),
    deliveries: turn.deliveries.map(deliveryToProto),
    supersedesTurnId: turn.supersedesTurnId,
    customerId: turn.customerId,
  };
}

/**
 * The inverse of `turnToProto`. Fields that the caller omitted get the defaults that the contract documents; the default of
 * `occurred_at` is `receivedAt`, in milliseconds since 1970. The turn shares the lists of the message, so the caller must not
 * change the message afterwards. Throws INVALID_REQUEST for the values that `jsonFromProto` rejects, for a delivery that does not
 * identify one contribution, and for a turn without a message that supersedes another one (section 13).
 */
export function turnFromProto(message: TurnMessage, receivedAt: number): Turn {
  if (message.supersedesTurnId !== '' && turnTrigger.fromProto(message.trigger) !== 'MESSAGE') {
    const description = 'must be empty unless the trigger is MESSAGE, because only a message replaces a message';
    throw createInvalidFieldError('turn.supersedes_turn_id', description);
  }
  return {
    tenantId: message.tenantId,
    agentId: message.agentId,
    sessionId: message.sessionId,
    turnId: message.turnId,
    occurredAt: message.occurredAt === undefined ? receivedAt : message.occurredAt.getTime(),
    trigger: turnTrigger.fromProto(message.trigger),
    situation: situationFromProto(message.situation),
    candidates: message.candidates,
    appliedRules: message.appliedRules.map(appliedRuleFromProto),
    customerData: fieldsFromProto(message.customerData, 'turn.customer_data'),
    stepOutcomes: message.stepOutcomes.map((outcome, index) => stepOutcomeFromProto(outcome, getOutcomePath(index))),
    sessionVariables: fieldsFromProto(message.sessionVariables, 'turn.session_variables'),
    deliveries: message.deliveries.map(deliveryFromProto),
    supersedesTurnId: message.supersedesTurnId,
    customerId: message.customerId,
  };
}

function getOutcomePath(index: number): string {
  return `turn.step_outcomes[${index}]`;
}

function appliedRuleToProto(rule: AppliedRule): AppliedRuleMessage {
  return {
    ruleId: rule.ruleId,
    scope: ruleScope.toProto[rule.scope],
    scopeId: rule.scopeId,
    scopeScenarioId: rule.scopeScenarioId,
    priority: rule.priority,
  };
}

function appliedRuleFromProto(message: AppliedRuleMessage): AppliedRule {
  return {
    ruleId: message.ruleId,
    scope: ruleScope.fromProto(message.scope),
    scopeId: message.scopeId,
    scopeScenarioId: message.scopeScenarioId,
    priority: message.priority,
  };
}

/** Converts a situation. The contract encodes the numbers of the embedding with 32 bits. */
function situationToProto(situation: Situation): SituationMessage {
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
 * The inverse of `situationToProto`. A missing situation is converted to an empty one. Candidate variables are kept in order,
 * including duplicates. The rules define that the last value of a name wins (0.4).
 */
function situationFromProto(message: SituationMessage = SituationMessage.create()): Situation {
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
    scenarioId: variable.scenarioId,
    operation: variableOperation.toProto[variable.operation],
    declined: variable.declined,
  };
}

/** Converts a candidate variable. A missing value becomes null, which means "no longer known". */
function candidateVariableFromProto(message: CandidateVariableMessage, index: number): CandidateVariable {
  return {
    name: message.name,
    value: jsonFromProto(message.value ?? null, `turn.situation.candidate_variables[${index}].value`),
    scope: variableScope.fromProto(message.scope),
    scenarioId: message.scenarioId,
    operation: variableOperation.fromProto(message.operation),
    declined: message.declined,
  };
}

function deliveryToProto(delivery: Delivery): DeliveryMessage {
  return {
    instanceId: delivery.instanceId,
    contributionType: deliveredType.optionalToProto(delivery.contributionType),
    actionKey: delivery.actionKey,
    status: deliveryStatus.toProto[delivery.status],
  };
}

/** The inverse of `deliveryToProto`. Checks that the delivery identifies a contribution (section 12). */
function deliveryFromProto(message: DeliveryMessage, index: number): Delivery {
  const { instanceId, actionKey } = message;
  const type = deliveredType.optionalFromProto(message.contributionType);
  const isChoice = instanceId === '' && type === 'CONFIRM';
  if (actionKey === '' && !isChoice && (instanceId === '' || type === undefined)) {
    throw createInvalidFieldError(
      `turn.deliveries[${index}]`,
      'must have action_key, or instance_id and contribution_type; for a CHOICE, set only contribution_type CONFIRM',
    );
  }
  return { instanceId, contributionType: type, actionKey, status: deliveryStatus.fromProto(message.status) };
}

/** Converts a step outcome. Errors name the field by `path`. */
export function stepOutcomeToProto(outcome: StepOutcome, path: string): StepOutcomeMessage {
  return {
    instanceId: outcome.instanceId,
    stepId: outcome.stepId,
    actionKey: outcome.actionKey,
    kind: stepOutcomeKind.toProto[outcome.kind],
    toolId: outcome.toolId,
    results: fieldsToProto(outcome.results, `${path}.results`),
  };
}

/** The inverse of `stepOutcomeToProto`. Throws INVALID_REQUEST if the kind is missing. */
export function stepOutcomeFromProto(message: StepOutcomeMessage, path: string): StepOutcome {
  return {
    instanceId: message.instanceId,
    stepId: message.stepId,
    actionKey: message.actionKey,
    kind: stepOutcomeKind.fromProto(message.kind),
    toolId: message.toolId,
    results: fieldsFromProto(message.results, `${path}.results`),
  };
}
