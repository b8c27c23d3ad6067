import { type Command, InvalidArgumentError, Option } from 'commander';
import { CommandError, exitCodes } from '../exit-codes';
import { addFeedFilterOptions, type FeedFilterOptions } from '../feed-options';
import { addServiceOptions, parseCount, parseSeconds, readTextFile, type ServiceOptions } from '../service-client';

// The options of all `export` commands. Each option with a value has an environment variable.

export interface ExportOptions extends ServiceOptions, FeedFilterOptions {
  readonly consumer: string;
  readonly includeValues: boolean;
  readonly deadLetterFile?: string;
  /** Default: unlimited. */
  readonly maxAttempts?: number;
  /** The interval of progress lines, in seconds. */
  readonly progress: number;
  /** Default: unlimited. */
  readonly count?: number;
}

/** Adds the options of the service, the feed and the delivery. */
export function addExportOptions(command: Command): Command {
  command
    .addOption(createOption('--consumer <name>', 'consumer whose cursor the service keeps').makeOptionMandatory())
    .option('--include-values', 'add the recorded turn to each event, with the values of the customer', false)
    .addOption(
      createOption(
        '--dead-letter-file <file>',
        'file for events that cannot be delivered, JSON lines; default: the command ends at such an event',
      ),
    )
    .addOption(
      createOption(
        '--max-attempts <number>',
        'attempts until an event is a dead letter, if the sink is unavailable; default: unlimited',
      ).argParser(parsePositive),
    )
    .addOption(createOption('--progress <seconds>', 'interval of progress lines').default(60).argParser(parseSeconds));
  addFeedFilterOptions(command, createOption).addOption(
    createOption('-n, --count <events>', 'stop after this number of events').argParser(parsePositive),
  );
  return addServiceOptions(command);
}

/** Adds the options of a sink that is reached over the network. */
export function addNetworkOptions(command: Command): Command {
  return command
    .addOption(
      createOption('--sink-ca <file>', 'CA certificates of the sink to trust instead of the default ones, PEM'),
    )
    .addOption(
      createOption('--sink-timeout <seconds>', 'timeout of a request to the sink').default(10).argParser(parseSeconds),
    );
}

export interface NetworkOptions {
  readonly sinkCa?: string;
  readonly sinkTimeout: number;
}

/** Adds the options of a user. The password is not an option, because other users can see arguments. */
export function addUserOptions(command: Command): Command {
  return command
    .addOption(createOption('--username <name>', 'user of the sink'))
    .addOption(
      createOption('--password-file <file>', `file with the password of the user; default: ${variablePrefix}PASSWORD`),
    );
}

export interface UserOptions {
  readonly username?: string;
  readonly passwordFile?: string;
}

export const variablePrefix = 'SCENARIO_ORCHESTRATOR_EXPORT_';

/** Creates an option. One with a value has an environment variable: `--max-attempts` has SCENARIO_ORCHESTRATOR_EXPORT_MAX_ATTEMPTS. */
export function createOption(flags: string, description: string): Option {
  const option = new Option(flags, description);
  const takesValue = option.required || option.optional;
  // Commander reads the variable only if the option has it when it is added to the command.
  return takesValue ? option.env(`${variablePrefix}${option.name().toUpperCase().replaceAll('-', '_')}`) : option;
}

export function parsePositive(text: string): number {
  const number = parseCount(text);
  if (number > 0) return number;
  throw new InvalidArgumentError('It must be at least 1.');
}

/** Returns a parser of URLs with one of the given protocols, for example `https:`. */
export function createUrlParser(...protocols: readonly string[]): (text: string) => URL {
  return (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && protocols.includes(url.protocol) && url.hostname !== '') return url;
    throw new InvalidArgumentError(
      `It must be a URL that starts with ${protocols.map((each) => `${each}//`).join(' or ')}.`,
    );
  };
}

/** Throws CommandError for a URL with a password, which other users can see in the arguments. */
export function refusePasswordInArguments(command: Command, url: URL): void {
  if (url.password === '' || command.getOptionValueSource('url') !== 'cli') return;
  throw new CommandError(
    exitCodes.usage,
    '--url contains a password, which other users of the machine can see.',
    `Set it with ${variablePrefix}URL, --password-file or ${variablePrefix}PASSWORD.`,
  );
}

/** Reads the CA certificates; undefined for the default ones. */
export function readCa({ sinkCa }: NetworkOptions): string | undefined {
  return sinkCa === undefined ? undefined : readTextFile(sinkCa);
}

/** Reads the password; undefined if there is none. */
export function readPassword({ passwordFile }: UserOptions, env: NodeJS.ProcessEnv): string | undefined {
  return readSecret(passwordFile, env[`${variablePrefix}PASSWORD`]);
}

/** Reads a secret from a file, or takes the value of a variable; undefined if there is neither. Removes white space around it. */
export function readSecret(file: string | undefined, value: string | undefined): string | undefined {
  const text = (file === undefined ? value : readTextFile(file))?.trim();
  return text === '' ? undefined : text;
}
