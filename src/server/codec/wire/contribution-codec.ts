import type { ScenarioContribution as ContributionMessage } from '../../../../gen/focal/orchestration/v1/contribution';
import type { Contribution } from '../../../core/model/contribution';
import { confirmKind, contributionType } from './enums';
import { fieldsFromProto, fieldsToProto } from './json-value';
import { emptyMapField } from './map-field';
import { toolBindingFromProto, toolBindingToProto } from './step-codec';

/** What an instance wants to add to the reply as the contract has it: the fields of other types stay empty. */
export function contributionToProto(contribution: Contribution): ContributionMessage {
  const message = commonToProto(contribution);
  switch (contribution.type) {
    case 'NONE':
      break;
    case 'ASK':
      message.fieldsToAsk = contribution.fieldsToAsk.slice();
      message.knownValues = fieldsToProto(contribution.knownValues, 'contribution.known_values');
      message.deferredFields = contribution.deferredFields.slice();
      break;
    case 'CONFIRM':
      message.actionToConfirm = contribution.actionToConfirm;
      message.valuesToConfirm = fieldsToProto(contribution.valuesToConfirm, 'contribution.values_to_confirm');
      message.confirmKind = confirmKind.toProto[contribution.confirmKind];
      message.choices = contribution.choices.slice();
      message.actionKey = contribution.actionKey;
      break;
    case 'ACTION_HINT':
      message.actionKey = contribution.actionKey;
      message.tools = contribution.tools.map(toolBindingToProto);
      break;
    case 'INFORM':
      message.templateIds = contribution.templateIds.slice();
      message.informTemplateId = contribution.templateIds[0] ?? '';
      break;
    default:
      contribution satisfies never;
  }
  return message;
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
    default:
      return type satisfies never;
  }
}

/** What every type has; the rest is empty. */
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
