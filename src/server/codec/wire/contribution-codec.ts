import type {
  ScenarioContribution as ContributionMessage,
  ResumeOffer as OfferMessage,
  ScenarioContributionPlan as PlanMessage,
} from '../../../../gen/focal/orchestration/v1/contribution';
import type { ToolBinding as ToolMessage } from '../../../../gen/focal/orchestration/v1/scenario';
import type { Contribution, ContributionPlan, HintedTool, ResumeOffer } from '../../../core/model/contribution';
import { choiceReason, confirmKind, contributionType } from './decision-enums';
import { toolEffect, toolTiming } from './enums';
import { fieldTextsToProto, rejectedValueFromProto, rejectedValueToProto } from './field-codec';
import { fieldsFromProto, fieldsToProto } from './json-value';
import { emptyMapField } from './map-field';
import { plannedRequestFromProto, plannedRequestToProto } from './request-codec';
import { waitsFor } from './session-enums';

export function planToProto(plan: ContributionPlan): PlanMessage {
  return {
    contributions: plan.contributions.map(contributionToProto),
    primaryScenarioId: plan.primaryScenarioId,
    activeScenarioIds: plan.activeScenarioIds.slice(),
    hasAsks: plan.hasAsks,
    hasConfirms: plan.hasConfirms,
    hasActionHints: plan.hasActionHints,
    hasInforms: plan.hasInforms,
    offers: plan.offers.map(offerToProto),
    rejectedValues: plan.rejectedValues.map(rejectedValueToProto),
    openRequests: plan.openRequests.map(plannedRequestToProto),
  };
}

export function planFromProto(message: PlanMessage): ContributionPlan {
  return {
    contributions: message.contributions.map(contributionFromProto),
    primaryScenarioId: message.primaryScenarioId,
    activeScenarioIds: message.activeScenarioIds,
    hasAsks: message.hasAsks,
    hasConfirms: message.hasConfirms,
    hasActionHints: message.hasActionHints,
    hasInforms: message.hasInforms,
    offers: message.offers,
    openRequests: message.openRequests.map(plannedRequestFromProto),
    rejectedValues: message.rejectedValues.map(rejectedValueFromProto),
  };
}

function offerToProto(offer: ResumeOffer): OfferMessage {
  return {
    scenarioId: offer.scenarioId,
    scenarioName: offer.scenarioName,
    instanceId: offer.instanceId,
    stepId: offer.stepId,
    stepName: offer.stepName,
    missingFields: offer.missingFields.slice(),
    pausedTurns: offer.pausedTurns,
  };
}

/** Converts a contribution. Only the fields of its own type are set. */
export function contributionToProto(contribution: Contribution): ContributionMessage {
  const message = commonToProto(contribution);
  switch (contribution.type) {
    case 'NONE':
      message.waitsFor = waitsFor.toProto[contribution.waitsFor];
      return message;
    case 'ASK':
      message.fieldsToAsk = contribution.fieldsToAsk.slice();
      message.knownValues = fieldsToProto(contribution.knownValues, 'contribution.known_values');
      message.deferredFields = contribution.deferredFields.slice();
      message.fieldTexts = contribution.fieldTexts.map(fieldTextsToProto);
      message.rejectedValues = contribution.rejectedValues.map(rejectedValueToProto);
      return message;
    case 'CONFIRM':
      message.actionToConfirm = contribution.actionToConfirm;
      message.valuesToConfirm = fieldsToProto(contribution.valuesToConfirm, 'contribution.values_to_confirm');
      message.confirmKind = confirmKind.toProto[contribution.confirmKind];
      message.choices = contribution.choices.slice();
      message.choiceReason = choiceReason.optionalToProto(contribution.choiceReason);
      message.actionKey = contribution.actionKey;
      return message;
    case 'ACTION_HINT':
      message.actionKey = contribution.actionKey;
      message.tools = contribution.tools.map(hintedToolToProto);
      return message;
    case 'INFORM':
      message.templateIds = contribution.templateIds.slice();
      message.informTemplateId = contribution.templateIds[0] ?? '';
      return message;
  }
}

/** The inverse of `contributionToProto`. */
export function contributionFromProto(message: ContributionMessage): Contribution {
  const type = contributionType.fromProto(message.type);
  const common = commonFromProto(message);
  switch (type) {
    case 'NONE':
      return { type, ...common, waitsFor: waitsFor.fromProto(message.waitsFor) };
    case 'ASK':
      return {
        type,
        ...common,
        fieldsToAsk: message.fieldsToAsk,
        knownValues: fieldsFromProto(message.knownValues, 'contribution.known_values'),
        deferredFields: message.deferredFields,
        fieldTexts: message.fieldTexts,
        rejectedValues: message.rejectedValues.map(rejectedValueFromProto),
      };
    case 'CONFIRM':
      return {
        type,
        ...common,
        confirmKind: confirmKind.fromProto(message.confirmKind),
        actionToConfirm: message.actionToConfirm,
        valuesToConfirm: fieldsFromProto(message.valuesToConfirm, 'contribution.values_to_confirm'),
        choices: message.choices,
        choiceReason: choiceReason.optionalFromProto(message.choiceReason),
        actionKey: message.actionKey,
      };
    case 'ACTION_HINT':
      return { type, ...common, tools: message.tools.map(hintedToolFromProto), actionKey: message.actionKey };
    case 'INFORM':
      return { type, ...common, templateIds: message.templateIds };
  }
}

/** Converts the fields that every contribution type has. All other fields of the message are empty. */
function commonToProto(contribution: Contribution): ContributionMessage {
  return {
    scenarioId: contribution.scenarioId,
    scenarioName: contribution.scenarioName,
    instanceId: contribution.instanceId,
    stepId: contribution.stepId,
    stepName: contribution.stepName,
    type: contributionType.toProto[contribution.type],
    priority: contribution.priority,
    isReprompt: contribution.isReprompt,
    isReminder: contribution.isReminder,
    leadInTemplateIds: contribution.leadInTemplateIds.slice(),
    deferred: contribution.deferred,
    deferredBehindScenarioId: contribution.deferredBehindScenarioId,
    fieldsToAsk: [],
    knownValues: emptyMapField,
    sharedFields: contribution.sharedFields.slice(),
    deferredFields: [],
    actionToConfirm: '',
    valuesToConfirm: emptyMapField,
    confirmKind: 0,
    choices: [],
    actionKey: '',
    tools: [],
    templateIds: [],
    informTemplateId: '',
    fieldTexts: [],
    rejectedValues: [],
    waitsFor: 0,
    choiceReason: 0,
  };
}

function commonFromProto(message: ContributionMessage) {
  return {
    scenarioId: message.scenarioId,
    scenarioName: message.scenarioName,
    instanceId: message.instanceId,
    stepId: message.stepId,
    stepName: message.stepName,
    priority: message.priority,
    isReprompt: message.isReprompt,
    isReminder: message.isReminder,
    leadInTemplateIds: message.leadInTemplateIds,
    deferred: message.deferred,
    deferredBehindScenarioId: message.deferredBehindScenarioId,
    sharedFields: message.sharedFields,
  };
}

function hintedToolToProto(tool: HintedTool): ToolMessage {
  return {
    toolId: tool.toolId,
    timing: toolTiming.toProto[tool.timing],
    variableNames: tool.variableNames.slice(),
    dependsOn: tool.dependsOn.slice(),
    effect: toolEffect.toProto[tool.effect],
  };
}

/**
 * The inverse of `hintedToolToProto`. The responses of releases up to 0.2 have no effect. They are read as WRITE, which is the safe choice.
 */
function hintedToolFromProto(message: ToolMessage): HintedTool {
  return {
    toolId: message.toolId,
    timing: toolTiming.fromProto(message.timing),
    variableNames: message.variableNames,
    dependsOn: message.dependsOn,
    effect: toolEffect.optionalFromProto(message.effect) ?? 'WRITE',
  };
}
