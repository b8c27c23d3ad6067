import { Argument, type Command } from 'commander';
import { Relationship, RelationshipKind, RelationshipSource } from '../../../gen/focal/orchestration/v1/scenario';
import {
  DeleteRelationshipRequest,
  ListRelationshipsRequest,
} from '../../../gen/focal/orchestration/v1/scenario_service';
import { listNamedScenarios, resolveScenarioId, toAgentKey } from '../catalogue-client';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { createScenarioNameLookup } from '../conversation-tests/conversation';
import { formatEnum } from '../conversation-tests/summary-values';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes';
import { isUuid, messageToJson, normalizeUuid } from '../files';
import { type Output, styled } from '../output/terminal';
import { type AgentOptions, addAgentOptions, withClient } from '../service-client';

// The commands `relationships list` and `relationships delete`. `put` stores relationships.

type RelationshipOptions = AgentOptions & JsonOptions;

export function createRelationshipsCommand(): Command {
  return createCommand('relationships', {
    summary: 'list or delete the stored relationships',
    description: 'Lists or deletes the stored relationships of an agent. `put` stores those of files.',
  })
    .addCommand(createListCommand())
    .addCommand(createDeleteCommand());
}

function createListCommand(): Command {
  const command = createCommand('list', {
    summary: 'list the stored relationships',
    description: 'Lists the relationships of an agent by kind, source and target.',
  }).addOption(createJsonOption());
  return addAgentOptions(command).action((options: RelationshipOptions) =>
    runCommand(options, (output) => list(options, output)),
  );
}

async function list(options: RelationshipOptions, output: Output): Promise<ExitCode> {
  const agent = toAgentKey(options);
  return withClient(options, async (client) => {
    const { relationships } = await client.listRelationships(ListRelationshipsRequest.fromPartial(agent));
    if (output.json) {
      output.writeJson(relationships.map(toJson));
      return exitCodes.ok;
    }
    const getName = createScenarioNameLookup(await listNamedScenarios(client, agent));
    const rows = relationships.map((relationship) => toRow(relationship, getName));
    for (const [index, line] of formatTable([['kind', 'source', 'target', 'weight'], ...rows]).entries()) {
      output.writeLine(index === 0 ? styled(output.terminal, 'faint', line) : line);
    }
    return exitCodes.ok;
  });
}

function toJson(relationship: Relationship): unknown {
  return messageToJson('Relationship', Relationship.encode(relationship).finish());
}

function toRow(
  { kind, sourceType, sourceId, targetScenarioId, weight }: Relationship,
  getName: (scenarioId: string) => string,
): readonly string[] {
  const isRule = sourceType === RelationshipSource.RELATIONSHIP_SOURCE_RULE;
  const source = isRule ? `rule ${sourceId}` : getName(sourceId);
  return [formatEnum(RelationshipKind, kind), source, getName(targetScenarioId), String(weight)];
}

/** Pads every column to its widest cell. */
function formatTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

interface DeleteOptions extends RelationshipOptions {
  /** Whether the source is a rule. */
  readonly rule: boolean;
}

/** The kinds of relationships by the names that files and commands use. */
const kinds = new Map(
  Object.values(RelationshipKind)
    .filter((kind): kind is RelationshipKind => typeof kind === 'number' && kind > 0)
    .map((kind) => [formatEnum(RelationshipKind, kind), kind]),
);

function createDeleteCommand(): Command {
  const command = createCommand('delete', {
    summary: 'delete a stored relationship',
    description: 'Deletes a relationship of an agent. Running instances are not affected.',
  })
    .addArgument(new Argument('<kind>', 'kind of the relationship').choices([...kinds.keys()]))
    .argument('<source>', 'id or name of the source scenario; with --rule the id of a rule')
    .argument('<target>', 'id or name of the target scenario')
    .option('--rule', 'the source is a rule', false)
    .addOption(createJsonOption());
  return addAgentOptions(command).action((kind: string, source: string, target: string, options: DeleteOptions) =>
    runCommand(options, (output) => deleteRelationship({ kind, source, target }, options, output)),
  );
}

interface RelationshipArguments {
  readonly kind: string;
  readonly source: string;
  readonly target: string;
}

/** Deletes a relationship. A relationship that does not exist is not an error. */
async function deleteRelationship(
  { kind, source, target }: RelationshipArguments,
  options: DeleteOptions,
  output: Output,
): Promise<ExitCode> {
  const agent = toAgentKey(options);
  if (options.rule && !isUuid(source)) {
    throw new CommandError(exitCodes.usage, `The id of a rule must be a UUID, but is “${source}”.`);
  }
  return withClient(options, async (client) => {
    const relationship = Relationship.fromPartial({
      kind: kinds.get(kind) ?? RelationshipKind.RELATIONSHIP_KIND_UNSPECIFIED,
      sourceType: options.rule
        ? RelationshipSource.RELATIONSHIP_SOURCE_RULE
        : RelationshipSource.RELATIONSHIP_SOURCE_SCENARIO,
      sourceId: options.rule ? normalizeUuid(source) : await resolveScenarioId(client, agent, source),
      targetScenarioId: await resolveScenarioId(client, agent, target),
    });
    const { existed } = await client.deleteRelationship(
      DeleteRelationshipRequest.fromPartial({ ...agent, relationship }),
    );
    if (output.json) output.writeJson({ existed });
    else output.writeLine(`${kind} ${source} -> ${target} ${existed ? 'deleted' : 'not found'}`);
    return exitCodes.ok;
  });
}
