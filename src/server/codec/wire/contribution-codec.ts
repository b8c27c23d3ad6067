import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import {
  type ScenarioContribution as ContributionMessage,
  type ScenarioContributionPlan as PlanMessage,
  ScenarioChoice,
} from '../../../../gen/focal/orchestration/v1/contribution';
import { FieldTexts } from '../../../../gen/focal/orchestration/v1/field';
import type { ToolBinding as ToolMessage } from '../../../../gen/focal/orchestration/v1/scenario';
import type { Contribution, ContributionPlan, HintedTool, ResumeOffer } from '../../../core/model/contribution';
import { choiceReason, confirmKind, contributionType } from './decision-enums';
import { toolEffect, toolTiming } from './enums';
import { rejectedValueFromProto, writeRejectedValue } from './field-codec';
import { fieldsFromProto } from './json-value';
import { plannedRequestFromProto, writePlannedRequest } from './request-codec';
import { waitsFor } from './session-enums';
import {
  writeEncoded,
  writeFlag,
  writeInteger,
  writeMessages,
  writeNumber,
  writeText,
  writeTexts,
  writeValues,
} from './write-field';

/** Writes a ScenarioContributionPlan. */
export function writePlan(writer: BinaryWriter, plan: ContributionPlan): void {
  writeMessages(writer, 1, plan.contributions, writeContribution);
  writeText(writer, 2, plan.primaryScenarioId);
  writeTexts(writer, 3, plan.activeScenarioIds);
  writeFlag(writer, 4, plan.hasAsks);
  writeFlag(writer, 5, plan.hasConfirms);
  writeFlag(writer, 6, plan.hasActionHints);
  writeFlag(writer, 7, plan.hasInforms);
  writeMessages(writer, 8, plan.offers, writeOffer);
  writeMessages(writer, 9, plan.rejectedValues, writeRejectedValue);
  writeMessages(writer, 10, plan.openRequests, writePlannedRequest);
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

function writeOffer(writer: BinaryWriter, offer: ResumeOffer): void {
  writeText(writer, 1, offer.scenarioId);
  writeText(writer, 2, offer.scenarioName);
  writeText(writer, 3, offer.instanceId);
  writeText(writer, 4, offer.stepId);
  writeText(writer, 5, offer.stepName);
  writeTexts(writer, 6, offer.missingFields);
  writeNumber(writer, 7, offer.pausedTurns);
}

/** Writes a ScenarioContribution. Only the fields of its own type are set. */
export function writeContribution(writer: BinaryWriter, contribution: Contribution): void {
  writeText(writer, 1, contribution.scenarioId);
  writeText(writer, 2, contribution.scenarioName);
  writeText(writer, 3, contribution.instanceId);
  writeText(writer, 4, contribution.stepId);
  writeText(writer, 5, contribution.stepName);
  writeNumber(writer, 6, contributionType.toProto[contribution.type]);
  writeInteger(writer, 7, contribution.priority);
  writeFlag(writer, 8, contribution.isReprompt);
  writeFlag(writer, 9, contribution.deferred);
  writeText(writer, 10, contribution.deferredBehindScenarioId);
  if (contribution.type === 'ASK') {
    writeTexts(writer, 11, contribution.fieldsToAsk);
    writeValues(writer, 12, contribution.knownValues, 'contribution.known_values');
  }
  writeTexts(writer, 13, contribution.sharedFields);
  writeOwnFields(writer, contribution);
  writeTexts(writer, 25, contribution.leadInTemplateIds);
  writeFlag(writer, 26, contribution.isReminder);
  if (contribution.type === 'NONE') writeNumber(writer, 27, waitsFor.toProto[contribution.waitsFor]);
  if (contribution.type === 'CONFIRM') writeNumber(writer, 28, choiceReason.optionalToProto(contribution.choiceReason));
}

/** Writes the fields 14 to 24. */
function writeOwnFields(writer: BinaryWriter, contribution: Contribution): void {
  switch (contribution.type) {
    case 'NONE':
      return;
    case 'ASK':
      writeTexts(writer, 14, contribution.deferredFields);
      writeEncoded(writer, 23, contribution.fieldTexts, FieldTexts);
      writeMessages(writer, 24, contribution.rejectedValues, writeRejectedValue);
      return;
    case 'CONFIRM':
      writeText(writer, 15, contribution.actionToConfirm);
      writeValues(writer, 16, contribution.valuesToConfirm, 'contribution.values_to_confirm');
      writeNumber(writer, 17, confirmKind.toProto[contribution.confirmKind]);
      writeEncoded(writer, 18, contribution.choices, ScenarioChoice);
      writeText(writer, 19, contribution.actionKey);
      return;
    case 'ACTION_HINT':
      writeText(writer, 19, contribution.actionKey);
      writeMessages(writer, 20, contribution.tools, writeTool);
      return;
    case 'INFORM':
      writeTexts(writer, 21, contribution.templateIds);
      writeText(writer, 22, contribution.templateIds[0] ?? '');
      return;
  }
}

/** The inverse of `writeContribution`. */
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

function writeTool(writer: BinaryWriter, tool: HintedTool): void {
  writeText(writer, 1, tool.toolId);
  writeNumber(writer, 2, toolTiming.toProto[tool.timing]);
  writeTexts(writer, 3, tool.variableNames);
  writeTexts(writer, 4, tool.dependsOn);
  writeNumber(writer, 5, toolEffect.toProto[tool.effect]);
}

/**
 * The inverse of `writeTool`. The responses of releases up to 0.2 have no effect. They are read as WRITE, which is the safe choice.
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
