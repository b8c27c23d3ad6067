import * as contribution from '../../../../gen/focal/orchestration/v1/contribution';
import * as lifecycle from '../../../../gen/focal/orchestration/v1/lifecycle';
import * as transition from '../../../../gen/focal/orchestration/v1/transition';
import type { ChoiceReason, ConfirmContribution } from '../../../core/model/contribution';
import type { ContributionType } from '../../../core/model/contribution-type';
import type {
  IgnoredReason,
  LifecycleAction,
  LifecycleReason,
  RejectionReason,
  StartOrigin,
} from '../../../core/model/lifecycle-decision';
import type { ModelProposal, ProposedAction } from '../../../core/model/model-proposal';
import type { TransitionReason } from '../../../core/model/transition-decision';
import type { Truth } from '../../../core/model/truth';
import type { DeliveredType } from '../../../core/model/turn';
import { createEnumSubset, createEnumTable, type EnumTable } from './enum-table';

export const lifecycleAction: EnumTable<LifecycleAction, lifecycle.ScenarioLifecycleAction> = createEnumTable(
  lifecycle.ScenarioLifecycleAction,
  'SCENARIO_LIFECYCLE_ACTION_',
);

export const lifecycleReason: EnumTable<LifecycleReason, lifecycle.LifecycleReason> = createEnumTable(
  lifecycle.LifecycleReason,
  'LIFECYCLE_REASON_',
);

export const startOrigin: EnumTable<StartOrigin, lifecycle.LifecycleReason> = createEnumSubset(
  lifecycle.LifecycleReason,
  'LIFECYCLE_REASON_',
  ['CANDIDATE', 'IMPLIED', 'AIMED', 'PENDING', 'CALLED', 'CONSENTED'],
);

export const rejectionReason: EnumTable<RejectionReason, lifecycle.RejectionReason> = createEnumTable(
  lifecycle.RejectionReason,
  'REJECTION_REASON_',
);

export const ignoredReason: EnumTable<IgnoredReason, lifecycle.IgnoredOutcomeReason> = createEnumTable(
  lifecycle.IgnoredOutcomeReason,
  'IGNORED_OUTCOME_REASON_',
);

export const proposedAction: EnumTable<ProposedAction, lifecycle.ScenarioLifecycleAction> = createEnumSubset(
  lifecycle.ScenarioLifecycleAction,
  'SCENARIO_LIFECYCLE_ACTION_',
  ['CONTINUE', 'PAUSE', 'COMPLETE', 'CANCEL'],
);

export const modelOutcome: EnumTable<ModelProposal['outcome'], lifecycle.ModelOutcome> = createEnumTable(
  lifecycle.ModelOutcome,
  'MODEL_OUTCOME_',
);

export const transitionReason: EnumTable<TransitionReason, transition.TransitionReason> = createEnumTable(
  transition.TransitionReason,
  'TRANSITION_REASON_',
);

export const conditionTruth: EnumTable<Truth, transition.ConditionTruth> = createEnumTable(
  transition.ConditionTruth,
  'CONDITION_TRUTH_',
);

export const contributionType: EnumTable<ContributionType, contribution.ContributionType> = createEnumTable(
  contribution.ContributionType,
  'CONTRIBUTION_TYPE_',
);

export const deliveredType: EnumTable<DeliveredType, contribution.ContributionType> = createEnumSubset(
  contribution.ContributionType,
  'CONTRIBUTION_TYPE_',
  ['ASK', 'CONFIRM', 'ACTION_HINT', 'INFORM'],
);

export const confirmKind: EnumTable<ConfirmContribution['confirmKind'], contribution.ConfirmKind> = createEnumTable(
  contribution.ConfirmKind,
  'CONFIRM_KIND_',
);

export const choiceReason: EnumTable<ChoiceReason, contribution.ChoiceReason> = createEnumTable(
  contribution.ChoiceReason,
  'CHOICE_REASON_',
);
