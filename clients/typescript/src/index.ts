// The public API of `scenario-orchestrator-client`: the client, and the messages and stubs of the contract.
export * from '../../../gen/focal/orchestration/v1/contribution';
export * from '../../../gen/focal/orchestration/v1/error_reason';
export * from '../../../gen/focal/orchestration/v1/feed';
export * from '../../../gen/focal/orchestration/v1/lifecycle';
export * from '../../../gen/focal/orchestration/v1/orchestrator_service';
export * from '../../../gen/focal/orchestration/v1/scenario';
export * from '../../../gen/focal/orchestration/v1/scenario_service';
export * from '../../../gen/focal/orchestration/v1/session';
export * from '../../../gen/focal/orchestration/v1/session_service';
export * from '../../../gen/focal/orchestration/v1/transition';
export * from '../../../gen/focal/orchestration/v1/turn';
export { CallError, type FieldViolation } from './call-error';
export type { CallSettings } from './calls';
export { type BearerToken, insecure, type TlsSettings, tls } from './credentials';
export {
  type ConnectSettings,
  connect,
  type OrchestratorClient,
  type UnaryMethod,
  type UnaryMethods,
} from './orchestrator-client';
export type { ProcessTurnResult, TurnOutcome } from './process-turns';
export { type AskedField, type ReplyPart, toReplyParts } from './reply-parts';
export { channelOptions } from './retry-policy';
export type { GetTraceContext, StreamedTurn } from './trace-context';
