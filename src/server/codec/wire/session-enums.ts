import * as request from '../../../../gen/focal/orchestration/v1/request';
import * as session from '../../../../gen/focal/orchestration/v1/session';
import * as sessionService from '../../../../gen/focal/orchestration/v1/session_service';
import type { ScenarioAction } from '../../../core/model/legacy-session';
import type { PauseReason } from '../../../core/model/lifecycle-decision';
import type { RequestedTool, RequestKind, RequestStatus, WaitsFor } from '../../../core/model/request';
import type {
  EndedInstance,
  ScenarioChoiceRequest,
  ScenarioInstance,
  SettledWithout,
} from '../../../core/model/session';
import type { ResumePolicy } from '../../../core/model/settings';
import { createEnumSubset, createEnumTable, createLowerCaseEnumTable, type EnumTable } from './enum-table';

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

export const resumePolicy: EnumTable<ResumePolicy, session.ResumePolicy> = createLowerCaseEnumTable(
  session.ResumePolicy,
  'RESUME_POLICY_',
);

export const settledWithout: EnumTable<SettledWithout, session.SettledWithout> = createEnumTable(
  session.SettledWithout,
  'SETTLED_WITHOUT_',
);

export const choiceStatus: EnumTable<ScenarioChoiceRequest['status'], session.ChoiceStatus> = createEnumTable(
  session.ChoiceStatus,
  'CHOICE_STATUS_',
);

export const scenarioAction: EnumTable<ScenarioAction, sessionService.ScenarioAction> = createEnumTable(
  sessionService.ScenarioAction,
  'SCENARIO_ACTION_',
  { deprecated: { EXIT: 'CANCEL' } },
);

export const requestKind: EnumTable<RequestKind, request.RequestKind> = createEnumTable(
  request.RequestKind,
  'REQUEST_KIND_',
);

export const requestStatus: EnumTable<RequestStatus, request.RequestStatus> = createEnumTable(
  request.RequestStatus,
  'REQUEST_STATUS_',
);

export const waitsFor: EnumTable<WaitsFor, request.WaitsFor> = createEnumTable(request.WaitsFor, 'WAITS_FOR_', {
  unspecified: 'NOTHING',
});

export const toolOutcome: EnumTable<NonNullable<RequestedTool['outcome']>, request.ToolOutcome> = createEnumTable(
  request.ToolOutcome,
  'TOOL_OUTCOME_',
);
