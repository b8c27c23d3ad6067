import type { Command } from 'commander';
import { stringify } from 'yaml';
import { FieldDefinitions, StoredFields } from '../../../gen/focal/orchestration/v1/field';
import { toAgentKey } from '../catalogue-client';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { type ExitCode, exitCodes } from '../exit-codes';
import { messageToJson } from '../files';
import type { Output } from '../output/terminal';
import { type AgentOptions, addAgentOptions, withClient } from '../service-client';

type FieldsOptions = AgentOptions & JsonOptions;

export function createFieldsCommand(): Command {
  const command = createCommand('fields', {
    summary: 'print the stored field definitions',
    description: 'Prints the field definitions of an agent in the format of a file `fields.yaml`.',
  }).addOption(createJsonOption());
  return addAgentOptions(command).action((options: FieldsOptions) =>
    runCommand(options, (output) => printFields(options, output)),
  );
}

/** An agent without definitions has version 0, an empty list. */
async function printFields(options: FieldsOptions, output: Output): Promise<ExitCode> {
  return withClient(options, async (client) => {
    const { stored = StoredFields.create() } = await client.getFields(toAgentKey(options));
    if (output.json) output.writeJson(storedFieldsToJson(stored));
    else output.writeLine(formatFieldsFile(stored.definitions ?? FieldDefinitions.create()));
    return exitCodes.ok;
  });
}

/** Stored field definitions in the notation of files. */
export function storedFieldsToJson(stored: StoredFields): unknown {
  return messageToJson('StoredFields', StoredFields.encode(stored).finish());
}

function formatFieldsFile(definitions: FieldDefinitions): string {
  const schema = '# yaml-language-server: $schema=schemas/fields.schema.json';
  if (definitions.fields.length === 0) return `${schema}\nfields: []`;
  const fields = messageToJson('FieldDefinitions', FieldDefinitions.encode(definitions).finish());
  return `${schema}\n${stringify(fields, { lineWidth: 120 }).trimEnd()}`;
}
