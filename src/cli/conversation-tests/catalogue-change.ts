import { dirname, join } from 'node:path';
import { isMap, type Node } from 'yaml';
import { z } from 'zod';
import {
  asNode,
  type FileProblem,
  type NamedScenario,
  type ParseContext,
  type ParsedScenarioFiles,
  type ScenarioIdLookup,
} from '../files';
import type { CatalogueChange } from './conversation';
import { parseWithSchema } from './parse-with-schema';

// Parses the key `catalogue` of a turn: the changes to the catalogue before the turn.

const changeSchema = z
  .strictObject({
    put: z.array(z.string()).min(1),
    disable: z.array(z.string()).min(1),
    delete: z.array(z.string()).min(1),
  })
  .partial();

/**
 * Reads scenario files, whose relationships may name `others`. Tests replace this function to parse conversations without
 * files.
 */
export type ScenarioFileReader = (paths: readonly string[], others?: readonly NamedScenario[]) => ParsedScenarioFiles;

/** A change as written in its file. The scenario files are loaded; the names of scenarios are not resolved yet. */
export interface ParsedCatalogueChange {
  readonly path: string;
  readonly put: ParsedScenarioFiles;
  readonly disable: readonly string[];
  readonly delete: readonly string[];
}

const noFiles: ParsedScenarioFiles = { scenarios: [], relationships: [], fields: [], problems: [] };

/** Parses the catalogue change of a turn; undefined if the turn has none or the change has problems. */
export function parseCatalogueChange(
  context: ParseContext,
  turn: Node | undefined,
  turnPath: string,
  readScenarios: (paths: readonly string[]) => ParsedScenarioFiles,
): ParsedCatalogueChange | undefined {
  const node = isMap(turn) ? context.resolveAlias(asNode(turn.get('catalogue', true))) : undefined;
  if (node === undefined) return undefined;
  const path = `${turnPath}.catalogue`;
  context.recordPosition(path, node);
  const change = parseWithSchema(context, changeSchema, node, path);
  if (change === undefined) return undefined;
  if (Object.keys(change).length === 0) {
    context.report(path, node, 'NO_VALUE', 'changes nothing; set put, disable or delete');
    return undefined;
  }
  for (const key of Object.keys(change))
    context.recordPosition(`${path}.${key}`, isMap(node) ? asNode(node.get(key, true)) : node);
  const folder = dirname(context.document.source.file);
  const { put, disable = [], delete: deleted = [] } = change;
  const files = put === undefined ? noFiles : readScenarios(put.map((file) => join(folder, file)));
  return { path, put: files, disable, delete: deleted };
}

/** Replaces the names of scenarios by ids. */
export function resolveCatalogueChange(
  { path, put, disable, delete: deleted }: ParsedCatalogueChange,
  getId: ScenarioIdLookup,
): CatalogueChange {
  return {
    put: { scenarios: put.scenarios, relationships: put.relationships, fields: put.fields },
    disabledScenarioIds: disable.map((name) => getId(name, `${path}.disable`)),
    deletedScenarioIds: deleted.map((name) => getId(name, `${path}.delete`)),
  };
}

/** Returns the problems in the scenario files of all changes. */
export function listPutProblems(changes: readonly (ParsedCatalogueChange | undefined)[]): readonly FileProblem[] {
  return changes.flatMap((change) => change?.put.problems ?? []);
}
