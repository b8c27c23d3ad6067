export { requiresAuthentication } from './auth-section';
export { isLoopback, removeFinalLineBreak } from './constraints';
export { ConfigError, defaultConfigFile, loadConfig } from './load-config';
export { toModelOptions } from './model-section';
export { toConditionLimits, toFeedLimits, toSessionLimits, toSettings, toTurnLimits } from './orchestration-section';
export { type RedisFiles, toRedisEndpoint, usesRedis } from './redis-section';
export type { Config } from './schema';
export { listUnknownVariables } from './variable-names';
