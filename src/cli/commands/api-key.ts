import { type Command, InvalidArgumentError, Option } from 'commander';
import { normalizeUuid } from '../../core/model/uuid';
import { generateApiKey, hashApiKey } from '../../server/auth/api-keys';
import { grantFields } from '../../server/auth/grant-file';
import { createCommand, runCommand } from '../command';
import { type ExitCode, exitCodes } from '../exit-codes';
import type { Output } from '../output/terminal';

interface ApiKeyOptions {
  readonly id: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly expires?: Date;
}

export function createApiKeyCommand(): Command {
  return createCommand('api-key', {
    summary: 'create an API key',
    description: [
      'Creates an API key and writes it to standard error, once.',
      'Writes the entry for the file of auth.api_keys_file, which has only the hash of the key, to standard output.',
    ].join(' '),
  })
    .addOption(
      new Option('--id <name>', 'name of the key in logs: 1 to 64 letters, digits or any of . _ -')
        .argParser(createFieldParser('id'))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--tenant <uuid>', 'tenant id, or "*" for a service that acts for any tenant')
        .argParser(createFieldParser('tenant'))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--scopes <list>', 'comma-separated list of turns, sessions and catalogue')
        .argParser(parseScopes)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--expires <date>', 'expiry as a date, or a date and time with an offset; default: never').argParser(
        parseExpiry,
      ),
    )
    .action((options: ApiKeyOptions) => runCommand({}, (output) => createApiKey(options, output)));
}

function createApiKey(options: ApiKeyOptions, output: Output): ExitCode {
  const key = generateApiKey();
  output.writeStatus(`API key (shown only once): ${key}`);
  output.writeFile(formatEntry(key, options));
  return exitCodes.ok;
}

/** Formats the TOML entry of a key. The validated options contain no characters that TOML requires to be escaped. */
function formatEntry(key: string, { id, tenant, scopes, expires }: ApiKeyOptions): string {
  return [
    '[[keys]]',
    `id = "${id}"`,
    `sha256 = "${hashApiKey(key)}"`,
    `tenant = "${tenant}"`,
    `scopes = [${scopes.map((scope) => `"${scope}"`).join(', ')}]`,
    ...(expires === undefined ? [] : [`expires_at = ${expires.toISOString()}`]),
  ].join('\n');
}

/** Creates a parser that validates an option by the rules of the field in the key file. */
function createFieldParser(field: 'id' | 'tenant'): (text: string) => string {
  return (text) => {
    checkField(field, text);
    return field === 'tenant' ? normalizeUuid(text) : text;
  };
}

function parseScopes(text: string): readonly string[] {
  const scopes = text
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
  checkField('scopes', scopes);
  return scopes;
}

function checkField(field: keyof typeof grantFields, value: unknown): void {
  const { success, error } = grantFields[field].safeParse(value);
  if (!success) throw new InvalidArgumentError(`It ${error.issues[0]?.message}.`);
}

/** Parses an expiry. Requires an offset for a time, because `Date` would otherwise assume local time. */
function parseExpiry(text: string): Date {
  const date = new Date(text);
  if (/^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text) && !Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError('It must be a date, or a date and time with an offset.');
}
