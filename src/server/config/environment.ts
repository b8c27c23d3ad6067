import { z } from 'zod';
import { knownKeys } from './known-keys';
import type { ConfigLayer, ConfigValue } from './layer';

const prefix = 'ORCHESTRATOR__';

/**
 * The keys that the environment sets: `ORCHESTRATOR__SERVER__PORT` is `server.port`, and
 * `ORCHESTRATOR__PIPELINE__SCENARIO_ORCHESTRATION__MAX_LOOP_COUNT` the key of a nested section. The text is read as the
 * key's type, a list with commas between its items; text that does not fit stays text, and the schema says what is allowed.
 */
export function readEnvironment(env: NodeJS.ProcessEnv): ConfigLayer {
  const given = new Map<string, ConfigValue>();
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(prefix) || text === undefined) continue;
    const key = name.slice(prefix.length).toLowerCase().replaceAll('__', '.');
    given.set(key, { value: read(text, knownKeys.get(key)), origin: name });
  }
  return given;
}

function read(text: string, schema: z.ZodType | undefined): unknown {
  const trimmed = text.trim();
  if (schema instanceof z.ZodNumber) return isNumber(trimmed) ? Number(trimmed) : text;
  if (schema instanceof z.ZodBoolean) return readFlag(trimmed) ?? text;
  if (schema instanceof z.ZodArray) return trimmed === '' ? [] : trimmed.split(',').map((item) => item.trim());
  return text;
}

function isNumber(text: string): boolean {
  return /^[+-]?\d[\d_]*(\.\d+)?(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text));
}

function readFlag(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined;
}
