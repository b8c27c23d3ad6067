import { type Command, InvalidArgumentError, Option } from 'commander';

/** How a service is reached, and as whom. */
export interface ServiceOptions {
  readonly server: string;
  readonly tenant: string;
  readonly tokenFile?: string;
  readonly tls?: boolean;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  /** Seconds. */
  readonly timeout: number;
}

/** The same with whose catalogue is meant. */
export interface AgentOptions extends ServiceOptions {
  readonly agent: string;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads a UUID of the command line. */
export function parseUuid(text: string): string {
  if (uuid.test(text)) return text;
  throw new InvalidArgumentError('It must be a UUID.');
}

/** Reads a whole number, 0 or more. */
export function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

function secondsArgument(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 3_600) return seconds;
  throw new InvalidArgumentError('It must be a number of seconds, at most 3600.');
}

function addressArgument(text: string): string {
  if (/^[^\s/]+:\d{1,5}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be HOST:PORT.');
}

/** Adds what every command needs that talks to a service. A credential is never an argument: others see those. */
export function addServiceOptions(command: Command, { mandatory = true } = {}): Command {
  return command
    .addOption(
      new Option('-s, --server <host:port>', 'address of the service')
        .env('SCENARIO_ORCHESTRATOR_SERVER')
        .default('127.0.0.1:50051')
        .argParser(addressArgument),
    )
    .addOption(
      new Option('--tenant <uuid>', 'the tenant')
        .env('SCENARIO_ORCHESTRATOR_TENANT')
        .argParser(parseUuid)
        .makeOptionMandatory(mandatory),
    )
    .addOption(
      new Option(
        '--token-file <file>',
        'file with the API key or token that is shown to the service; else SCENARIO_ORCHESTRATOR_TOKEN holds it',
      ).env('SCENARIO_ORCHESTRATOR_TOKEN_FILE'),
    )
    .addOption(new Option('--tls', 'talk TLS; implied by the options below'))
    .addOption(
      new Option('--tls-ca <file>', 'certificates to trust in place of the system’s, PEM').env(
        'SCENARIO_ORCHESTRATOR_TLS_CA',
      ),
    )
    .addOption(new Option('--tls-cert <file>', 'own certificate, PEM').env('SCENARIO_ORCHESTRATOR_TLS_CERT'))
    .addOption(new Option('--tls-key <file>', 'own private key, PEM').env('SCENARIO_ORCHESTRATOR_TLS_KEY'))
    .addOption(new Option('--timeout <seconds>', 'until a call is given up').default(5).argParser(secondsArgument));
}

/** Adds the agent to the options of a service. */
export function addAgentOptions(command: Command, settings: { readonly mandatory?: boolean } = {}): Command {
  const agent = new Option('--agent <uuid>', 'the agent whose catalogue is meant')
    .env('SCENARIO_ORCHESTRATOR_AGENT')
    .argParser(parseUuid)
    .makeOptionMandatory(settings.mandatory ?? true);
  return addServiceOptions(command, settings).addOption(agent);
}
