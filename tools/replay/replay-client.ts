import type { OrchestratorClient } from 'scenario-orchestrator-client';

/** The two calls of the service that a replay makes. */
export type ReplayClient = Pick<OrchestratorClient, 'putScenario' | 'processTurn'>;
