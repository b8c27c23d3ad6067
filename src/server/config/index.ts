export { requiresAuthentication } from './auth-section';
export { toConditionLimits } from './condition-limits';
export { defaultConfigFile, loadConfig } from './load-config';
export { isLoopback } from './loopback';
export { toModelOptions } from './model-options';
export { ConfigError, type ConfigProblem } from './problem';
export { toRedisEndpoint } from './redis-endpoint';
export type { Config } from './schema';
export { toSettings } from './settings';
