export type { BearerToken } from './bearer-token';
export { CallError, type FieldViolation } from './call-error';
export { type ConnectSettings, connect, type OrchestratorClient, type TurnAnswer } from './orchestrator-client';
export { channelOptions } from './retry-policy';
export type { CallSettings } from './unary-call';
