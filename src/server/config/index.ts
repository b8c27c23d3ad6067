export { requiresAuthentication } from './auth-section';
export { isLoopback } from './constraints';
export { ConfigError, defaultConfigFile, loadConfig } from './load-config';
export { toModelOptions } from './model-section';
export { toConditionLimits, toSessionLimits, toSettings } from './orchestration-section';
export { toRedisEndpoint } from './redis-section';
export type { Config } from './schema';
