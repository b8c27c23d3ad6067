import type { ChannelOptions } from '@grpc/grpc-js';

/**
 * Retries what is safe to retry: the service answers UNAVAILABLE only where a repetition with the same ids has the effect of
 * one call (a turn is settled by its turn_id).
 */
const retryPolicy = {
  maxAttempts: 4,
  initialBackoff: '0.1s',
  maxBackoff: '2s',
  backoffMultiplier: 2,
  retryableStatusCodes: ['UNAVAILABLE'],
};

const [orchestrator, scenarios, sessions] = ['OrchestratorService', 'ScenarioService', 'SessionService'].map(
  (name) => ({
    service: `focal.orchestration.v1.${name}`,
  }),
);

/** The service config; proto/focal/orchestration/v1/service_config.json is the same, for clients in other languages. */
const serviceConfig = {
  methodConfig: [
    { name: [orchestrator, scenarios, sessions], retryPolicy },
    // Long-lived streams are resumed by whoever reads them, from where they broke off; the same request would begin anew.
    {
      name: [
        { ...orchestrator, method: 'ProcessTurns' },
        { ...sessions, method: 'WatchSession' },
      ],
    },
  ],
};

/** Options of a channel with the retry policy as its service config. */
export const channelOptions: ChannelOptions = { 'grpc.service_config': JSON.stringify(serviceConfig) };
