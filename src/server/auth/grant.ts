import { parse, TomlDate, TomlError } from 'smol-toml';
import { z } from 'zod';
import { type Scope, scopes } from '../ports/authenticator';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** How a grant says that the request names the tenant. */
export const anyTenant = '*';

/** The tenant of a principal, of what a grant or a token says: undefined for any; "" where it is neither a UUID nor "*". */
export function parseTenantGrant(text: string): string | undefined {
  if (text === anyTenant) return undefined;
  return uuid.test(text) ? text.toLowerCase() : '';
}

/** Whether a text is one of the scopes. */
export function isScope(text: unknown): text is Scope {
  return scopes.some((scope) => scope === text);
}

const scopesError = `must be a list of one or more of ${scopes.map((scope) => `"${scope}"`).join(', ')}`;
const tenantError = `must be the UUID of a tenant, or "${anyTenant}" for a service that may name any tenant`;

/** What every entry of a file of grants has. */
export const grantFields = {
  id: z
    .string({ error: 'must be 1 to 64 letters, digits or any of . _ -' })
    .regex(/^[\w.-]{1,64}$/, { error: 'must be 1 to 64 letters, digits or any of . _ -' }),
  tenant: z.string({ error: tenantError }).refine((text) => parseTenantGrant(text) !== '', { error: tenantError }),
  scopes: z.array(z.enum(scopes, { error: scopesError }), { error: scopesError }).min(1, { error: scopesError }),
};

/** A moment in a TOML file; with its offset, since nobody's local time is meant. */
export const offsetDateTime = z
  .custom<TomlDate>((value) => value instanceof TomlDate && value.isDateTime() && !value.isLocal(), {
    error: 'must be a date and time with an offset, for example 2027-01-31T00:00:00Z',
  })
  .transform((value) => value.getTime());

/**
 * The entries of a TOML file that is one array of tables, `[[name]]`.
 *
 * @throws Error with every problem, and no value of the file.
 */
export function parseGrantEntries<Entry extends { readonly id: string }>(
  text: string,
  name: string,
  entry: z.ZodType<Entry>,
): readonly Entry[] {
  const result = z.strictObject({ [name]: z.array(entry, { error: noEntries(name) }) }).safeParse(tomlOf(text));
  if (!result.success)
    throw new Error(result.error.issues.map(({ path, message }) => `${pathText(path)}: ${message}`).join('; '));
  const entries = result.data[name] ?? [];
  const twice = findDuplicate(entries.map(({ id }) => id));
  if (twice !== undefined) throw new Error(`the id "${twice}" is given twice`);
  return entries;
}

/** A file that is just being written is empty for a moment, and means nobody's end. */
function noEntries(name: string): string {
  return `must be given as [[${name}]]; write ${name} = [] where nobody shall be let in`;
}

/** The first text that a list has more than once. */
export function findDuplicate(texts: readonly string[]): string | undefined {
  return texts.find((text, at) => texts.indexOf(text) !== at);
}

function tomlOf(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The message goes on with an excerpt of the file.
    const [summary] = error.message.split('\n');
    throw new Error(`is not TOML, line ${error.line}, column ${error.column}: ${summary}`, { cause: error });
  }
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part)}`))
    .join('');
}
