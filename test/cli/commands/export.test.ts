import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExportCommand } from '../../../src/cli/commands/export';
import { variablePrefix } from '../../../src/cli/export/export-options';
import { ensureBuilt } from '../../support/built-server';
import { eventually } from '../../support/eventually';
import { ExportProcess } from '../../support/export-process';
import { FeedUnderTest } from '../../support/feed-under-test';
import { readLines } from '../../support/sinks/file-under-test';
import { WebhookUnderTest, webhookSecret } from '../../support/sinks/webhook-under-test';
import { childTimeoutMs, run } from '../command-line';

jest.setTimeout(childTimeoutMs);

let folder: string;
beforeAll(async () => {
  await ensureBuilt();
  folder = mkdtempSync(join(tmpdir(), 'export-command-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const service = ['--tenant', 'c0c0c0c0-0000-4000-8000-000000000001', '--consumer', 'test'];
const hostAndPort = '127.0.0.1:1';

test.each([
  [
    'a last attempt without a dead letter file',
    ['file', '--path', 'x', '--max-attempts', '3'],
    'needs --dead-letter-file',
  ],
  ['a webhook without a secret', ['webhook', '--url', 'https://x/'], 'The webhook has no signing secret.'],
  ['a password as an argument', ['redis', '--url', 'redis://a:b@x', '--stream', 's'], '--url contains a password'],
  ['another protocol', ['webhook', '--url', 'ftp://x/'], 'a URL that starts with https:// or http://'],
  [
    'CA certificates without TLS',
    ['redis', '--url', 'redis://x', '--stream', 's', '--sink-ca', 'x'],
    'needs a --url that starts with rediss://',
  ],
  ['a wildcard in a subject', ['nats', '--sink-servers', hostAndPort, '--subject', 'a.>'], 'words of letters, digits'],
  [
    'a user without a mechanism',
    ['kafka', '--sink-servers', hostAndPort, '--topic', 't', '--username', 'u'],
    'needs all of --sasl, --username',
  ],
])('%s is a usage error that says what to do', async (_case, args, message) => {
  const { code, stderr } = await run(['export', ...args, ...service]);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('a:b@');
  expect(code).toBe(2);
});

/** A valid value of each option that has a variable. */
const sampleValues: Readonly<Record<string, string>> = {
  URL: 'https://x/',
  SINK_SERVERS: hostAndPort,
  SUBJECT: 'a.b',
  SASL: 'plain',
  AGENT: 'c0c0c0c0-0000-4000-8000-000000000001',
  SCENARIO: 'c0c0c0c0-0000-4000-8000-000000000001',
  REASON: 'IDLE',
};

test.each(['file', 'webhook', 'redis', 'nats', 'kafka'])(
  'every option of %s with a value can be a variable',
  async (sink) => {
    const command = createExportCommand().commands.find((each) => each.name() === sink);
    const options = command?.options.filter((option) => option.envVar?.startsWith(variablePrefix)) ?? [];
    const before = { ...process.env };
    for (const { envVar = '' } of options)
      process.env[envVar] = sampleValues[envVar.replace(variablePrefix, '')] ?? '7';
    if (sink === 'redis') process.env[`${variablePrefix}URL`] = 'redis://x';
    try {
      command?.action(() => undefined);
      await command?.parseAsync(['--tenant', 'c0c0c0c0-0000-4000-8000-000000000001'], { from: 'user' });
    } finally {
      process.env = before;
    }
    expect(options.length).toBeGreaterThan(8);
    const sources = options.map((option) => [option.long, command?.getOptionValueSource(option.attributeName())]);
    expect(sources.filter(([, source]) => source !== 'env')).toEqual([]);
    // The others are switches, or belong to the connection.
    const other = command?.options.filter(({ envVar, required }) => required && !envVar?.startsWith(variablePrefix));
    expect(other?.map(({ long }) => long)).toEqual([
      '--server',
      '--tenant',
      '--token-file',
      '--tls-ca',
      '--tls-cert',
      '--tls-key',
      '--timeout',
    ]);
  },
);

test('an invalid secret is refused without showing it', async () => {
  const env = { SCENARIO_ORCHESTRATOR_EXPORT_SECRET: 'my-secret' };
  const { code, stderr } = await run(['export', 'webhook', '--url', 'https://x/', ...service], env);
  expect(stderr).toContain('A signing secret of the webhook is not valid.');
  expect(stderr).not.toContain('my-secret');
  expect(code).toBe(2);
});

test('a service that is unavailable ends the export with code 3', async () => {
  const args = [
    'export',
    'file',
    '--path',
    join(folder, 'none.jsonl'),
    '--server',
    hostAndPort,
    '--timeout',
    '1',
    ...service,
  ];
  const { code, stderr } = await run(args);
  expect(stderr).toContain('Check that the service is running');
  expect(code).toBe(3);
});

test('a refused event ends the export with code 4 and is not lost, or becomes a dead letter', async () => {
  const feed = await FeedUnderTest.start();
  const [first, second] = [randomUUID(), randomUUID()];
  await feed.playTurns([first, second], 2);
  let isPicky = true;
  const refuse = { status: 422, body: `no ${first}` };
  const webhook = await WebhookUnderTest.start(({ body }) =>
    isPicky && body.includes(first) ? refuse : { status: 200 },
  );
  const secretFile = join(folder, 'secret');
  writeFileSync(secretFile, `${webhookSecret}\n`);
  const args = [...webhook.args, '--secret-file', secretFile, '--consumer', 'test', '--from-oldest'];
  const deadLetterFile = join(folder, 'dead.jsonl');

  const ended = new ExportProcess(args, feed.env);
  expect(await ended.waitForExit()).toBe(4);
  expect(ended.stderr).toContain(`HTTP status 422: no ${first}`);
  expect(ended.stderr).toContain('set --dead-letter-file');

  const variables = { ...feed.env, SCENARIO_ORCHESTRATOR_EXPORT_DEAD_LETTER_FILE: deadLetterFile };
  const continued = new ExportProcess([...args, '--count', '4'], variables);
  expect(await continued.waitForExit()).toBe(0);
  expect(new Set((await webhook.read()).map(({ subject }) => subject))).toEqual(new Set([second]));
  const dead = readLines<{ reason: string; event: { subject: string; data: { revision: number } } }>(deadLetterFile);
  expect(dead.map(({ event }) => [event.subject, event.data.revision])).toEqual([
    [first, 1],
    [first, 2],
  ]);
  expect(dead[0]?.reason).toBe(`HTTP status 422: no ${first}`);

  isPicky = false;
  await feed.playTurns([first], 1);
  const later = new ExportProcess([...args, '--count', '1'], feed.env);
  expect(await later.waitForExit()).toBe(0);
  expect((await webhook.read()).at(-1)?.data).toMatchObject({ session_id: first, revision: 3 });
  await Promise.all([webhook.close(), feed.stop()]);
});

test('SIGTERM ends an export that waits for its sink, with code 0, and nothing is acknowledged', async () => {
  const feed = await FeedUnderTest.start();
  await feed.playTurns([randomUUID()], 1);
  let status = 503;
  const webhook = await WebhookUnderTest.start(() => ({ status, headers: { 'retry-after': '600' } }));
  const args = [...webhook.args, '--consumer', 'test', '--from-oldest'];
  const waiting = new ExportProcess(args, { ...feed.env, ...webhook.env });
  await eventually(async () => waiting.stderr.includes('next one in 600.0 s'));
  expect(await waiting.stop()).toBe(0);
  status = 200;
  const next = new ExportProcess([...args, '--count', '1'], { ...feed.env, ...webhook.env });
  expect(await next.waitForExit()).toBe(0);
  expect(await webhook.read()).toHaveLength(1);
  await Promise.all([webhook.close(), feed.stop()]);
});

test('an export continues when the service is back, also if it could not acknowledge', async () => {
  const feed = await FeedUnderTest.start();
  const session = randomUUID();
  await feed.playTurns([session], 2);
  let [requests, isUp] = [0, false];
  const webhook = await WebhookUnderTest.start(() => {
    requests += 1;
    // The events arrive, and the service is down when they are acknowledged.
    return { status: isUp ? 200 : 503 };
  });
  const args = [...webhook.args, '--consumer', 'test', '--from-oldest', '--batch-size', '10', '--timeout', '1'];
  const running = new ExportProcess(args, { ...feed.env, ...webhook.env });
  await eventually(async () => requests > 0);
  await feed.restart(async () => {
    isUp = true;
    await eventually(async () => running.stderr.includes('The call is repeated.'));
  });
  await eventually(async () => (await webhook.read()).length > 0);
  await feed.playTurns([session], 2);
  await eventually(async () => new Set((await webhook.read()).map(({ id }) => id)).size === 4);
  expect(running.hasExited).toBe(false);
  expect(await running.stop()).toBe(0);
  await Promise.all([webhook.close(), feed.stop()]);
});
