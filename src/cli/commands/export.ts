import { type Command, InvalidArgumentError, type Option } from 'commander';
import { createCommand, runCommand } from '../command';
import { CommandError, exitCodes } from '../exit-codes';
import { exportFeed } from '../export/export-command';
import {
  addExportOptions,
  addNetworkOptions,
  addUserOptions,
  createOption,
  createUrlParser,
  type ExportOptions,
  type NetworkOptions,
  parsePositive,
  readCa,
  readPassword,
  readSecret,
  refusePasswordInArguments,
  type UserOptions,
  variablePrefix,
} from '../export/export-options';
import { parseAddress, parseCount } from '../service-client';

/** Creates the command `export`, with a command for each kind of sink. Each loads only the library of its sink. */
export function createExportCommand(): Command {
  return createCommand('export', {
    summary: 'export the feed to a file, a webhook or a message broker',
    description: [
      'Writes what happens in all sessions of a tenant to a sink, as CloudEvents (docs/how-to/exporting-the-feed.md).',
      'Each event arrives at least once, and those of a session in order.',
    ].join(' '),
  })
    .addCommand(createFileCommand())
    .addCommand(createWebhookCommand())
    .addCommand(createRedisCommand())
    .addCommand(createNatsCommand())
    .addCommand(createKafkaCommand());
}

interface FileOptions extends ExportOptions {
  readonly path: string;
  readonly maxBytes: number;
}

function createFileCommand(): Command {
  const command = createCommand('file', {
    summary: 'write JSON lines to a file',
    description: 'Appends each event to a file, as JSON on one line. A full file is renamed to its name and the time.',
  })
    .addOption(createOption('--path <file>', 'file to append to').makeOptionMandatory())
    .addOption(
      createOption('--max-bytes <number>', 'size after which the file is renamed; 0: never')
        .default(104_857_600)
        .argParser(parseCount),
    );
  return addExportOptions(command).action((options: FileOptions) =>
    runCommand({}, async (output) => {
      const { openFileSink } = await import('../export/sinks/file-sink.js');
      return exportFeed(options, (report) => openFileSink({ ...options, report }), output);
    }),
  );
}

interface WebhookOptions extends ExportOptions, NetworkOptions {
  readonly url: URL;
  readonly secretFile?: string;
  readonly batchSize?: number;
}

function createWebhookCommand(): Command {
  const command = createCommand('webhook', {
    summary: 'post to a URL',
    description: 'Posts events to a URL, signed as Standard Webhooks (https://www.standardwebhooks.com).',
  })
    .addOption(
      createOption('--url <url>', 'URL to post to').argParser(createUrlParser('https:', 'http:')).makeOptionMandatory(),
    )
    .addOption(
      createOption(
        '--secret-file <file>',
        `file with the signing secrets, one on a line; default: ${variablePrefix}SECRET`,
      ),
    )
    .addOption(
      createOption(
        '--batch-size <events>',
        'post up to this number of events as an array; default: one event',
      ).argParser(parsePositive),
    );
  return addExportOptions(addNetworkOptions(command)).action((options: WebhookOptions, self: Command) =>
    runCommand({}, async (output) => {
      refusePasswordInArguments(self, options.url);
      const secrets = readSecrets(options);
      const { createWebhookSink } = await import('../export/sinks/webhook-sink.js');
      const { url, batchSize, sinkTimeout } = options;
      const sink = { url, batchSize, secrets, ca: readCa(options), timeoutMs: sinkTimeout * 1_000 };
      return exportFeed(options, () => createWebhookSink(sink), output);
    }),
  );
}

/** Reads the signing secrets: `whsec_` and 24 to 64 bytes in base64. */
function readSecrets({ secretFile }: WebhookOptions): readonly string[] {
  const secrets = readSecret(secretFile, process.env[`${variablePrefix}SECRET`])?.split(/\s+/) ?? [];
  const isValid = (secret: string) => /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(secret);
  if (secrets.length > 0 && secrets.every(isValid)) return secrets;
  throw new CommandError(
    exitCodes.usage,
    secrets.length === 0 ? 'The webhook has no signing secret.' : 'A signing secret of the webhook is not valid.',
    `Set --secret-file or ${variablePrefix}SECRET to "whsec_" and 24 to 64 random bytes in base64, for example:`,
    '  echo "whsec_$(openssl rand -base64 32)" > webhook-secret',
  );
}

interface RedisOptions extends ExportOptions, NetworkOptions, UserOptions {
  readonly url: URL;
  readonly stream: string;
  readonly maxLength: number;
}

function createRedisCommand(): Command {
  const command = createCommand('redis', {
    summary: 'add to a Redis Stream',
    description: 'Adds an entry for each event to a Redis Stream. The field `id` identifies repeated events.',
  })
    .addOption(
      createOption('--url <url>', 'address of Redis')
        .argParser(createUrlParser('redis:', 'rediss:'))
        .makeOptionMandatory(),
    )
    .addOption(createOption('--stream <key>', 'key of the stream').makeOptionMandatory())
    .addOption(
      createOption('--max-length <entries>', 'remove the oldest entries above about this number; 0: never')
        .default(0)
        .argParser(parseCount),
    );
  return addExportOptions(addUserOptions(addNetworkOptions(command))).action((options: RedisOptions, self: Command) =>
    runCommand({}, async (output) => {
      refusePasswordInArguments(self, options.url);
      if (!/^\/?\d{0,4}$/.test(options.url.pathname)) {
        throw new CommandError(exitCodes.usage, '--url has a path that is not the number of a database.');
      }
      if (options.sinkCa !== undefined && options.url.protocol !== 'rediss:') {
        throw new CommandError(exitCodes.usage, '--sink-ca needs a --url that starts with rediss://.');
      }
      const { createRedisSink } = await import('../export/sinks/redis-sink.js');
      const { url, username, stream: key, maxLength, sinkTimeout } = options;
      const access = { username, password: readPassword(options, process.env), ca: readCa(options) };
      const sink = { url, ...access, key, maxLength, timeoutMs: sinkTimeout * 1_000 };
      return exportFeed(options, () => createRedisSink(sink), output);
    }),
  );
}

/** Parses a list of HOST:PORT, separated by commas. */
function parseAddresses(text: string): readonly string[] {
  return text.split(',').map((address) => parseAddress(address.trim()));
}

function createAddressesOption(description: string): Option {
  return createOption('--sink-servers <host:port,...>', description).argParser(parseAddresses).makeOptionMandatory();
}

const tlsOption = () => createOption('--sink-tls', 'use TLS towards the sink; implied by --sink-ca');

interface NatsOptions extends ExportOptions, NetworkOptions, UserOptions {
  readonly sinkServers: readonly string[];
  readonly subject: string;
  readonly credentialsFile?: string;
  readonly sinkTls?: boolean;
}

function createNatsCommand(): Command {
  const command = createCommand('nats', {
    summary: 'publish to a stream of NATS JetStream',
    description: [
      'Publishes each event to SUBJECT.turn.SESSION, SUBJECT.deleted.SESSION or SUBJECT.gap, with Nats-Msg-Id.',
      'A stream must have these subjects.',
    ].join(' '),
  })
    .addOption(createAddressesOption('addresses of NATS servers'))
    .addOption(
      createOption('--subject <subject>', 'start of the subjects').argParser(parseSubject).makeOptionMandatory(),
    )
    .addOption(createOption('--credentials-file <file>', 'credentials file of NATS, instead of a user and password'))
    .addOption(tlsOption());
  return addExportOptions(addUserOptions(addNetworkOptions(command))).action((options: NatsOptions) =>
    runCommand({}, async (output) => {
      const { createNatsSink } = await import('../export/sinks/nats-sink.js');
      const { sinkServers: servers, subject, credentialsFile, username, sinkTls, sinkTimeout } = options;
      const sink = {
        servers,
        subject,
        credentials: readSecret(credentialsFile, undefined),
        username,
        password: readPassword(options, process.env),
        usesTls: sinkTls === true,
        ca: readCa(options),
        timeoutMs: sinkTimeout * 1_000,
      };
      return exportFeed(options, () => createNatsSink(sink), output);
    }),
  );
}

function parseSubject(text: string): string {
  if (/^[\w-]+(\.[\w-]+)*$/.test(text)) return text;
  throw new InvalidArgumentError('It must be words of letters, digits, _ and -, separated by dots.');
}

interface KafkaOptions extends ExportOptions, NetworkOptions, UserOptions {
  readonly sinkServers: readonly string[];
  readonly topic: string;
  readonly sasl?: KafkaMechanism;
  readonly sinkTls?: boolean;
}

const kafkaMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
type KafkaMechanism = (typeof kafkaMechanisms)[number];

interface KafkaSasl {
  readonly mechanism: KafkaMechanism;
  readonly username: string;
  readonly password: string;
}

function createKafkaCommand(): Command {
  const command = createCommand('kafka', {
    summary: 'produce to a topic of Kafka',
    description: 'Produces each event to a topic, with the session as the key. The topic must exist.',
  })
    .addOption(createAddressesOption('addresses of brokers'))
    .addOption(createOption('--topic <topic>', 'topic to produce to').makeOptionMandatory())
    .addOption(createOption('--sasl <mechanism>', 'authentication with --username').choices([...kafkaMechanisms]))
    .addOption(tlsOption());
  return addExportOptions(addUserOptions(addNetworkOptions(command))).action((options: KafkaOptions) =>
    runCommand({}, async (output) => {
      const { createKafkaSink } = await import('../export/sinks/kafka-sink.js');
      const { sinkServers: brokers, topic, sinkTls, sinkTimeout } = options;
      const access = { sasl: readSasl(options), usesTls: sinkTls === true, ca: readCa(options) };
      const sink = { brokers, topic, ...access, timeoutMs: sinkTimeout * 1_000 };
      return exportFeed(options, () => createKafkaSink(sink), output);
    }),
  );
}

function readSasl({ sasl: mechanism, username, ...options }: KafkaOptions): KafkaSasl | undefined {
  const password = readPassword(options, process.env);
  if (mechanism === undefined && username === undefined && password === undefined) return undefined;
  if (mechanism !== undefined && username !== undefined && password !== undefined)
    return { mechanism, username, password };
  throw new CommandError(
    exitCodes.usage,
    `Authentication needs all of --sasl, --username, and --password-file or ${variablePrefix}PASSWORD.`,
  );
}
