// What `scenario-orchestrator/client` exports: the client, and the messages of the contract with their stubs.
export * from '../../../gen/focal/orchestration/v1/contribution';
export * from '../../../gen/focal/orchestration/v1/error_reason';
export * from '../../../gen/focal/orchestration/v1/lifecycle';
export * from '../../../gen/focal/orchestration/v1/orchestrator_service';
export * from '../../../gen/focal/orchestration/v1/scenario';
export * from '../../../gen/focal/orchestration/v1/scenario_service';
export * from '../../../gen/focal/orchestration/v1/session';
export * from '../../../gen/focal/orchestration/v1/session_service';
export * from '../../../gen/focal/orchestration/v1/transition';
export * from '../../../gen/focal/orchestration/v1/turn';
export type { BearerToken } from './bearer-token';
export { CallError, type FieldViolation } from './call-error';
export { type ConnectSettings, connect } from './connect';
export { insecure, type TlsSettings, tls } from './credentials';
export type { OrchestratorClient } from './orchestrator-client';
export type { ProcessTurnResult, TurnOutcome } from './process-turns';
export { channelOptions } from './retry-policy';
export type { CallSettings } from './unary-call';
