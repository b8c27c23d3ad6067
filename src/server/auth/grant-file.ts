import { parse, TomlDate, TomlError } from 'smol-toml';
import { z } from 'zod';
import { isUuid, normalizeUuid } from '../../core/model/uuid';
import { type Scope, scopes } from '../ports/authenticator';

/** The tenant of a grant that allows every tenant. */
const anyTenant = '*';

/** Parses the tenant of a grant or a token. Returns undefined for any tenant, and "" if the text is neither a UUID nor "*". */
export function parseTenantGrant(text: string): string | undefined {
  if (text === anyTenant) return undefined;
  return isUuid(text) ? normalizeUuid(text) : '';
}

export function isScope(text: unknown): text is Scope {
  return scopes.some((scope) => scope === text);
}

const scopesError = `must be a list of one or more of ${scopes.map((scope) => `"${scope}"`).join(', ')}`;
const tenantError = `must be the UUID of a tenant, or "${anyTenant}" for a service that may name any tenant`;

/** The fields of every entry of a grant file. */
export const grantFields = {
  id: z
    .string({ error: 'must be 1 to 64 letters, digits or any of . _ -' })
    .regex(/^[\w.-]{1,64}$/, { error: 'must be 1 to 64 letters, digits or any of . _ -' }),
  tenant: z.string({ error: tenantError }).refine((text) => parseTenantGrant(text) !== '', { error: tenantError }),
  scopes: z.array(z.enum(scopes, { error: scopesError }), { error: scopesError }).min(1, { error: scopesError }),
};

/** A TOML date and time, parsed to milliseconds since 1970. The offset is required, because a local time is ambiguous. */
export const offsetDateTime = z
  .custom<TomlDate>((value) => value instanceof TomlDate && value.isDateTime() && !value.isLocal(), {
    error: 'must be a date and time with an offset, for example 2027-01-31T00:00:00Z',
  })
  .transform((value) => value.getTime());

/**
 * Parses a TOML file that has one array of tables, `[[name]]`.
 *
 * @throws Error with all problems. The message contains no value of the file, except ids.
 */
export function parseGrantEntries<Entry extends { readonly id: string }>(
  text: string,
  name: string,
  entry: z.ZodType<Entry>,
): readonly Entry[] {
  // An empty file is an error, because a file that is being written may be empty for a moment.
  const error = `is required as [[${name}]]; write ${name} = [] to allow no credentials`;
  const result = z.strictObject({ [name]: z.array(entry, { error }) }).safeParse(parseToml(text));
  if (!result.success) {
    throw new Error(result.error.issues.map(({ path, message }) => `${formatPath(path)}: ${message}`).join('; '));
  }
  const entries = result.data[name] ?? [];
  const duplicate = findDuplicate(entries.map(({ id }) => id));
  if (duplicate !== undefined) throw new Error(`the id "${duplicate}" is used twice; use a unique id for every entry`);
  return entries;
}

export function findDuplicate(texts: readonly string[]): string | undefined {
  return texts.find((text, index) => texts.indexOf(text) !== index);
}

function parseToml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The rest of the message is an excerpt of the file.
    const [summary] = error.message.split('\n');
    throw new Error(`is not valid TOML, line ${error.line}, column ${error.column}: ${summary}`, { cause: error });
  }
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}
