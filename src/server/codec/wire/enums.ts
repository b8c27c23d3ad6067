import * as field from '../../../../gen/focal/orchestration/v1/field';
import * as scenario from '../../../../gen/focal/orchestration/v1/scenario';
import * as turn from '../../../../gen/focal/orchestration/v1/turn';
import type { FieldItemType, FieldSource, FieldType, ValueRejectionReason } from '../../../core/model/field-definition';
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
import type {
  DeliveryStatus,
  FrustrationLevel,
  RuleScope,
  ScenarioSignal,
  StepOutcomeKind,
  TurnTrigger,
  Urgency,
  VariableOperation,
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

export const variableOperation: EnumTable<VariableOperation, turn.VariableOperation> = createEnumTable(
  turn.VariableOperation,
  'VARIABLE_OPERATION_',
  { unspecified: 'SET' },
);

export const deliveryStatus: EnumTable<DeliveryStatus, turn.DeliveryStatus> = createEnumTable(
  turn.DeliveryStatus,
  'DELIVERY_STATUS_',
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

export const stepOutcomeKind: EnumTable<StepOutcomeKind, scenario.StepOutcomeKind> = createEnumTable(
  scenario.StepOutcomeKind,
  'STEP_OUTCOME_KIND_',
);

export const visitOutcome: EnumTable<VisitOutcome, scenario.VisitOutcome> = createEnumTable(
  scenario.VisitOutcome,
  'VISIT_OUTCOME_',
);

export const ending: EnumTable<Ending, scenario.Ending> = createEnumTable(scenario.Ending, 'ENDING_', {
  unspecified: 'SUCCEEDED',
});

export const toolEffect: EnumTable<ToolEffect, scenario.ToolEffect> = createEnumTable(
  scenario.ToolEffect,
  'TOOL_EFFECT_',
);

export const speakMode: EnumTable<SpeakMode, scenario.SpeakMode> = createEnumTable(scenario.SpeakMode, 'SPEAK_MODE_', {
  unspecified: 'INFORM',
});

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
