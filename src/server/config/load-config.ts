import { join } from 'node:path';
import type { z } from 'zod';
import { getConfigFiles, readConfigFile } from './config-file';
import { readEnvironment } from './environment';
import { knownKeys, knownSections } from './known-keys';
import { type ConfigLayer, type ConfigValue, mergeLayers } from './layer';
import { ConfigError, type ConfigProblem } from './problem';
import { type Config, configSchema } from './schema';

/** The file with every key, at the same place below the root in the sources and in what is built. */
export const defaultConfigFile = join(__dirname, '..', '..', '..', 'config', 'default.toml');

/** Keys whose values are never shown. */
const secretKeys: ReadonlySet<string> = new Set([
  'redis.url',
  'redis.password',
  'redis.sentinel_password',
  'pipeline.scenario_filtering.api_key',
]);

/**
 * The configuration: the shipped defaults, then the files of ORCHESTRATOR_CONFIG in order, then ORCHESTRATOR__ variables;
 * what comes later wins, key by key.
 *
 * @throws ConfigError with every problem of all of them.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const problems: ConfigProblem[] = [];
  const files = [defaultConfigFile, ...getConfigFiles(env)].map((path) => readConfigFile(path, problems));
  // Each layer is looked at alone: a later one may hide a wrong key, not a misspelt one.
  const layers = [...files, readEnvironment(env)];
  problems.push(...layers.flatMap(unknownKeys));
  const given = mergeLayers(layers);
  const result = configSchema.safeParse(nest(given));
  if (!result.success) problems.push(...refusedValues(result.error, given));
  if (!result.success || problems.length > 0) throw new ConfigError(problems);
  return result.data;
}

function unknownKeys(layer: ConfigLayer): ConfigProblem[] {
  return [...layer]
    .filter(([key, { value }]) => !knownKeys.has(key) && !isEmptySection(key, value))
    .map(([key, { origin }]) => ({ key, origin, message: whatIsKnown(key) }));
}

function isEmptySection(key: string, value: unknown): boolean {
  return knownSections.has(key) && typeof value === 'object';
}

function whatIsKnown(key: string): string {
  if (knownSections.has(key)) return 'is a section and takes no value';
  const section = key.slice(0, Math.max(0, key.lastIndexOf('.')));
  const keys = knownSections.get(section);
  if (keys === undefined) return `is unknown; the sections are ${[...knownSections.keys()].join(', ')}`;
  return `is unknown; [${section}] has ${keys.join(', ')}`;
}

/** Nested tables with every section, and of the known keys those that somebody gave. */
function nest(given: ConfigLayer): object {
  const root = {};
  const tables = new Map<string, Record<string, unknown>>([['', root]]);
  const put = (path: string, value: unknown): void => {
    const dot = path.lastIndexOf('.');
    const parent = tables.get(path.slice(0, Math.max(0, dot)));
    if (parent !== undefined) parent[path.slice(dot + 1)] = value;
  };
  for (const section of knownSections.keys()) {
    const table = {};
    put(section, table);
    tables.set(section, table);
  }
  for (const [key, { value }] of given) {
    if (knownKeys.has(key)) put(key, value);
  }
  return root;
}

function refusedValues(error: z.ZodError, given: ConfigLayer): ConfigProblem[] {
  const problems = new Map<string, ConfigProblem>();
  for (const issue of error.issues) {
    // Of a list the whole is meant.
    const key = issue.path.filter((part) => typeof part === 'string').join('.');
    const value = given.get(key);
    // A key has one sentence that says what is allowed, however many of its checks fail.
    problems.set(key, {
      key,
      origin: value?.origin ?? 'given nowhere',
      message: `${issue.message}${found(key, value)}`,
    });
  }
  return [...problems.values()];
}

function found(key: string, given: ConfigValue | undefined): string {
  if (given === undefined || secretKeys.has(key)) return '';
  const shown = typeof given.value === 'number' ? String(given.value) : JSON.stringify(given.value);
  return `; found ${shown.slice(0, 200)}`;
}
