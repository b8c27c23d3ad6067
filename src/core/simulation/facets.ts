import type { Contribution } from '../model/contribution';
import type { RejectedValue } from '../model/field-definition';
import type { LifecycleDecision, RejectedCandidate } from '../model/lifecycle-decision';
import type { TransitionDecision, TransitionReason } from '../model/transition-decision';
import type { TurnResult } from '../model/turn-result';
import type { DifferenceKind } from './difference-kind';
import { toValueText } from './value-text';

/** One aspect of a turn that can differ. Two turns agree in it if both have the same text, or both do not have it. */
export interface Facet {
  readonly kind: Exclude<DifferenceKind, 'SKIPPED_CHECK'>;
  /** "" for what belongs to the session. */
  readonly scenarioId: string;
  /** Distinguishes facets of one kind and scenario. */
  readonly subject: string;
  /** What is decided, for people. */
  readonly text: string;
}

/** The facets of a turn by `getFacetKey`. */
export type Facets = ReadonlyMap<string, Facet>;

export function getFacetKey({ kind, scenarioId, subject }: Omit<Facet, 'text'>): string {
  return `${kind} ${scenarioId} ${subject}`;
}

/**
 * Lists what a customer, an operator or the reply sees of a turn. Ids of transitions, priorities, confidences and version numbers are not among
 * it, so that a change of them alone is no difference.
 */
export function listFacets(result: TurnResult): Facets {
  const facets = new Map<string, Facet>();
  const add = (kind: Facet['kind'], scenarioId: string, subject: string, text: string): void => {
    const facet = { kind, scenarioId, subject, text };
    facets.set(getFacetKey(facet), facet);
  };
  const { lifecycleDecisions, rejectedCandidates, transitionDecisions, plan } = result;
  for (const decision of lifecycleDecisions) {
    if (decision.action === 'START') add('START', decision.scenarioId, '', describeStart(decision));
    else add('LIFECYCLE', decision.scenarioId, '', describeLifecycle(decision));
  }
  for (const candidate of rejectedCandidates) add('START', candidate.scenarioId, '', describeRejection(candidate));
  for (const decision of transitionDecisions) add('STEP', decision.scenarioId, '', describeStep(decision));
  for (const contribution of plan.contributions) addContribution(contribution, add);
  for (const { scenarioId, missingFields } of plan.offers) {
    add('LIFECYCLE', scenarioId, 'offer', `offers to resume, missing ${missingFields.join(', ') || 'nothing'}`);
  }
  if (plan.rejectedValues.length > 0) add('ASK', '', 'rejected', `rejects ${describeRejected(plan.rejectedValues)}`);
  const order = plan.contributions.filter(({ type, deferred }) => type !== 'NONE' && !deferred);
  add('WORDING', '', 'order', order.map(({ scenarioName }) => scenarioName).join(', then '));
  if (result.nextTimerAt !== undefined) add('LIFECYCLE', '', 'timer', `next timer at ${toTime(result.nextTimerAt)}`);
  return facets;
}

function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function describeStart({ reason, missingSoftFields }: LifecycleDecision): string {
  return `starts (${reason})${listed(', without ', missingSoftFields)}`;
}

function describeRejection(candidate: RejectedCandidate): string {
  const { reason, missingFields, blockingScenarioIds, blockingRuleIds, pendingTurnsLeft } = candidate;
  const pending = pendingTurnsLeft > 0 ? `, tried again for ${pendingTurnsLeft} messages` : '';
  const blocking = listed(', blocked by ', [...blockingScenarioIds, ...blockingRuleIds]);
  return `does not start (${reason})${listed(', missing ', missingFields)}${blocking}${pending}`;
}

function describeLifecycle({ action, reason, ending, staysPausedBecause }: LifecycleDecision): string {
  return `${action} (${[reason, ending, staysPausedBecause].filter((part) => part !== undefined).join(', ')})`;
}

/** What a reason says about the place of an instance in addition to what the contribution says. */
const placeTexts: Readonly<Record<TransitionReason, string>> = {
  ENTERED: '',
  ADVANCED: '',
  CORRECTED: ', corrected',
  WENT_BACK: ', went back',
  RETURNED: ', returned',
  RELOCALIZED: ', relocalized',
  NOT_ADDRESSED: ', not addressed',
  NOTHING_TO_GO_BACK_TO: ', nothing to go back to',
  BLOCKED_BY_CHECKPOINT: ', held by a checkpoint',
  AWAITS_FIELDS: '',
  AWAITS_CONFIRMATION: '',
  AWAITS_ACTION: '',
  AWAITS_CALL: ', waits for a called scenario',
  AWAITS_EVENT: ', waits for an event',
  INFORMS: '',
  CONDITION_UNKNOWN: ', a condition is unknown',
  NO_TRANSITION: ', no transition holds',
  TERMINAL: ', finished',
};

function describeStep({ targetStepId, skippedSteps, clearedFields, reason }: TransitionDecision): string {
  const skipped = listed(', skipped ', skippedSteps);
  return `at step ${targetStepId}${skipped}${listed(', cleared ', clearedFields)}${placeTexts[reason]}`;
}

type AddFacet = (kind: Facet['kind'], scenarioId: string, subject: string, text: string) => void;

function addContribution(contribution: Contribution, add: AddFacet): void {
  const { scenarioId } = contribution;
  const deferred = contribution.deferred ? ' (deferred)' : '';
  switch (contribution.type) {
    case 'NONE':
      break;
    case 'ASK': {
      const { fieldsToAsk, deferredFields, knownValues, rejectedValues } = contribution;
      const later = listed(', later for ', deferredFields);
      const known = knownValues.size === 0 ? '' : `, shows ${toValueText(knownValues)}`;
      const rejected = rejectedValues.length === 0 ? '' : `, rejects ${describeRejected(rejectedValues)}`;
      add('ASK', scenarioId, '', `asks for ${fieldsToAsk.join(', ')}${later}${known}${rejected}${deferred}`);
      break;
    }
    case 'CONFIRM': {
      const { choices, choiceReason, valuesToConfirm } = contribution;
      const text =
        contribution.confirmKind === 'STEP'
          ? `confirms ${contribution.stepId} with ${toValueText(valuesToConfirm)}`
          : `lets the customer choose (${choiceReason ?? ''}): ${choices.map(({ scenarioName }) => scenarioName).join(', ')}`;
      add('CONFIRM', scenarioId, '', text + deferred);
      break;
    }
    case 'ACTION_HINT': {
      const tools = contribution.tools.map(
        ({ toolId, effect, timing, variableNames }) =>
          `${toolId} (${effect}, ${timing}${listed(', returns ', variableNames)})`,
      );
      add('HINT', scenarioId, '', `hints ${tools.join(', ')}${deferred}`);
      break;
    }
    case 'INFORM':
      add('WORDING', scenarioId, 'inform', `informs with ${contribution.templateIds.join(', ')}${deferred}`);
      break;
  }
  if (contribution.type !== 'NONE') add('WORDING', scenarioId, 'text', describeText(contribution));
}

/** Describes the texts of a contribution that the reply is made of. */
function describeText(contribution: Exclude<Contribution, { readonly type: 'NONE' }>): string {
  const { stepName, scenarioName, leadInTemplateIds, isReprompt, isReminder } = contribution;
  const texts = [
    `“${scenarioName}”, “${stepName}”`,
    ...(leadInTemplateIds.length === 0 ? [] : [`after ${leadInTemplateIds.join(', ')}`]),
    ...(isReprompt ? ['again'] : []),
    ...(isReminder ? ['as a reminder'] : []),
  ];
  if (contribution.type === 'ASK' && contribution.fieldTexts.length > 0)
    texts.push(toValueText(contribution.fieldTexts));
  if (contribution.type === 'ASK') texts.push(...contribution.rejectedValues.map(({ text }) => text));
  if (contribution.type === 'CONFIRM') texts.push(contribution.actionToConfirm);
  return texts.filter((text) => text !== '').join(', ');
}

function describeRejected(values: readonly RejectedValue[]): string {
  return values.map(({ fieldName, reason }) => `${fieldName} (${reason})`).join(', ');
}

function listed(prefix: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `${prefix}${names.join(', ')}`;
}
