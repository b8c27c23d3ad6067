import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import { type AgentKey, putScenarios } from '../catalogue-client';
import { createCommand, runCommand } from '../command';
import type { Conversation } from '../conversation-tests/conversation';
import { readConversation } from '../conversation-tests/conversation-file';
import { runConversation } from '../conversation-tests/run-conversation';
import { type ExitCode, exitCodes } from '../exit-codes';
import { readScenarioFiles } from '../files';
import { startLocalService } from '../local-service';
import { formatCount } from '../output/format-values';
import { formatRow, type Output, styled } from '../output/terminal';
import { formatTurnResult } from '../output/test-report';
import { addConnectionOptions, type ConnectionOptions, createServerOption, withClient } from '../service-client';

/** The tenant and agent of the demo. */
export const demoAgent: AgentKey = {
  tenantId: 'd0d0d0d0-0000-4000-8000-000000000001',
  agentId: 'd0d0d0d0-0000-4000-8000-000000000002',
};

// The relative path is the same from src/ and from dist/src/.
export const examplesFolder = join(__dirname, '..', '..', '..', 'examples');

/** The maximum time until every node of a service uses a changed catalogue. */
const catalogueDelayMs = 1_000;

interface DemoOptions extends Omit<ConnectionOptions, 'server'> {
  readonly server?: string;
}

export function createDemoCommand(): Command {
  const command = createCommand('demo', {
    summary: 'run the example conversation',
    description: [
      'Runs an example conversation with several scenarios and shows the decisions of each turn.',
      'Without --server, it starts a service with the embedded store in a temporary folder.',
      'At the end, it stops the service and deletes the folder.',
    ].join(' '),
  }).addOption(createServerOption());
  return addConnectionOptions(command).action((options: DemoOptions) =>
    runCommand({}, (output) => runDemo(options, output)),
  );
}

async function runDemo(options: DemoOptions, output: Output): Promise<ExitCode> {
  const { server } = options;
  if (server !== undefined) {
    output.writeLine(`Service at ${server}`);
    output.writeLine('');
    return withClient({ ...options, server }, (client) => runExample(client, catalogueDelayMs, output));
  }
  // The handlers on `exit` stop the service and remove its folder.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const service = await startLocalService(process.env);
  try {
    output.writeLine(`Service at ${service.address}, with the embedded store in a temporary folder`);
    output.writeLine('');
    // The TLS and token options apply only to --server.
    const connection = { server: service.address, timeout: options.timeout };
    return await withClient(connection, (client) => runExample(client, 0, output));
  } finally {
    await service.stop();
  }
}

async function runExample(client: OrchestratorClient, delayMs: number, output: Output): Promise<ExitCode> {
  const { terminal } = output;
  const conversation = readExampleConversation('demo.yaml');
  for (const warning of await putScenarios(client, demoAgent, conversation.scenarios)) output.writeLine(warning);
  await sleep(delayMs);

  const introduction = `${conversation.name}. ${conversation.about.trim().replaceAll(/\s+/g, ' ')}`;
  for (const line of formatRow(terminal, [], introduction)) output.writeLine(line);
  output.writeLine('');
  const results = await runConversation(client, conversation, {
    ...demoAgent,
    sessionId: randomUUID(),
    startAt: new Date(),
    onTurn: (result) => {
      for (const line of formatTurnResult(terminal, conversation, result)) output.writeLine(line);
    },
  });
  const differenceCount = results.reduce((sum, { differences }) => sum + differences.length, 0);
  output.writeLine(
    styled(terminal, differenceCount === 0 ? 'green' : 'red', formatOutcome(results.length, differenceCount)),
  );
  return differenceCount === 0 ? exitCodes.ok : exitCodes.findings;
}

/** Formats the last line: the number of turns, and of decisions that differ from the expected ones. */
export function formatOutcome(turnCount: number, differenceCount: number): string {
  const differences = formatCount(differenceCount, 'decision');
  return `${formatCount(turnCount, 'turn')}, ${differences === '' ? 'all' : `${differences} not`} as expected`;
}

/** Reads a conversation of `examples/conversations`. Throws FileProblemsError. */
export function readExampleConversation(name: string): Conversation {
  return readConversation(join(examplesFolder, 'conversations', name), readScenarioFiles);
}
