import { z } from 'zod';
import type { LegacySession } from '../../../core/model/legacy-session';
import { normalizeUuid } from '../../../core/model/uuid';
import { fieldsFromProto, maxValueDepth } from '../../codec/wire/json-value';

// The format of docs/migrating-from-single-scenario-sessions.md, with the limits of ImportSessionRequest in the contract. A null
// value counts as a missing field, because the legacy service may write null.

const visitedSteps = z
  .custom<Readonly<Record<string, number>>>((value) => isObject(value) && Object.values(value).every(isCount), {
    error: 'must be an object of integers from 0 to 4294967295',
  })
  .refine((counts) => Object.keys(counts).length <= 10_000, { error: 'must have at most 10,000 entries' })
  .refine((counts) => !Object.hasOwn(counts, '__proto__'), { error: 'must not have the key __proto__' })
  .transform((counts) => new Map(Object.entries(counts)));

const variables = z
  .custom<Readonly<Record<string, unknown>>>(isObject, { error: 'must be an object' })
  .refine((fields) => Object.keys(fields).length <= 500, { error: 'must have at most 500 entries' })
  .refine((fields) => Object.keys(fields).every((name) => name.length >= 1 && name.length <= 128), {
    error: 'must have names of 1 to 128 characters',
  })
  .refine((fields) => !Object.hasOwn(fields, '__proto__'), { error: 'must not have the key __proto__' })
  .transform((fields, context) => {
    try {
      return fieldsFromProto(fields, 'variables');
    } catch {
      context.addIssue(`must have finite numbers only, at most ${maxValueDepth} levels, and no key __proto__`);
      return z.NEVER;
    }
  });

const lastAction = z
  .string({ error: 'must be a string' })
  .toUpperCase()
  .pipe(
    z.enum(['NONE', 'START', 'CONTINUE', 'PAUSE', 'COMPLETE', 'CANCEL', 'RELOCALIZE', 'EXIT'], {
      error: 'must be a name of ScenarioAction without its prefix',
    }),
  )
  .transform((action) => (action === 'EXIT' ? 'CANCEL' : action));

const lastActiveAt = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time' })
  .transform((time) => Date.parse(time))
  .refine((time) => time > 0, { error: 'must be later than 1970-01-01T00:00:00Z' });

const legacySession = z.object(
  {
    agent_id: z.guid({ error: 'must be a UUID' }).nullish(),
    active_scenario_id: stringUpTo(128).nullish(),
    active_scenario_version: integerUpTo(4_294_967_295).nullish(),
    current_step_id: stringUpTo(128).nullish(),
    visited_steps: visitedSteps.nullish(),
    variables: variables.nullish(),
    last_action: lastAction.nullish(),
    turn_count: integerUpTo(1_000_000_000).nullish(),
    last_active_at: lastActiveAt.nullish(),
  },
  { error: 'must be an object' },
);

/** Thrown for an invalid record. The message names the problems and contains no customer data. */
export class InvalidLegacySessionError extends Error {
  override readonly name = 'InvalidLegacySessionError';
}

/** Parses a legacy session from JSON. Throws InvalidLegacySessionError. */
export function parseLegacySession(json: string): LegacySession {
  const { data, error } = legacySession.safeParse(parseJson(json));
  if (error) {
    const problems = error.issues.map(({ path, message }) => `${String(path[0] ?? 'the record')} ${message}`);
    throw new InvalidLegacySessionError(problems.join('; '));
  }
  return {
    agentId: normalizeUuid(data.agent_id ?? ''),
    activeScenarioId: normalizeUuid(data.active_scenario_id ?? ''),
    activeScenarioVersion: data.active_scenario_version ?? 0,
    currentStepId: data.current_step_id ?? '',
    visitedSteps: data.visited_steps ?? new Map(),
    variables: data.variables ?? new Map(),
    lastAction: data.last_action ?? undefined,
    turnCount: data.turn_count ?? 0,
    lastActiveAt: data.last_active_at ?? undefined,
  };
}

/** Parses JSON. Replaces the error of JSON.parse, because it quotes the record. */
function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new InvalidLegacySessionError('the record is not JSON');
  }
}

function stringUpTo(max: number) {
  const error = `must be a string of at most ${max} characters`;
  return z.string({ error }).max(max, { error });
}

function integerUpTo(max: number) {
  const error = `must be an integer from 0 to ${max}`;
  return z.int({ error }).min(0, { error }).max(max, { error });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 4_294_967_295;
}
