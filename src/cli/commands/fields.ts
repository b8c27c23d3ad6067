import type { Command } from 'commander';
import { FieldDefinitions, StoredFields } from '../../../gen/focal/orchestration/v1/field';
import { toAgentKey } from '../catalogue-client';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { type ExitCode, exitCodes } from '../exit-codes';
import { messageToJson } from '../files';
import type { Output } from '../output/terminal';
import { formatYamlFile } from '../output/yaml';
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
    else output.writeFile(formatFieldsFile(stored.definitions ?? FieldDefinitions.create()));
    return exitCodes.ok;
  });
}

/** Stored field definitions in the notation of files. */
export function storedFieldsToJson(stored: StoredFields): unknown {
  return messageToJson('StoredFields', StoredFields.encode(stored).finish());
}

function formatFieldsFile(definitions: FieldDefinitions): string {
  const fields = messageToJson('FieldDefinitions', FieldDefinitions.encode(definitions).finish());
  return formatYamlFile('schemas/fields.schema.json', definitions.fields.length === 0 ? { fields: [] } : fields);
}
