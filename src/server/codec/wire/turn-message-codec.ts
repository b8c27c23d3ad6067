import type {
  AppliedRule as AppliedRuleMessage,
  Turn as TurnMessage,
} from '../../../../gen/focal/orchestration/v1/turn';
import type { AppliedRule, Turn } from '../../../core/model/turn';
import { ruleScope, turnTrigger } from './enums';
import { fieldsFromProto, fieldsToProto } from './json-value';
import { situationFromProto, situationToProto } from './situation-codec';
import { stepOutcomeFromProto, stepOutcomeToProto } from './step-outcome-codec';

/** A turn as the contract has it; `occurred_at` is always set. */
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
    stepOutcomes: turn.stepOutcomes.map((outcome, index) => stepOutcomeToProto(outcome, outcomePath(index))),
    sessionVariables: fieldsToProto(turn.sessionVariables, 'turn.session_variables'),
  };
}

/**
 * The inverse of `turnToProto`; what the caller left out gets the default that the contract documents, and a turn without
 * `occurred_at` happened at `receivedAt` (milliseconds since 1970). Takes the message's lists over: it must not change after.
 * Throws INVALID_REQUEST for what the domain cannot hold, as `jsonFromProto` says.
 */
export function turnFromProto(message: TurnMessage, receivedAt: number): Turn {
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
    stepOutcomes: message.stepOutcomes.map((outcome, index) => stepOutcomeFromProto(outcome, outcomePath(index))),
    sessionVariables: fieldsFromProto(message.sessionVariables, 'turn.session_variables'),
  };
}

function outcomePath(index: number): string {
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
