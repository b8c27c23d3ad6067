import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { types } from 'node:util';
import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { knownKeys } from './schema';

/** A value and the source that it comes from. */
export interface ConfigValue {
  readonly value: unknown;
  /** Path of a file or name of an environment variable. */
  readonly origin: string;
}

/** The values of one source by dotted key, for example `server.port`. A Map, because a file may have the key `__proto__`. */
export type ConfigLayer = ReadonlyMap<string, ConfigValue>;

export interface ConfigProblem {
  /** Section and key, for example `server.port`; "" if a whole file is invalid. */
  readonly key: string;
  /** The file or the environment variable with the invalid value. */
  readonly origin: string;
  /** States the valid values and, except for secrets, the value that was found. */
  readonly message: string;
}

/** Flattens nested tables into dotted keys. An empty table is kept as a value, so that an unknown section is reported. */
export function flatten(table: object, origin: string): ConfigLayer {
  const leaves = new Map<string, ConfigValue>();
  const visit = (value: unknown, path: string): void => {
    if (!isTable(value) || (path !== '' && Object.keys(value).length === 0)) {
      leaves.set(path, { value, origin });
      return;
    }
    for (const [key, member] of Object.entries(value)) visit(member, path === '' ? key : `${path}.${key}`);
  };
  visit(table, '');
  return leaves;
}

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Merges layers; a later layer overrides an earlier one key by key. */
export function mergeLayers(layers: readonly ConfigLayer[]): ConfigLayer {
  return new Map(layers.flatMap((layer) => [...layer]));
}

/** Returns the paths in the variable ORCHESTRATOR_CONFIG in order. They are separated like the paths in PATH. */
export function getConfigFiles(env: NodeJS.ProcessEnv): readonly string[] {
  return (env['ORCHESTRATOR_CONFIG'] ?? '').split(delimiter).filter((path) => path.trim() !== '');
}

/** Reads a TOML file. For a file that cannot be read, adds a problem and returns an empty layer. */
export function readConfigFile(path: string, problems: ConfigProblem[]): ConfigLayer {
  try {
    return flatten(parse(readFileSync(path, 'utf8')), path);
  } catch (error) {
    problems.push({ key: '', origin: path, message: describeReadError(error) });
    return new Map();
  }
}

function describeReadError(error: unknown): string {
  if (error instanceof TomlError) {
    // The rest of the message is an excerpt of the file, which may contain a secret.
    const [summary] = error.message.split('\n');
    return `is not valid TOML, line ${error.line}, column ${error.column}: ${summary}`;
  }
  return `cannot be read: ${types.isNativeError(error) ? error.message : String(error)}`;
}

/** The prefix of the environment variables that set keys. */
export const settingPrefix = 'ORCHESTRATOR__';

/**
 * Reads the keys that environment variables set: `ORCHESTRATOR__SERVER__PORT` is `server.port`, and
 * `ORCHESTRATOR__PIPELINE__SCENARIO_ORCHESTRATION__MAX_LOOP_COUNT` is a key of a nested section. The text is converted to the type
 * of the key; list items are separated by commas. Text that cannot be converted is kept, and the schema then reports it.
 */
export function readEnvironment(env: NodeJS.ProcessEnv): ConfigLayer {
  const values = new Map<string, ConfigValue>();
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(settingPrefix) || text === undefined) continue;
    const key = name.slice(settingPrefix.length).toLowerCase().replaceAll('__', '.');
    values.set(key, { value: convert(text, knownKeys.get(key)), origin: name });
  }
  return values;
}

function convert(text: string, schema: z.ZodType | undefined): unknown {
  const trimmed = text.trim();
  if (schema instanceof z.ZodNumber || schema instanceof z.ZodUnion) return isNumber(trimmed) ? Number(trimmed) : text;
  if (schema instanceof z.ZodBoolean) return parseFlag(trimmed) ?? text;
  if (schema instanceof z.ZodArray) return trimmed === '' ? [] : trimmed.split(',').map((item) => item.trim());
  return text;
}

function isNumber(text: string): boolean {
  return /^[+-]?\d[\d_]*(\.\d+)?(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text));
}

function parseFlag(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined;
}
