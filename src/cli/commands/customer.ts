import type { Command } from 'commander';
import { ExportCustomerRequest, ExportCustomerResponse } from '../../../gen/focal/orchestration/v1/session_service';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { type ExitCode, exitCodes } from '../exit-codes';
import { messageToJson } from '../files';
import type { Output } from '../output/terminal';
import { addServiceOptions, type ServiceOptions, withClient } from '../service-client';

// The commands `customer export` and `customer delete`.

export function createCustomerCommand(): Command {
  return createCommand('customer', {
    summary: 'export or delete all sessions of a customer',
    description: 'Exports or deletes the sessions whose turns had a customer_id (docs/how-to/finding-sessions.md).',
  })
    .addCommand(createExportCommand())
    .addCommand(createDeleteCommand());
}

interface ExportOptions extends ServiceOptions {
  /** Default: the start. */
  readonly cursor?: string;
}

function createExportCommand(): Command {
  const command = createCommand('export', {
    summary: 'write the sessions of a customer with their turns as JSON lines',
    description: [
      'Writes one JSON value for each message of the export: a session, or recorded turns of the session before it.',
      'A line with a cursor ends a session. After an error, continue with the last cursor.',
    ].join(' '),
  })
    .argument('<customer>', 'customer id')
    .option('--cursor <text>', 'continue after the session that ended with this cursor');
  return addServiceOptions(command).action((customerId: string, options: ExportOptions) =>
    runCommand({ json: true }, (output) => exportCustomer(customerId, options, output)),
  );
}

async function exportCustomer(customerId: string, options: ExportOptions, output: Output): Promise<ExitCode> {
  const { tenant: tenantId, cursor = '' } = options;
  return withClient(options, async (client) => {
    const request = ExportCustomerRequest.fromPartial({ tenantId, customerId, cursor });
    for await (const part of client.exportCustomer(request)) {
      output.writeJsonLine(messageToJson('ExportCustomerResponse', ExportCustomerResponse.encode(part).finish()));
    }
    return exitCodes.ok;
  });
}

function createDeleteCommand(): Command {
  const command = createCommand('delete', {
    summary: 'delete all sessions of a customer',
    description: [
      'Deletes the sessions of a customer with their recorded turns, until none is left, and prints how many there were.',
      'If it is interrupted, run it again. Stop the turns of the customer first.',
    ].join(' '),
  })
    .argument('<customer>', 'customer id')
    .addOption(createJsonOption());
  return addServiceOptions(command).action((customerId: string, options: ServiceOptions & JsonOptions) =>
    runCommand(options, (output) => deleteCustomer(customerId, options, output)),
  );
}

async function deleteCustomer(customerId: string, options: ServiceOptions, output: Output): Promise<ExitCode> {
  return withClient(options, async (client) => {
    let deletedSessions = 0;
    for (let isComplete = false; !isComplete; ) {
      const deleted = await client.deleteCustomer({ tenantId: options.tenant, customerId });
      deletedSessions += deleted.deletedSessions;
      isComplete = deleted.complete;
    }
    if (output.json) output.writeJson({ deleted_sessions: deletedSessions });
    else output.writeLine(`${deletedSessions} sessions were deleted`);
    return exitCodes.ok;
  });
}
