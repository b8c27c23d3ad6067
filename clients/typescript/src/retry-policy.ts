import type { ChannelOptions } from '@grpc/grpc-js';

/**
 * Every method with this policy is safe to retry: the service returns UNAVAILABLE only if a retry with the same ids has the
 * effect of one call.
 */
const retryPolicy = {
  maxAttempts: 4,
  initialBackoff: '0.1s',
  maxBackoff: '2s',
  backoffMultiplier: 2,
  retryableStatusCodes: ['UNAVAILABLE'],
};

const orchestrator = { service: 'focal.orchestration.v1.OrchestratorService' };
const scenarios = { service: 'focal.orchestration.v1.ScenarioService' };
const sessions = { service: 'focal.orchestration.v1.SessionService' };

/** The same service config as proto/focal/orchestration/v1/service_config.json, which is for clients in other languages. */
const serviceConfig = {
  methodConfig: [
    { name: [orchestrator, scenarios, sessions], retryPolicy },
    // No retries, because the caller resumes these streams from its cursor. A retry would send the first request again.
    {
      name: [
        { ...orchestrator, method: 'ProcessTurns' },
        { ...sessions, method: 'WatchSession' },
      ],
    },
  ],
};

/**
 * Maximum bytes of a received message: the largest value of the service's setting `server.max_response_bytes`, so that the client receives
 * everything that any service sends. The default of grpc-js is 4 MiB, as is the default of the setting.
 */
const maxReceivedBytes = 64 * 1024 * 1024;

/**
 * Channel options with the retry policy and the maximum size of received messages. Use them for your own grpc-js clients; `connect` already
 * sets them.
 */
export const channelOptions: ChannelOptions = {
  'grpc.service_config': JSON.stringify(serviceConfig),
  'grpc.max_receive_message_length': maxReceivedBytes,
};
