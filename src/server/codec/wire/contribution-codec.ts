import type {
  AbandonedScenario as AbandonedMessage,
  ScenarioContribution as ContributionMessage,
  ScenarioContributionPlan as PlanMessage,
} from '../../../../gen/focal/orchestration/v1/contribution';
import type { AbandonedScenario, Contribution, ContributionPlan } from '../../../core/model/contribution';
import { confirmKind, contributionType } from './enums';
import { fieldTextsToProto, rejectedValueFromProto, rejectedValueToProto } from './field-codec';
import { fieldsFromProto, fieldsToProto } from './json-value';
import { emptyMapField } from './map-field';
import { toolBindingFromProto, toolBindingToProto } from './step-codec';

export function planToProto(plan: ContributionPlan): PlanMessage {
  return {
    contributions: plan.contributions.map(contributionToProto),
    primaryScenarioId: plan.primaryScenarioId,
    activeScenarioIds: plan.activeScenarioIds.slice(),
    hasAsks: plan.hasAsks,
    hasConfirms: plan.hasConfirms,
    hasActionHints: plan.hasActionHints,
    hasInforms: plan.hasInforms,
    abandoned: plan.abandoned.map(abandonedToProto),
    rejectedValues: plan.rejectedValues.map(rejectedValueToProto),
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
    abandoned: message.abandoned,
    rejectedValues: message.rejectedValues.map(rejectedValueFromProto),
  };
}

function abandonedToProto(abandoned: AbandonedScenario): AbandonedMessage {
  return {
    scenarioId: abandoned.scenarioId,
    scenarioName: abandoned.scenarioName,
    instanceId: abandoned.instanceId,
    stepId: abandoned.stepId,
    stepName: abandoned.stepName,
    missingFields: abandoned.missingFields.slice(),
    pausedTurns: abandoned.pausedTurns,
  };
}

/** Converts a contribution. Only the fields of its own type are set. */
export function contributionToProto(contribution: Contribution): ContributionMessage {
  const message = commonToProto(contribution);
  switch (contribution.type) {
    case 'NONE':
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
      message.actionKey = contribution.actionKey;
      return message;
    case 'ACTION_HINT':
      message.actionKey = contribution.actionKey;
      message.tools = contribution.tools.map(toolBindingToProto);
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
      return { type, ...common };
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
        actionKey: message.actionKey,
      };
    case 'ACTION_HINT':
      return { type, ...common, tools: message.tools.map(toolBindingFromProto), actionKey: message.actionKey };
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
    deferred: message.deferred,
    deferredBehindScenarioId: message.deferredBehindScenarioId,
    sharedFields: message.sharedFields,
  };
}
