import { toVisibleJson, toVisibleLines } from '../../../core/model/visible-text';
import { type FileProblem, type ParsedScenarioFiles, parseScenarioFile, resolveScenarioNames } from '../../files';
import { formatYamlFile } from '../../output/yaml';
import { convertSlots } from './fields';
import type { ImportedFile } from './file-object';
import { takeName, toFileName } from './ids';
import { ImportContext } from './import-context';
import type { RasaProject, RasaResponse } from './project';
import { readProject } from './read-project';
import { formatReportPage, ImportReport, type ReportItem } from './report';
import { convertFlow, type ImportedScenario } from './scenario';
import { importTests } from './tests';

export interface ImportedProject {
  readonly files: readonly ImportedFile[];
  readonly items: readonly ReportItem[];
  /** The actions of the flows, in the order of the project. */
  readonly actions: readonly string[];
  readonly scenarioCount: number;
  readonly testCount: number;
  /** Errors of files that could not be read. There are no files then. */
  readonly problems: readonly FileProblem[];
}

export interface ImportSettings {
  /** Actions that only look something up. All others count as writing. Default: none. */
  readonly readActions?: readonly string[] | undefined;
  /** A folder that is not read, because an earlier import has written to it. Default: none. */
  readonly outputFolder?: string | undefined;
}

/** Imports the flows, slots, responses and end-to-end tests of a folder. The same folder always gives the same files. */
export async function importRasaProject(
  folder: string,
  { readActions = [], outputFolder }: ImportSettings = {},
): Promise<ImportedProject> {
  const report = new ImportReport();
  const { project, problems } = readProject(folder, report, outputFolder);
  if (problems.length > 0)
    return { files: [], items: report.items, actions: [], scenarioCount: 0, testCount: 0, problems };
  const context = new ImportContext(project, report, new Set(readActions));
  const scenarios = [...project.flows.values()].flatMap((flow) => convertFlow(flow, context) ?? []);
  const { fields, usedResponses } = convertSlots(context);
  const files = [
    ...formatScenarios(scenarios),
    ...formatRelationships(scenarios, context),
    ...(fields.length === 0 ? [] : [{ path: 'scenarios/fields.yaml', text: formatYaml(fieldsSchema, { fields }) }]),
  ];
  const tests = await importTests(project.tests, { context, scenarios, files: parseFiles(files) });
  const texts = formatResponses(project, usedResponses);
  const { items } = report;
  return {
    files: [
      ...files,
      ...tests,
      ...(texts === '' ? [] : [{ path: 'responses.jsonl', text: texts }]),
      { path: 'import-report.md', text: toVisibleLines(formatReportPage(items)) },
    ],
    items,
    actions: listActions(project),
    scenarioCount: scenarios.length,
    testCount: tests.length,
    problems: [],
  };
}

function listActions({ flows }: RasaProject): readonly string[] {
  const steps = [...flows.values()].flatMap(({ steps: own }) => own);
  return [...new Set(steps.flatMap(({ work }) => (work.kind === 'action' ? [work.action] : [])))];
}

const scenarioSchema = 'schemas/scenario.schema.json';
const fieldsSchema = 'schemas/fields.schema.json';

function formatYaml(schema: string, value: unknown): string {
  return `${formatYamlFile(schema, value)}\n`;
}

function formatScenarios(scenarios: readonly ImportedScenario[]): readonly ImportedFile[] {
  const taken = new Set(['fields', 'relationships']);
  return scenarios.map(({ flow, content }) => {
    const name = takeName(taken, toFileName(flow.id), '-');
    return { path: `scenarios/${name}.yaml`, text: formatYaml(scenarioSchema, content) };
  });
}

/** A link at every end of a flow becomes a relationship. */
function formatRelationships(scenarios: readonly ImportedScenario[], context: ImportContext): readonly ImportedFile[] {
  const names = new Set(scenarios.map(({ flow }) => flow.id));
  const relationships = scenarios.flatMap(({ flow, name }) => {
    const target = context.graph.getLinkAtEnd(flow.id);
    if (target === undefined || !names.has(target)) return [];
    return [{ kind: 'LEADS_TO', source_id: name, target_scenario_id: context.getScenarioName(target) }];
  });
  if (relationships.length === 0) return [];
  return [{ path: 'scenarios/relationships.yaml', text: formatYaml(scenarioSchema, { relationships }) }];
}

/** One line of JSON for each response whose text is not part of a field. */
function formatResponses({ responses }: RasaProject, usedResponses: ReadonlySet<string>): string {
  const others = [...responses.values()].filter(({ name, text }) => text !== '' && !usedResponses.has(name));
  return others.map((response) => `${toVisibleJson(JSON.stringify(toTemplate(response)))}\n`).join('');
}

function toTemplate({ name, text, translations }: RasaResponse): unknown {
  return {
    template_id: name,
    text,
    ...(translations.size === 0 ? {} : { translations: Object.fromEntries(translations) }),
  };
}

/** Reads the files as commands do, so that tests run on what is written. */
function parseFiles(files: readonly ImportedFile[]): ParsedScenarioFiles {
  const parsed = files.map(({ path, text }) => parseScenarioFile(path, text));
  return resolveScenarioNames(
    {
      scenarios: parsed.flatMap(({ scenarios }) => scenarios),
      relationships: parsed.flatMap(({ relationships }) => relationships),
      fields: parsed.flatMap(({ fields }) => fields),
      problems: parsed.flatMap(({ problems }) => problems),
    },
    [],
  );
}
