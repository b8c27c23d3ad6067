import { join } from 'node:path';
import type { z } from 'zod';
import {
  type ConfigLayer,
  type ConfigProblem,
  type ConfigValue,
  getConfigFiles,
  mergeLayers,
  readConfigFile,
  readEnvironment,
} from './config-sources';
import { usesRedis } from './redis-section';
import { type Config, configSchema, knownKeys, knownSections } from './schema';
import { findKeyByWords, findMisnamedVariables, listForeignRedisVariables, toVariableName } from './variable-names';

/** The file with the default value of every key. The relative path is the same in the sources and in the build. */
export const defaultConfigFile = join(__dirname, '..', '..', '..', 'config', 'default.toml');

/** Keys whose values never appear in a message. */
const secretKeys: ReadonlySet<string> = new Set([
  'redis.url',
  'redis.password',
  'redis.sentinel_password',
  'pipeline.scenario_filtering.api_key',
]);

/**
 * Loads the configuration: the shipped defaults, then the files of ORCHESTRATOR_CONFIG in order, then ORCHESTRATOR__ variables.
 * A later source overrides an earlier one key by key. Variables that look like settings, and are not read, are problems.
 *
 * @throws ConfigError with all problems of all sources.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const problems: ConfigProblem[] = [];
  const files = [defaultConfigFile, ...getConfigFiles(env)].map((path) => readConfigFile(path, problems));
  // An unknown key is reported for every layer. An invalid value is only reported if no later layer overrides it.
  const layers = [...files, readEnvironment(env)];
  problems.push(...layers.flatMap(findUnknownKeys));
  const values = mergeLayers(layers);
  const result = configSchema.safeParse(toTables(values));
  problems.push(...findMisnamedVariables(env));
  if (!result.success) problems.push(...toProblems(result.error, values));
  else problems.push(...findIgnoredRedis(result.data, env));
  if (!result.success || problems.length > 0) throw new ConfigError(problems);
  return result.data;
}

/** Reports an address of Redis that the service would ignore, because it would store sessions in a folder of one node instead. */
function findIgnoredRedis(config: Config, env: NodeJS.ProcessEnv): ConfigProblem[] {
  if (usesRedis(config) || config.embedded.ignore_redis_variables) return [];
  const message =
    'has the address of a Redis that this service does not read, so it would use the embedded store; set ORCHESTRATOR__REDIS__URL to ' +
    'use Redis, or ORCHESTRATOR__EMBEDDED__IGNORE_REDIS_VARIABLES=true to use the embedded store';
  return listForeignRedisVariables(env).map((name) => ({ key: '', origin: name, message }));
}

function findUnknownKeys(layer: ConfigLayer): ConfigProblem[] {
  return [...layer]
    .filter(([key, { value }]) => !knownKeys.has(key) && !isEmptySection(key, value))
    .map(([key, { origin }]) => ({ key, origin, message: describeUnknownKey(key) }));
}

function isEmptySection(key: string, value: unknown): boolean {
  return knownSections.has(key) && typeof value === 'object';
}

function describeUnknownKey(key: string): string {
  if (knownSections.has(key)) return 'is a section, not a key; set a key of it';
  const known = findKeyByWords(key);
  if (known !== undefined) return `is unknown; the key is ${known}, or ${toVariableName(known)} in the environment`;
  const section = key.slice(0, Math.max(0, key.lastIndexOf('.')));
  const keys = knownSections.get(section);
  if (keys === undefined) return `is unknown; the sections are ${[...knownSections.keys()].join(', ')}`;
  return `is unknown; the keys of [${section}] are ${keys.join(', ')}`;
}

/** Converts dotted keys to nested tables with every section and all known keys that have a value. */
function toTables(values: ConfigLayer): object {
  const root = {};
  const tables = new Map<string, Record<string, unknown>>([['', root]]);
  const assign = (path: string, value: unknown): void => {
    const dot = path.lastIndexOf('.');
    const parent = tables.get(path.slice(0, Math.max(0, dot)));
    if (parent !== undefined) parent[path.slice(dot + 1)] = value;
  };
  for (const section of knownSections.keys()) {
    const table = {};
    assign(section, table);
    tables.set(section, table);
  }
  for (const [key, { value }] of values) {
    if (knownKeys.has(key)) assign(key, value);
  }
  return root;
}

function toProblems(error: z.ZodError, values: ConfigLayer): ConfigProblem[] {
  const problems = new Map<string, ConfigProblem>();
  for (const issue of error.issues) {
    // A problem with an item is reported for the whole list.
    const key = issue.path.filter((part) => typeof part === 'string').join('.');
    const value = values.get(key);
    const message = `${issue.message}${describeFound(key, value)}`;
    // Several failed checks of a key may have the same message.
    problems.set(`${key} ${message}`, { key, origin: value?.origin ?? 'not set', message });
  }
  return [...problems.values()];
}

function describeFound(key: string, value: ConfigValue | undefined): string {
  if (value === undefined || secretKeys.has(key)) return '';
  const found = typeof value.value === 'number' ? String(value.value) : JSON.stringify(value.value);
  // A URL may have a password, also in a key that must not have one, such as redis.cluster.
  return found.includes('@') ? '' : `; found ${found.slice(0, 200)}`;
}

/** Lists all problems of a configuration, one line each. The process does not start. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super([`The configuration has ${count}:`, ...problems.map(toLine)].join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

function toLine({ key, origin, message }: ConfigProblem): string {
  return key === '' ? `  ${origin}: ${message}` : `  ${key} ${message} (${origin})`;
}
