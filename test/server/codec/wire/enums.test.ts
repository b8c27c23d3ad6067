import * as contribution from '../../../../gen/focal/orchestration/v1/contribution';
import * as field from '../../../../gen/focal/orchestration/v1/field';
import * as lifecycle from '../../../../gen/focal/orchestration/v1/lifecycle';
import * as request from '../../../../gen/focal/orchestration/v1/request';
import * as scenario from '../../../../gen/focal/orchestration/v1/scenario';
import * as session from '../../../../gen/focal/orchestration/v1/session';
import * as sessionService from '../../../../gen/focal/orchestration/v1/session_service';
import * as transition from '../../../../gen/focal/orchestration/v1/transition';
import * as turn from '../../../../gen/focal/orchestration/v1/turn';
import * as decisionEnums from '../../../../src/server/codec/wire/decision-enums';
import type { EnumTable } from '../../../../src/server/codec/wire/enum-table';
import * as turnAndScenarioEnums from '../../../../src/server/codec/wire/enums';
import * as sessionEnums from '../../../../src/server/codec/wire/session-enums';

const enums = { ...turnAndScenarioEnums, ...sessionEnums, ...decisionEnums };

interface Case {
  readonly table: EnumTable<string, number>;
  readonly generated: Readonly<Record<string, string | number>>;
  /** The name that UNSPECIFIED is decoded to. If undefined, UNSPECIFIED is an error. */
  readonly unspecified?: string;
  /** Numbers that the table rejects or decodes to the name of another number. */
  readonly excluded?: readonly number[];
}

const { SCENARIO_SIGNAL_EXIT } = turn.ScenarioSignal;
const { SCENARIO_INSTANCE_STATUS_ACTIVE, SCENARIO_INSTANCE_STATUS_PAUSED } = session.ScenarioInstanceStatus;
const { SCENARIO_INSTANCE_STATUS_COMPLETED, SCENARIO_INSTANCE_STATUS_CANCELLED } = session.ScenarioInstanceStatus;
const { CONTRIBUTION_TYPE_NONE, CONTRIBUTION_TYPE_ACTION_HINT } = contribution.ContributionType;
const { LIFECYCLE_REASON_CANDIDATE, LIFECYCLE_REASON_IMPLIED, LIFECYCLE_REASON_AIMED } = lifecycle.LifecycleReason;
const { LIFECYCLE_REASON_PENDING, LIFECYCLE_REASON_CALLED, LIFECYCLE_REASON_CONSENTED } = lifecycle.LifecycleReason;

/** The reasons of a START. */
const startOrigins: readonly number[] = [
  LIFECYCLE_REASON_CANDIDATE,
  LIFECYCLE_REASON_IMPLIED,
  LIFECYCLE_REASON_AIMED,
  LIFECYCLE_REASON_PENDING,
  LIFECYCLE_REASON_CALLED,
  LIFECYCLE_REASON_CONSENTED,
];

const cases: Record<keyof typeof enums, Case> = {
  turnTrigger: { table: enums.turnTrigger, generated: turn.TurnTrigger, unspecified: 'MESSAGE' },
  scenarioSignal: {
    table: enums.scenarioSignal,
    generated: turn.ScenarioSignal,
    unspecified: 'NONE',
    excluded: [SCENARIO_SIGNAL_EXIT],
  },
  variableScope: { table: enums.variableScope, generated: turn.VariableScope, unspecified: 'CASE' },
  variableOperation: { table: enums.variableOperation, generated: turn.VariableOperation, unspecified: 'SET' },
  deliveryStatus: { table: enums.deliveryStatus, generated: turn.DeliveryStatus },
  ruleScope: { table: enums.ruleScope, generated: turn.RuleScope, unspecified: 'GLOBAL' },
  frustrationLevel: { table: enums.frustrationLevel, generated: turn.FrustrationLevel, unspecified: '' },
  urgency: { table: enums.urgency, generated: turn.Urgency, unspecified: 'normal' },
  stepOutcomeKind: { table: enums.stepOutcomeKind, generated: scenario.StepOutcomeKind },
  visitOutcome: { table: enums.visitOutcome, generated: scenario.VisitOutcome },
  ending: { table: enums.ending, generated: scenario.Ending, unspecified: 'SUCCEEDED' },
  toolEffect: { table: enums.toolEffect, generated: scenario.ToolEffect },
  speakMode: { table: enums.speakMode, generated: scenario.SpeakMode, unspecified: 'INFORM' },
  whenDisplaced: { table: enums.whenDisplaced, generated: scenario.WhenDisplaced, unspecified: 'PAUSE' },
  resumeMode: { table: enums.resumeMode, generated: scenario.ResumeMode, unspecified: 'AUTOMATIC' },
  idleAction: { table: enums.idleAction, generated: scenario.IdleAction, unspecified: 'PAUSE' },
  whenNotAddressed: { table: enums.whenNotAddressed, generated: scenario.WhenNotAddressed, unspecified: 'QUIET' },
  migrationPolicy: { table: enums.migrationPolicy, generated: scenario.MigrationPolicy, unspecified: 'PINNED' },
  transitionTrigger: {
    table: enums.transitionTrigger,
    generated: scenario.TransitionTrigger,
    unspecified: 'ON_COMPLETION',
  },
  toolTiming: { table: enums.toolTiming, generated: scenario.ToolTiming, unspecified: 'DURING_STEP' },
  requirementLevel: { table: enums.requirementLevel, generated: scenario.RequirementLevel, unspecified: 'HARD' },
  findingSeverity: { table: enums.findingSeverity, generated: scenario.FindingSeverity },
  relationshipKind: { table: enums.relationshipKind, generated: scenario.RelationshipKind },
  relationshipSource: {
    table: enums.relationshipSource,
    generated: scenario.RelationshipSource,
    unspecified: 'SCENARIO',
  },
  fieldType: { table: enums.fieldType, generated: field.FieldType },
  fieldItemType: {
    table: enums.fieldItemType,
    generated: field.FieldType,
    excluded: [field.FieldType.FIELD_TYPE_LIST, field.FieldType.FIELD_TYPE_OBJECT],
  },
  fieldSource: { table: enums.fieldSource, generated: field.FieldSource },
  valueRejectionReason: { table: enums.valueRejectionReason, generated: field.ValueRejectionReason },
  liveStatus: {
    table: enums.liveStatus,
    generated: session.ScenarioInstanceStatus,
    unspecified: 'ACTIVE',
    excluded: [SCENARIO_INSTANCE_STATUS_COMPLETED, SCENARIO_INSTANCE_STATUS_CANCELLED],
  },
  endedStatus: {
    table: enums.endedStatus,
    generated: session.ScenarioInstanceStatus,
    excluded: [SCENARIO_INSTANCE_STATUS_ACTIVE, SCENARIO_INSTANCE_STATUS_PAUSED],
  },
  resumePolicy: { table: enums.resumePolicy, generated: session.ResumePolicy },
  settledWithout: { table: enums.settledWithout, generated: session.SettledWithout },
  choiceStatus: { table: enums.choiceStatus, generated: session.ChoiceStatus },
  requestKind: { table: enums.requestKind, generated: request.RequestKind },
  requestStatus: { table: enums.requestStatus, generated: request.RequestStatus },
  waitsFor: { table: enums.waitsFor, generated: request.WaitsFor, unspecified: 'NOTHING' },
  toolOutcome: { table: enums.toolOutcome, generated: request.ToolOutcome },
  pauseReason: { table: enums.pauseReason, generated: session.PauseReason },
  scenarioAction: {
    table: enums.scenarioAction,
    generated: sessionService.ScenarioAction,
    excluded: [sessionService.ScenarioAction.SCENARIO_ACTION_EXIT],
  },
  lifecycleAction: { table: enums.lifecycleAction, generated: lifecycle.ScenarioLifecycleAction },
  lifecycleReason: { table: enums.lifecycleReason, generated: lifecycle.LifecycleReason },
  startOrigin: {
    table: enums.startOrigin,
    generated: lifecycle.LifecycleReason,
    excluded: listNumbers(lifecycle.LifecycleReason).filter((value) => !startOrigins.includes(value)),
  },
  rejectionReason: { table: enums.rejectionReason, generated: lifecycle.RejectionReason },
  transitionReason: { table: enums.transitionReason, generated: transition.TransitionReason },
  conditionTruth: { table: enums.conditionTruth, generated: transition.ConditionTruth },
  contributionType: { table: enums.contributionType, generated: contribution.ContributionType },
  proposedAction: {
    table: enums.proposedAction,
    generated: lifecycle.ScenarioLifecycleAction,
    excluded: [lifecycle.ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_START],
  },
  modelOutcome: { table: enums.modelOutcome, generated: lifecycle.ModelOutcome },
  ignoredReason: { table: enums.ignoredReason, generated: lifecycle.IgnoredOutcomeReason },
  choiceReason: { table: enums.choiceReason, generated: contribution.ChoiceReason },
  deliveredType: {
    table: enums.deliveredType,
    generated: contribution.ContributionType,
    excluded: [CONTRIBUTION_TYPE_NONE, CONTRIBUTION_TYPE_ACTION_HINT],
  },
  confirmKind: { table: enums.confirmKind, generated: contribution.ConfirmKind },
};

/** All numbers except UNSPECIFIED and UNRECOGNIZED. */
function listNumbers(generated: Readonly<Record<string, string | number>>): number[] {
  return Object.values(generated).filter((value) => typeof value === 'number' && value > 0) as number[];
}

describe.each(Object.entries(cases))('%s', (_, { table, generated, unspecified, excluded = [] }) => {
  it('decodes every number of the contract and encodes it again', () => {
    const numbers = listNumbers(generated).filter((value) => !excluded.includes(value));
    expect(numbers.map((value) => table.toProto[table.fromProto(value)])).toEqual(numbers);
  });

  it('encodes every name of the domain and decodes it again', () => {
    const names = Object.keys(table.toProto);
    expect(names.map((name) => table.fromProto(table.toProto[name] ?? Number.NaN))).toEqual(names);
  });

  it('decodes UNSPECIFIED to its default, or rejects it if it has none', () => {
    if (unspecified === undefined) expect(() => table.fromProto(0)).toThrow('but is 0');
    else expect(table.fromProto(0)).toBe(unspecified);
  });

  it('rejects a number that is not in the contract', () => {
    expect(() => table.fromProto(9_999)).toThrow('but is 9999');
    expect(() => table.fromProto(-1)).toThrow('but is -1');
  });
});

it('0.2: decodes EXIT as CANCEL', () => {
  expect(enums.scenarioSignal.fromProto(SCENARIO_SIGNAL_EXIT)).toBe('CANCEL');
  expect(enums.scenarioSignal.toProto.CANCEL).toBe(turn.ScenarioSignal.SCENARIO_SIGNAL_CANCEL);
});

it('section 8: decodes EXIT of a legacy session as CANCEL', () => {
  expect(enums.scenarioAction.fromProto(sessionService.ScenarioAction.SCENARIO_ACTION_EXIT)).toBe('CANCEL');
});

it('rejects the status of an ended instance for an active one, and vice versa', () => {
  expect(() => enums.liveStatus.fromProto(SCENARIO_INSTANCE_STATUS_COMPLETED)).toThrow('ACTIVE, PAUSED');
  expect(() => enums.endedStatus.fromProto(SCENARIO_INSTANCE_STATUS_ACTIVE)).toThrow('COMPLETED, CANCELLED');
});
