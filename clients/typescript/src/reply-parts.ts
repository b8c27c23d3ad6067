import {
  type ChoiceReason,
  ConfirmKind,
  ContributionType,
  type ResumeOffer,
  type ScenarioChoice,
  type ScenarioContribution,
  type ScenarioContributionPlan,
} from '../../../gen/focal/orchestration/v1/contribution';
import type { RejectedValue } from '../../../gen/focal/orchestration/v1/field';
import type { ToolBinding } from '../../../gen/focal/orchestration/v1/scenario';

/** A field to ask for. The texts are those of its definition; "" or empty without one. */
export interface AskedField {
  readonly name: string;
  readonly prompt: string;
  readonly description: string;
  readonly examples: readonly string[];
  /** Whether a value is known. Then ask whether it still holds, instead of asking for the value. */
  readonly hasKnownValue: boolean;
  readonly knownValue: unknown;
  /** Ids of the other scenarios of the plan that need the field, too. One answer is enough. */
  readonly sharedWith: readonly string[];
}

interface Repeats {
  /** Whether the same was said before: word it differently, or offer help. */
  readonly isReprompt: boolean;
  /** Whether the customer has not answered in time. */
  readonly isReminder: boolean;
}

interface Contributed {
  /** The contribution that the part belongs to. */
  readonly contribution: ScenarioContribution;
}

/** Something that the reply says or does. */
export type ReplyPart =
  /** Say a template: a lead-in of the next part, or what an INFORM says. */
  | ({ readonly kind: 'say'; readonly templateId: string } & Contributed)
  /** Say why a value was not taken. `text` is the reason of the field definition; "" if it has none. */
  | { readonly kind: 'reject'; readonly field: string; readonly text: string; readonly rejected: RejectedValue }
  /** Ask for fields. */
  | ({ readonly kind: 'ask'; readonly fields: readonly AskedField[] } & Repeats & Contributed)
  /** Ask for a yes to an action with these values. Send `actionKey` with CONFIRMED or DECLINED. */
  | ({
      readonly kind: 'confirm';
      readonly action: string;
      readonly values: Readonly<Record<string, unknown>>;
      readonly actionKey: string;
    } & Repeats &
      Contributed)
  /** Let the customer choose one of several scenarios; with one choice, ask yes or no. */
  | ({ readonly kind: 'choose'; readonly choices: readonly ScenarioChoice[]; readonly reason: ChoiceReason } & Pick<
      Repeats,
      'isReprompt'
    > &
      Contributed)
  /** Run tools, in this order. `timing` of a tool says when. `actionKey` is the idempotency key: send it with each outcome. */
  | ({ readonly kind: 'run'; readonly tools: readonly ToolBinding[]; readonly actionKey: string } & Contributed)
  /** Mention a paused request that the customer can resume. No answer is expected. */
  | { readonly kind: 'offer'; readonly offer: ResumeOffer };

/**
 * Iterates over what the reply says and does, in order: first rejected values that no ASK of the reply reports; then each contribution
 * that is neither deferred nor NONE, with its lead-ins and rejected values before it; then the offers.
 */
export function* toReplyParts(plan: ScenarioContributionPlan): Generator<ReplyPart, void> {
  const spoken = plan.contributions.filter(({ deferred }) => !deferred);
  const reported = new Set(spoken.flatMap(({ rejectedValues }) => rejectedValues.map(({ fieldName }) => fieldName)));
  yield* plan.rejectedValues.filter(({ fieldName }) => !reported.has(fieldName)).map(toReject);
  for (const contribution of spoken) {
    for (const templateId of contribution.leadInTemplateIds) yield { kind: 'say', templateId, contribution };
    yield* contribution.rejectedValues.map(toReject);
    yield* partsByType[contribution.type](contribution, plan);
  }
  for (const offer of plan.offers) yield { kind: 'offer', offer };
}

type ToParts = (contribution: ScenarioContribution, plan: ScenarioContributionPlan) => readonly ReplyPart[];

const partsByType: Readonly<Record<ContributionType, ToParts>> = {
  [ContributionType.CONTRIBUTION_TYPE_UNSPECIFIED]: () => [],
  [ContributionType.UNRECOGNIZED]: () => [],
  [ContributionType.CONTRIBUTION_TYPE_NONE]: () => [],
  [ContributionType.CONTRIBUTION_TYPE_ASK]: (contribution, plan) => {
    const { isReprompt, isReminder } = contribution;
    const fields = contribution.fieldsToAsk.map((name) => toAskedField(name, contribution, plan));
    return [{ kind: 'ask', fields, isReprompt, isReminder, contribution }];
  },
  [ContributionType.CONTRIBUTION_TYPE_CONFIRM]: (contribution) => {
    const { choices, choiceReason, isReprompt, isReminder, actionKey } = contribution;
    if (contribution.confirmKind === ConfirmKind.CONFIRM_KIND_CHOICE) {
      return [{ kind: 'choose', choices, reason: choiceReason, isReprompt, contribution }];
    }
    const { actionToConfirm: action, valuesToConfirm: values } = contribution;
    return [{ kind: 'confirm', action, values, actionKey, isReprompt, isReminder, contribution }];
  },
  [ContributionType.CONTRIBUTION_TYPE_ACTION_HINT]: (contribution) => {
    const { tools, actionKey } = contribution;
    return [{ kind: 'run', tools, actionKey, contribution }];
  },
  [ContributionType.CONTRIBUTION_TYPE_INFORM]: (contribution) =>
    contribution.templateIds.map((templateId) => ({ kind: 'say', templateId, contribution })),
};

function toAskedField(
  name: string,
  { fieldTexts, knownValues }: ScenarioContribution,
  { contributions }: ScenarioContributionPlan,
): AskedField {
  const texts = fieldTexts.find(({ fieldName }) => fieldName === name);
  return {
    name,
    prompt: texts?.prompt ?? '',
    description: texts?.description ?? '',
    examples: texts?.examples ?? [],
    hasKnownValue: Object.hasOwn(knownValues, name),
    knownValue: knownValues[name],
    sharedWith: contributions
      .filter(({ sharedFields }) => sharedFields.includes(name))
      .map(({ scenarioId }) => scenarioId),
  };
}

function toReject(rejected: RejectedValue): ReplyPart {
  return { kind: 'reject', field: rejected.fieldName, text: rejected.text, rejected };
}
