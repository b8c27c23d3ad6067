import * as contribution from '../../../../gen/focal/orchestration/v1/contribution';
import * as field from '../../../../gen/focal/orchestration/v1/field';
import * as lifecycle from '../../../../gen/focal/orchestration/v1/lifecycle';
import * as scenario from '../../../../gen/focal/orchestration/v1/scenario';
import * as session from '../../../../gen/focal/orchestration/v1/session';
import * as sessionService from '../../../../gen/focal/orchestration/v1/session_service';
import * as transition from '../../../../gen/focal/orchestration/v1/transition';
import * as turn from '../../../../gen/focal/orchestration/v1/turn';
import type { ConfirmContribution, ContributionType } from '../../../core/model/contribution';
import type { FieldItemType, FieldSource, FieldType, ValueRejectionReason } from '../../../core/model/field-definition';
import type { ScenarioAction } from '../../../core/model/legacy-session';
import type {
  LifecycleAction,
  LifecycleReason,
  PauseReason,
  RejectionReason,
  StartOrigin,
} from '../../../core/model/lifecycle-decision';
import type { ModelProposal, ProposedAction } from '../../../core/model/model-proposal';
import type {
  Ending,
  IdleAction,
  MigrationPolicy,
  RelationshipKind,
  RelationshipSource,
  RequirementLevel,
  ResumeMode,
  SpeakMode,
  ToolEffect,
  ToolTiming,
  TransitionTrigger,
  WhenDisplaced,
  WhenNotAddressed,
} from '../../../core/model/scenario';
import type { EndedInstance, OpenContributionType, ScenarioInstance } from '../../../core/model/session';
import type { TransitionReason } from '../../../core/model/transition-decision';
import type { Truth } from '../../../core/model/truth';
import type {
  FrustrationLevel,
  RuleScope,
  ScenarioSignal,
  StepOutcomeKind,
  TurnTrigger,
  Urgency,
  VariableScope,
  VisitOutcome,
} from '../../../core/model/turn';
import type { ScenarioFinding } from '../../../core/scenario/scenario-finding';
import { createEnumSubset, createEnumTable, createLowerCaseEnumTable, type EnumTable } from './enum-table';

// Turn

export const turnTrigger: EnumTable<TurnTrigger, turn.TurnTrigger> = createEnumTable(
  turn.TurnTrigger,
  'TURN_TRIGGER_',
  {
    unspecified: 'MESSAGE',
  },
);

export const scenarioSignal: EnumTable<ScenarioSignal, turn.ScenarioSignal> = createEnumTable(
  turn.ScenarioSignal,
  'SCENARIO_SIGNAL_',
  { unspecified: 'NONE', deprecated: { EXIT: 'CANCEL' } },
);

export const variableScope: EnumTable<VariableScope, turn.VariableScope> = createEnumTable(
  turn.VariableScope,
  'VARIABLE_SCOPE_',
  { unspecified: 'CASE' },
);

export const ruleScope: EnumTable<RuleScope, turn.RuleScope> = createEnumTable(turn.RuleScope, 'RULE_SCOPE_', {
  unspecified: 'GLOBAL',
});

export const frustrationLevel: EnumTable<FrustrationLevel, turn.FrustrationLevel> = createLowerCaseEnumTable(
  turn.FrustrationLevel,
  'FRUSTRATION_LEVEL_',
  '',
);

export const urgency: EnumTable<Urgency, turn.Urgency> = createLowerCaseEnumTable(turn.Urgency, 'URGENCY_', 'normal');

// Scenario

/** The outcomes that a caller reports (0.6). */
export const stepOutcomeKind: EnumTable<StepOutcomeKind, scenario.StepOutcomeKind> = createEnumSubset(
  scenario.StepOutcomeKind,
  'STEP_OUTCOME_KIND_',
  ['CONFIRMED', 'DECLINED', 'ACTION_SUCCEEDED', 'ACTION_FAILED'],
);

/** All outcomes, with those of calls. */
export const visitOutcome: EnumTable<VisitOutcome, scenario.StepOutcomeKind> = createEnumTable(
  scenario.StepOutcomeKind,
  'STEP_OUTCOME_KIND_',
);

export const ending: EnumTable<Ending, scenario.Ending> = createEnumTable(scenario.Ending, 'ENDING_', {
  unspecified: 'SUCCEEDED',
});

export const speakMode: EnumTable<SpeakMode, scenario.SpeakMode> = createEnumTable(scenario.SpeakMode, 'SPEAK_MODE_', {
  unspecified: 'INFORM',
});

export const toolEffect: EnumTable<ToolEffect, scenario.ToolEffect> = createEnumTable(
  scenario.ToolEffect,
  'TOOL_EFFECT_',
);

export const whenDisplaced: EnumTable<WhenDisplaced, scenario.WhenDisplaced> = createEnumTable(
  scenario.WhenDisplaced,
  'WHEN_DISPLACED_',
  { unspecified: 'PAUSE' },
);

export const resumeMode: EnumTable<ResumeMode, scenario.ResumeMode> = createEnumTable(
  scenario.ResumeMode,
  'RESUME_MODE_',
  { unspecified: 'AUTOMATIC' },
);

export const idleAction: EnumTable<IdleAction, scenario.IdleAction> = createEnumTable(
  scenario.IdleAction,
  'IDLE_ACTION_',
  {
    unspecified: 'PAUSE',
  },
);

export const whenNotAddressed: EnumTable<WhenNotAddressed, scenario.WhenNotAddressed> = createEnumTable(
  scenario.WhenNotAddressed,
  'WHEN_NOT_ADDRESSED_',
  { unspecified: 'QUIET' },
);

export const migrationPolicy: EnumTable<MigrationPolicy, scenario.MigrationPolicy> = createEnumTable(
  scenario.MigrationPolicy,
  'MIGRATION_POLICY_',
  { unspecified: 'PINNED' },
);

export const transitionTrigger: EnumTable<TransitionTrigger, scenario.TransitionTrigger> = createEnumTable(
  scenario.TransitionTrigger,
  'TRANSITION_TRIGGER_',
  { unspecified: 'ON_COMPLETION' },
);

export const toolTiming: EnumTable<ToolTiming, scenario.ToolTiming> = createEnumTable(
  scenario.ToolTiming,
  'TOOL_TIMING_',
  {
    unspecified: 'DURING_STEP',
  },
);

export const requirementLevel: EnumTable<RequirementLevel, scenario.RequirementLevel> = createEnumTable(
  scenario.RequirementLevel,
  'REQUIREMENT_LEVEL_',
  { unspecified: 'HARD' },
);

export const findingSeverity: EnumTable<ScenarioFinding['severity'], scenario.FindingSeverity> = createEnumTable(
  scenario.FindingSeverity,
  'FINDING_SEVERITY_',
);

export const relationshipKind: EnumTable<RelationshipKind, scenario.RelationshipKind> = createEnumTable(
  scenario.RelationshipKind,
  'RELATIONSHIP_KIND_',
);

export const relationshipSource: EnumTable<RelationshipSource, scenario.RelationshipSource> = createEnumTable(
  scenario.RelationshipSource,
  'RELATIONSHIP_SOURCE_',
  { unspecified: 'SCENARIO' },
);

// Fields

export const fieldType: EnumTable<FieldType, field.FieldType> = createEnumTable(field.FieldType, 'FIELD_TYPE_');

export const fieldItemType: EnumTable<FieldItemType, field.FieldType> = createEnumSubset(
  field.FieldType,
  'FIELD_TYPE_',
  ['TEXT', 'NUMBER', 'INTEGER', 'BOOLEAN', 'DATE', 'TIME', 'DATETIME', 'EMAIL', 'PHONE', 'ENUM'],
);

export const fieldSource: EnumTable<FieldSource, field.FieldSource> = createEnumTable(
  field.FieldSource,
  'FIELD_SOURCE_',
);

export const valueRejectionReason: EnumTable<ValueRejectionReason, field.ValueRejectionReason> = createEnumTable(
  field.ValueRejectionReason,
  'VALUE_REJECTION_REASON_',
);

// Session

export const liveStatus: EnumTable<ScenarioInstance['status'], session.ScenarioInstanceStatus> = createEnumSubset(
  session.ScenarioInstanceStatus,
  'SCENARIO_INSTANCE_STATUS_',
  ['ACTIVE', 'PAUSED'],
  'ACTIVE',
);

export const endedStatus: EnumTable<EndedInstance['status'], session.ScenarioInstanceStatus> = createEnumSubset(
  session.ScenarioInstanceStatus,
  'SCENARIO_INSTANCE_STATUS_',
  ['COMPLETED', 'CANCELLED'],
);

export const pauseReason: EnumTable<PauseReason, session.PauseReason> = createEnumTable(
  session.PauseReason,
  'PAUSE_REASON_',
);

export const scenarioAction: EnumTable<ScenarioAction, sessionService.ScenarioAction> = createEnumTable(
  sessionService.ScenarioAction,
  'SCENARIO_ACTION_',
  { deprecated: { EXIT: 'CANCEL' } },
);

// Decisions

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
  ['CANDIDATE', 'IMPLIED', 'AIMED', 'PENDING'],
);

export const rejectionReason: EnumTable<RejectionReason, lifecycle.RejectionReason> = createEnumTable(
  lifecycle.RejectionReason,
  'REJECTION_REASON_',
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

// Contributions

export const contributionType: EnumTable<ContributionType, contribution.ContributionType> = createEnumTable(
  contribution.ContributionType,
  'CONTRIBUTION_TYPE_',
);

export const openType: EnumTable<OpenContributionType, contribution.ContributionType> = createEnumSubset(
  contribution.ContributionType,
  'CONTRIBUTION_TYPE_',
  ['ASK', 'CONFIRM', 'ACTION_HINT'],
);

export const confirmKind: EnumTable<ConfirmContribution['confirmKind'], contribution.ConfirmKind> = createEnumTable(
  contribution.ConfirmKind,
  'CONFIRM_KIND_',
);
