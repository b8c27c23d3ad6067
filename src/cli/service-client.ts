import { readFileSync } from 'node:fs';
import type { ChannelCredentials } from '@grpc/grpc-js';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CallError, connect, insecure, type OrchestratorClient, tls } from 'scenario-orchestrator-client';
import { CommandError, exitCodes } from './exit-codes';
import { FileProblemsError, formatProblem, isUuid, normalizeUuid } from './files';

// Calls from commands to the service: the options, the client, and the messages of failed calls.

/** The options of a connection to the service. */
export interface ConnectionOptions {
  readonly server: string;
  readonly tokenFile?: string;
  readonly tls?: boolean;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  /** The timeout of a call, in seconds. */
  readonly timeout: number;
}

export interface ServiceOptions extends ConnectionOptions {
  readonly tenant: string;
}

export interface AgentOptions extends ServiceOptions {
  readonly agent: string;
}

/** Creates the option for the address of the service. */
export function createServerOption(): Option {
  return new Option('-s, --server <host:port>', 'address of the service').argParser(parseAddress);
}

interface ConnectionDefaults {
  /** The default of `timeout`. */
  readonly timeoutSeconds?: number;
}

/** Adds the options of a connection except the address. Credentials are not options, because other users can see arguments. */
export function addConnectionOptions(command: Command, { timeoutSeconds = 5 }: ConnectionDefaults = {}): Command {
  return command
    .addOption(
      new Option(
        '--token-file <file>',
        'file with the API key or token to send; default: SCENARIO_ORCHESTRATOR_TOKEN',
      ).env('SCENARIO_ORCHESTRATOR_TOKEN_FILE'),
    )
    .addOption(new Option('--tls', 'use TLS; implied by the options below'))
    .addOption(
      new Option('--tls-ca <file>', 'CA certificates to trust instead of the default ones, PEM').env(
        'SCENARIO_ORCHESTRATOR_TLS_CA',
      ),
    )
    .addOption(new Option('--tls-cert <file>', 'client certificate, PEM').env('SCENARIO_ORCHESTRATOR_TLS_CERT'))
    .addOption(new Option('--tls-key <file>', 'private key of the client, PEM').env('SCENARIO_ORCHESTRATOR_TLS_KEY'))
    .addOption(new Option('--timeout <seconds>', 'timeout of a call').default(timeoutSeconds).argParser(parseSeconds));
}

interface OptionSettings extends ConnectionDefaults {
  /** Default: true. */
  readonly isMandatory?: boolean;
}

/** Adds the options of a call to the service. */
export function addServiceOptions(command: Command, { isMandatory = true, ...defaults }: OptionSettings = {}): Command {
  const server = createServerOption().env('SCENARIO_ORCHESTRATOR_SERVER').default('127.0.0.1:50051');
  const tenant = new Option('--tenant <uuid>', 'tenant id')
    .env('SCENARIO_ORCHESTRATOR_TENANT')
    .argParser(parseUuid)
    .makeOptionMandatory(isMandatory);
  return addConnectionOptions(command.addOption(server).addOption(tenant), defaults);
}

/** Adds the options of a call that uses the catalogue of an agent. */
export function addAgentOptions(command: Command, settings: OptionSettings = {}): Command {
  const agent = new Option('--agent <uuid>', 'agent id, whose catalogue is used')
    .env('SCENARIO_ORCHESTRATOR_AGENT')
    .argParser(parseUuid)
    .makeOptionMandatory(settings.isMandatory ?? true);
  return addServiceOptions(command, settings).addOption(agent);
}

export function parseUuid(text: string): string {
  if (isUuid(text)) return normalizeUuid(text);
  throw new InvalidArgumentError('It must be a UUID.');
}

/** Parses a non-negative integer of at most 9 digits. */
export function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a non-negative integer.');
}

export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 3_600) return seconds;
  throw new InvalidArgumentError('It must be a number of seconds, more than 0 and at most 3600.');
}

export function parseAddress(text: string): string {
  if (/^[^\s/]+:\d{1,5}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be HOST:PORT.');
}

/** Connects a client, runs `action`, and closes the client. */
export async function withClient<Result>(
  options: ConnectionOptions,
  action: (client: OrchestratorClient) => Promise<Result>,
): Promise<Result> {
  const token = readToken(options, process.env);
  const client = connect(options.server, {
    timeoutMs: options.timeout * 1_000,
    credentials: createCredentials(options),
    ...(token === '' ? {} : { token }),
  });
  try {
    return await action(client);
  } finally {
    client.close();
  }
}

function readToken({ tokenFile }: ConnectionOptions, env: NodeJS.ProcessEnv): string {
  return (tokenFile === undefined ? (env['SCENARIO_ORCHESTRATOR_TOKEN'] ?? '') : readTextFile(tokenFile)).trim();
}

function createCredentials({ tls: usesTls, tlsCa, tlsCert, tlsKey }: ConnectionOptions): ChannelCredentials {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new CommandError(exitCodes.usage, 'Set both --tls-cert and --tls-key, or neither.');
  }
  if (usesTls !== true && tlsCa === undefined && tlsCert === undefined) return insecure();
  const readPem = (path: string): Buffer => Buffer.from(readTextFile(path));
  return tls({
    ...(tlsCa === undefined ? {} : { ca: readPem(tlsCa) }),
    ...(tlsCert === undefined || tlsKey === undefined
      ? {}
      : { clientCertificate: { certificate: readPem(tlsCert), key: readPem(tlsKey) } }),
  });
}

/** Reads a file that the command line names. Throws CommandError if the file cannot be read. */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(exitCodes.usage, `Cannot read ${path}: ${reason}`);
  }
}

/** Converts an expected error to a CommandError. Returns any other error unchanged. */
export function toCommandError(error: unknown): unknown {
  if (error instanceof FileProblemsError)
    return new CommandError(exitCodes.findings, ...error.problems.map(formatProblem));
  if (!(error instanceof CallError)) return error;
  const hint = hints.get(error.reason) ?? hints.get(error.status);
  return new CommandError(exitCodes.service, error.message, ...(hint === undefined ? [] : [hint]));
}

export const connectionHint =
  'Check that the service is running at this address (--server), or set a longer --timeout.';

/** What to do about a failed call, by the reason or the status of its error. */
const hints: ReadonlyMap<string, string> = new Map([
  ['UNAVAILABLE', connectionHint],
  ['DEADLINE_EXCEEDED', connectionHint],
  ['UNAUTHENTICATED', 'Set a credential with --token-file or SCENARIO_ORCHESTRATOR_TOKEN.'],
  ['PERMISSION_DENIED', 'The credential is not valid for this tenant (--tenant).'],
  ['SESSION_NOT_FOUND', 'Check --tenant, and that the session has had a turn.'],
  ['SCENARIO_NOT_FOUND', 'Run `list` to see the scenarios of the catalogue.'],
]);
