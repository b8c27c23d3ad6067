import { parseArgs } from 'node:util';
import { grantFields } from '../../server/auth';

/** How the command is used, for people. */
export const usage = `Usage: npm run --silent api-key -- --id NAME --tenant UUID --scopes turns,sessions [--expires 2027-01-31]

Makes an API key. Prints the key once, on standard error, and the entry for the file of auth.api_keys_file, which holds only
its hash, on standard output: append it with >> and give the key to its owner.

  --id NAME         names the key in logs; 1 to 64 letters, digits or any of . _ -
  --tenant UUID     the tenant whose data it reaches; "*" for a trusted service that may name any tenant
  --scopes LIST     any of turns, sessions, catalogue
  --expires DATE    the day, or date and time with an offset, at which it stops to hold; without it never
  --help            print this`;

/** What the command was asked for. */
export interface ApiKeyArguments {
  readonly id: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly expires: Date | undefined;
  readonly help: boolean;
}

/** Reads the command line; throws an Error that names what is wrong with it. */
export function apiKeyArguments(args: readonly string[]): ApiKeyArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      id: { type: 'string', default: '' },
      tenant: { type: 'string', default: '' },
      scopes: { type: 'string', default: '' },
      expires: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { help, expires } = values;
  const scopes = values.scopes.split(',').flatMap((scope) => (scope.trim() === '' ? [] : [scope.trim()]));
  const given = { id: values.id, tenant: values.tenant, scopes };
  const problems = help ? [] : problemsOf(given);
  const at = expires === undefined ? undefined : new Date(expires);
  if (at !== undefined && !isMoment(expires, at)) problems.push(`--expires must be a date, but it is "${expires}"`);
  if (problems.length > 0) throw new Error(`${problems.join('; ')}.`);
  return { ...given, expires: at, help };
}

function problemsOf(given: {
  readonly id: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
}): string[] {
  return (['id', 'tenant', 'scopes'] as const).flatMap((name) => {
    const result = grantFields[name].safeParse(given[name]);
    return result.success ? [] : [`--${name} ${result.error.issues[0]?.message}`];
  });
}

/** Local times are nobody's, and Date.parse takes nearly anything. */
function isMoment(text: string | undefined, at: Date): boolean {
  return /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text ?? '') && !Number.isNaN(at.getTime());
}
